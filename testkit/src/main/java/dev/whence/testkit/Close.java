package dev.whence.testkit;

import java.util.Arrays;

/**
 * How close numbers are to what they should be. The two tests are {@link #relativeToMax} (the largest difference against
 * the largest expected magnitude: for arrays whose small elements are differences of large ones) and
 * {@link #elementwise} (each element within {@code absolute + relative * |expected|}). NaN is close to NaN only, an
 * infinity to itself only.
 *
 * @param total number of elements
 * @param differing how many are outside the tolerance
 * @param worst flat index of the element that is furthest outside, relative to what it may differ; -1 if empty
 * @param excess that element's difference divided by what it may differ; at most 1 if close
 * @param message what a failing test tells: worst element, index, both values, how many differ
 */
public record Close(int total, int differing, int worst, double excess, String message) {
    /** Whether every element is within the tolerance. */
    public boolean holds() {
        return differing == 0;
    }

    /** Compares with one tolerance for all: {@code tolerance * max|expected|} (or {@code tolerance} if all are 0). */
    public static Close relativeToMax(double[] actual, double[] expected, double tolerance, long... shape) {
        double max = 0;
        for (double e : expected) {
            max = Double.isFinite(e) ? Math.max(max, Math.abs(e)) : max;
        }
        return elementwise(actual, expected, 0, tolerance * (max == 0 ? 1 : max), shape);
    }

    /**
     * Compares each element with its own tolerance {@code absolute + relative * |expected|}.
     *
     * @param shape the arrays' shape, to tell the index by axis; may be left out
     */
    public static Close elementwise(
            double[] actual, double[] expected, double relative, double absolute, long... shape) {
        if (actual.length != expected.length) {
            String message = "found " + actual.length + " elements, expected " + expected.length;
            return new Close(expected.length, Math.max(1, expected.length), -1, Double.POSITIVE_INFINITY, message);
        }
        int worst = -1;
        int differing = 0;
        double worstExcess = -1;
        for (int i = 0; i < actual.length; i++) {
            double excess = excess(actual[i], expected[i], absolute + relative * Math.abs(expected[i]));
            differing += excess > 1 ? 1 : 0;
            if (excess > worstExcess) {
                worstExcess = excess;
                worst = i;
            }
        }
        String message = worst < 0
                ? "no elements"
                : "worst element " + place(worst, shape) + ": found " + actual[worst] + ", expected " + expected[worst]
                        + " (difference " + (actual[worst] - expected[worst]) + ", "
                        + String.format("%.3g", worstExcess) + " times the tolerance); " + differing + " of "
                        + actual.length + " elements differ";
        return new Close(actual.length, differing, worst, Math.max(0, worstExcess), message);
    }

    /** Fails unless close in the sense of {@link #relativeToMax}; {@code what} begins the message. */
    public static void assertRelativeToMax(
            String what, double[] actual, double[] expected, double tolerance, long... shape) {
        relativeToMax(actual, expected, tolerance, shape).orFail(what);
    }

    /** Fails unless close in the sense of {@link #elementwise}; {@code what} begins the message. */
    public static void assertElementwise(
            String what, double[] actual, double[] expected, double relative, double absolute, long... shape) {
        elementwise(actual, expected, relative, absolute, shape).orFail(what);
    }

    /** Fails with the message unless close; {@code what} begins the message. */
    public void orFail(String what) {
        if (!holds()) {
            throw new AssertionError(what + ": " + message);
        }
    }

    private static double excess(double actual, double expected, double tolerance) {
        if (actual == expected || (Double.isNaN(actual) && Double.isNaN(expected))) {
            return 0;
        }
        double difference = Math.abs(actual - expected);
        if (!Double.isFinite(difference) || tolerance == 0) {
            return Double.POSITIVE_INFINITY;
        }
        return difference / tolerance;
    }

    private static String place(int flat, long[] shape) {
        if (shape.length == 0) {
            return "[" + flat + "]";
        }
        long[] index = new long[shape.length];
        long rest = flat;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            index[axis] = rest % shape[axis];
            rest /= shape[axis];
        }
        return Arrays.toString(index);
    }
}
