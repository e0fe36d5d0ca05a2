package dev.whence.quantize;

import dev.whence.core.WhenceException;
import org.jspecify.annotations.Nullable;

/**
 * Fits a {@link UniformQuantizer} to values: a range for each group and the scale and zero point that follow from it. The
 * percentile search is that of Li et al., "RepQ-ViT: Scale Reparameterization for Post-Training Quantization of Vision
 * Transformers" (2023). A group whose values are all the same keeps that value exactly.
 *
 * @param bits width of a code, 2 to 8
 * @param granularity which elements share a scale
 * @param search how each range is chosen
 */
public record UniformFit(int bits, Granularity granularity, RangeSearch search) {
    private static final double[] PERCENTILES = {0.999, 0.9999, 0.99999};
    private static final float NARROW = 1e-12f;
    private static final float TINIEST = 1e-30f;

    /** Checks the width. */
    public UniformFit {
        Bits.check(bits);
    }

    /** A fit by percentiles. */
    public UniformFit(int bits, Granularity granularity) {
        this(bits, granularity, RangeSearch.PERCENTILE);
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
        for (int group = 0; group < groups.length; group++) {
            Levels levels = levels(groups[group]);
            scales[group] = levels.scale();
            zeroPoints[group] = levels.zeroPoint();
        }
        return new UniformQuantizer(bits, granularity, scales, zeroPoints);
    }

    /** Mean squared error of quantized values, summed in float64. */
    static double error(float[] values, float scale, float zeroPoint, float top) {
        double sum = 0;
        for (float value : values) {
            float difference = value - UniformQuantizer.apply(value, scale, zeroPoint, top);
            sum += difference * difference;
        }
        return sum / values.length;
    }

    private Levels levels(float[] group) {
        float[] ends = ends(group);
        double best = Double.POSITIVE_INFINITY;
        @Nullable Levels chosen = null;
        for (int i = 0; i < ends.length; i += 2) {
            if (!narrow(ends[i], ends[i + 1])) {
                Levels levels = Levels.between(ends[i], ends[i + 1], top());
                double score = ends.length == 2 ? 0 : error(group, levels.scale(), levels.zeroPoint(), top());
                if (score < best || chosen == null) {
                    best = score;
                    chosen = levels;
                }
            }
        }
        return chosen == null ? withoutRange(group) : chosen;
    }

    /** Candidates: low, high, low, high and so on. */
    private float[] ends(float[] group) {
        return switch (search) {
            case PERCENTILE -> {
                double[] wanted = new double[2 * PERCENTILES.length];
                for (int i = 0; i < PERCENTILES.length; i++) {
                    wanted[2 * i] = 1 - PERCENTILES[i];
                    wanted[2 * i + 1] = PERCENTILES[i];
                }
                yield Quantiles.of(group, wanted);
            }
            case MINMAX -> Levels.extremes(group);
            case SHRINK -> {
                float[] extremes = Levels.extremes(group);
                float[] out = new float[2 * Levels.SHRINKINGS];
                for (int i = 0; i < Levels.SHRINKINGS; i++) {
                    out[2 * i] = extremes[0] * Levels.shrinking(i);
                    out[2 * i + 1] = extremes[1] * Levels.shrinking(i);
                }
                yield out;
            }
        };
    }

    /** Where every candidate is a point: the whole range, or exactly the one value there is. */
    private Levels withoutRange(float[] group) {
        float[] extremes = Levels.extremes(group);
        if (!narrow(extremes[0], extremes[1])) {
            return Levels.between(extremes[0], extremes[1], top());
        }
        float magnitude = Math.max(Math.abs(extremes[0]), Math.abs(extremes[1]));
        if (magnitude == 0) {
            return new Levels(1, 0);
        }
        return new Levels(Math.max(magnitude, TINIEST) / top(), extremes[1] > 0 ? 0 : top());
    }

    private static boolean narrow(float low, float high) {
        return high - low < NARROW * Math.max(1, Math.abs(high));
    }

    private float top() {
        return Bits.codes(bits) - 1;
    }
}
