package dev.whence.report;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Spearman's rank correlation: how far two methods agree on which unit matters more, whatever their scale. */
final class RankCorrelation {
    private RankCorrelation() {}

    /** From -1 to 1; NaN where one side is constant or the lengths differ. Equal values share their mean rank. */
    static double of(double[] one, double[] other) {
        if (one.length != other.length || one.length < 2) {
            return Double.NaN;
        }
        double[] a = ranks(one);
        double[] b = ranks(other);
        double mean = (one.length + 1) / 2.0;
        double both = 0;
        double alone = 0;
        double second = 0;
        for (int i = 0; i < a.length; i++) {
            both += (a[i] - mean) * (b[i] - mean);
            alone += (a[i] - mean) * (a[i] - mean);
            second += (b[i] - mean) * (b[i] - mean);
        }
        return alone == 0 || second == 0 ? Double.NaN : both / Math.sqrt(alone * second);
    }

    private static double[] ranks(double[] values) {
        Integer[] order = IntStream.range(0, values.length).boxed().toArray(Integer[]::new);
        Arrays.sort(order, Comparator.comparingDouble(i -> values[i]));
        double[] ranks = new double[values.length];
        int from = 0;
        while (from < order.length) {
            int to = from;
            while (to + 1 < order.length && values[order[to + 1]] == values[order[from]]) {
                to++;
            }
            for (int i = from; i <= to; i++) {
                ranks[order[i]] = (from + to) / 2.0 + 1;
            }
            from = to + 1;
        }
        return ranks;
    }
}
