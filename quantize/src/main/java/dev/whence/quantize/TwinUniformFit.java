package dev.whence.quantize;

import dev.whence.core.WhenceException;

/**
 * Fits a {@link TwinUniformQuantizer} to values behind a GELU. The negative levels reach down to the smallest value of
 * GELU, or of the values where that is lower. The positive ones reach up to the largest value times that of 1, 0.98 and so
 * on to 0.5 whose mean squared error is smallest.
 *
 * @param bits width of a code, 2 to 8
 */
public record TwinUniformFit(int bits) {
    /** Checks the width. */
    public TwinUniformFit {
        Bits.check(bits);
    }

    /**
     * Fits.
     *
     * @param values not modified
     * @throws WhenceException if there are no values or one is not finite
     */
    public TwinUniformQuantizer fit(float... values) {
        Groups.split(values, Granularity.perTensor(), values.length);
        float half = Bits.codes(bits - 1);
        float[] extremes = Levels.extremes(values);
        float negative = Math.max(-extremes[0], AdaLogQuantizer.GELU_SHIFT) / half;
        float widest = extremes[1] / (half - 1);
        if (widest < Float.MIN_NORMAL) {
            return new TwinUniformQuantizer(bits, 1, negative);
        }
        float chosen = widest;
        double best = Double.POSITIVE_INFINITY;
        for (int i = 0; i < Levels.SHRINKINGS; i++) {
            float scale = widest * Levels.shrinking(i);
            double error = error(values, scale, half - 1);
            if (error < best) {
                best = error;
                chosen = scale;
            }
        }
        return new TwinUniformQuantizer(bits, chosen, negative);
    }

    /** Error of the positive values; that of the negative ones is the same for all candidates. */
    private static double error(float[] values, float scale, float top) {
        double sum = 0;
        for (float value : values) {
            if (value > 0) {
                float difference = value - Math.min((float) Math.rint(value / scale), top) * scale;
                sum += difference * difference;
            }
        }
        return sum;
    }
}
