package dev.whence.core;

import org.hipparchus.stat.correlation.KendallsCorrelation;
import org.hipparchus.stat.correlation.PearsonsCorrelation;
import org.hipparchus.stat.correlation.SpearmansCorrelation;

/**
 * How far two arrays of scores agree, from -1 (opposite) to 1 (the same). Each is NaN where it has no meaning: fewer than
 * two elements, an array whose elements are all equal, or a value that is NaN or infinite.
 */
public final class Correlation {
    private Correlation() {}

    /** Spearman's rank correlation: whether both put the elements in the same order; equal scores share their ranks. */
    public static double spearman(double[] first, double[] second) {
        return defined(first, second)
                ? new SpearmansCorrelation().correlation(plain(first), plain(second))
                : Double.NaN;
    }

    /** Kendall's tau-b: the share of pairs in the same order less that in opposite order, corrected for ties. */
    public static double kendall(double[] first, double[] second) {
        return defined(first, second) ? new KendallsCorrelation().correlation(plain(first), plain(second)) : Double.NaN;
    }

    /** Pearson's correlation: whether one is a linear function of the other. */
    public static double pearson(double[] first, double[] second) {
        return defined(first, second) ? new PearsonsCorrelation().correlation(plain(first), plain(second)) : Double.NaN;
    }

    private static boolean defined(double[] first, double[] second) {
        if (first.length != second.length) {
            throw new IllegalArgumentException(
                    "both arrays must have the same length, found " + first.length + " and " + second.length);
        }
        return varies(first) && varies(second);
    }

    private static boolean varies(double[] values) {
        boolean varies = false;
        for (double v : values) {
            if (!Double.isFinite(v)) {
                return false;
            }
            varies |= v != values[0];
        }
        return varies;
    }

    /** A copy in which both zeros are the same, which they are to a reader and not to a sort. */
    private static double[] plain(double[] values) {
        double[] out = new double[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = values[i] + 0.0;
        }
        return out;
    }
}
