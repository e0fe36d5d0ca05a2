package dev.whence.examples;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * How well numbers tell what is there from what is not: the usual measures of a yes-or-no prediction.
 *
 * @param auroc the probability that a case where it is there gets the higher number (Mann and Whitney 1947), ties
 *     counting half
 * @param averagePrecision the mean precision over all cases where it is there, the area under the curve of precision
 *     against recall as a sum of steps
 * @param accuracy the share of cases on the right side of the limit
 */
public record Detection(double auroc, double averagePrecision, double accuracy) {

    /**
     * Measures.
     *
     * @param scores the numbers, higher where it should be there
     * @param there whether it is
     * @param limit a score above it says that it is there
     */
    public static Detection of(double[] scores, boolean[] there, double limit) {
        Integer[] order = IntStream.range(0, scores.length).boxed().toArray(Integer[]::new);
        Arrays.sort(order, Comparator.comparingDouble((Integer i) -> scores[i]).reversed());
        long positives = IntStream.range(0, there.length).filter(i -> there[i]).count();
        long negatives = there.length - positives;
        double precision = 0;
        double pairs = 0;
        long found = 0;
        long seen = 0;
        for (int start = 0; start < order.length; ) {
            int end = start;
            long tied = 0;
            while (end < order.length && scores[order[end]] == scores[order[start]]) {
                tied += there[order[end++]] ? 1 : 0;
            }
            long tiedNegatives = end - start - tied;
            long negativesBelow = negatives - (seen - found) - tiedNegatives;
            pairs += tied * (negativesBelow + tiedNegatives / 2.0);
            found += tied;
            seen = end;
            precision += tied * (double) found / seen;
            start = end;
        }
        long right = IntStream.range(0, scores.length)
                .filter(i -> (scores[i] > limit) == there[i])
                .count();
        return new Detection(pairs / (positives * negatives), precision / positives, (double) right / scores.length);
    }
}
