package dev.whence.quantize;

import dev.whence.core.WhenceException;

/**
 * Fits a {@link UniformQuantizer} whose zero lies in the middle: what integer kernels want for weights, as signed codes
 * with zero point 0. The zero point here is 2^(bits - 1); a code minus it is the signed code. The scale is the largest
 * magnitude over 2^(bits - 1) - 1, times that of 1, 0.98 and so on to 0.5 whose mean squared error is smallest.
 *
 * @param bits width of a code, 2 to 8
 * @param granularity which elements share a scale
 */
public record SymmetricFit(int bits, Granularity granularity) {
    /** Checks the width. */
    public SymmetricFit {
        Bits.check(bits);
    }

    /**
     * Fits.
     *
     * @param values not modified
     * @param shape of {@code values}
     * @throws WhenceException if there are no values or one is not finite
     */
    public UniformQuantizer fit(float[] values, long... shape) {
        float[][] groups = Groups.split(values, granularity, shape);
        float[] scales = new float[groups.length];
        float[] zeroPoints = new float[groups.length];
        float middle = Bits.codes(bits - 1);
        for (int group = 0; group < groups.length; group++) {
            scales[group] = scale(groups[group], middle);
            zeroPoints[group] = middle;
        }
        return new UniformQuantizer(bits, granularity, scales, zeroPoints);
    }

    private static float scale(float[] group, float middle) {
        float[] extremes = Levels.extremes(group);
        float widest = Math.max(-extremes[0], extremes[1]) / (middle - 1);
        if (widest < Float.MIN_NORMAL) {
            return 1;
        }
        float chosen = widest;
        double best = Double.POSITIVE_INFINITY;
        for (int i = 0; i < Levels.SHRINKINGS; i++) {
            float scale = widest * Levels.shrinking(i);
            double error = UniformFit.error(group, scale, middle, 2 * middle - 1);
            if (error < best) {
                best = error;
                chosen = scale;
            }
        }
        return chosen;
    }
}
