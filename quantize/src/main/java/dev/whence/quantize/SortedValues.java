package dev.whence.quantize;

import java.util.Arrays;

/**
 * Values in order with sums up to each, so that the error of a logarithmic quantizer costs one search a level instead of
 * one logarithm a value.
 */
final class SortedValues {
    private static final int MOST = 1 << 22;
    private static final int GOLDEN = 0x9E3779B9;

    private final float[] sorted;
    private final double[] sums;
    private final double squares;

    private SortedValues(float... sorted) {
        this.sorted = sorted;
        this.sums = new double[sorted.length + 1];
        double total = 0;
        for (int i = 0; i < sorted.length; i++) {
            sums[i + 1] = sums[i] + sorted[i];
            total += (double) sorted[i] * sorted[i];
        }
        this.squares = total;
    }

    /** Values plus a shift; one of each {@code n} neighbours, at no regular distance, where there are too many. */
    static SortedValues of(float[] values, float shift) {
        int step = (values.length + MOST - 1) / MOST;
        float[] chosen = new float[values.length / step];
        for (int i = 0; i < chosen.length; i++) {
            chosen[i] = values[i * step + Integer.remainderUnsigned(i * GOLDEN, step)] + shift;
        }
        Arrays.sort(chosen);
        return new SortedValues(chosen);
    }

    float largest() {
        return sorted[sorted.length - 1];
    }

    /** The squared error of all values, but for values exactly between two levels, whose level may be the other one. */
    double error(AdaLogQuantizer quantizer) {
        float[] table = quantizer.table();
        double perStep = (double) quantizer.q() / AdaLogQuantizer.DIVISOR;
        double error = squares;
        int high = sorted.length;
        for (int code = 0; code < table.length - 1 && high > 0; code++) {
            int low = first((float) (quantizer.scale() * Math.pow(2, -(code + 0.5) * perStep)), high);
            double level = table[code] + quantizer.shift();
            error += level * (level * (high - low) - 2 * (sums[high] - sums[low]));
            high = low;
        }
        return error;
    }

    /** The place of the first value that is not below a bound. */
    private int first(float bound, int high) {
        int from = 0;
        int to = high;
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (sorted[middle] < bound) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }
}
