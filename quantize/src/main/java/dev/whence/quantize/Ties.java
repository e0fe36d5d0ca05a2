package dev.whence.quantize;

import java.util.Arrays;

/**
 * Values halfway between two codes. Which code such a value gets is a matter of the last bit of a sum, and runtimes add in
 * other orders than ours. Real numbers hardly ever lie there; multiples of one number do, when the scale is a multiple of
 * it too: products of quantized factors are such multiples, and a range that ends at one of them gives such a scale.
 */
final class Ties {
    /** Error of a sum in float32, in its own size; rounded up. */
    private static final float NOISE = 1e-6f;

    /** How much further from ties than that a new scale brings values. */
    private static final float SAFETY = 10;

    /** Times what chance puts near ties. */
    private static final int SYSTEMATIC = 5;

    private static final int CANDIDATES = 24;
    private static final float FINENESS = 1024;

    private Ties() {}

    /**
     * A scale that keeps values off ties: the scale itself, unless five times as many of the different values are near ties as
     * chance puts there on average; then the one with fewest there of up to 2.4 percent larger ones, of equal ones the smallest.
     * Among some thousand values chance puts less than one there, so that a single one moves the scale, without harm.
     */
    static float scale(float[] values, float scale, float zeroPoint, float top) {
        float near = NOISE * (top + 1);
        float[] different = apart(values, near * scale);
        if (count(different, scale, zeroPoint, top, near) <= SYSTEMATIC * 2 * near * different.length) {
            return scale;
        }
        float best = scale;
        int fewest = Integer.MAX_VALUE;
        for (int i = 1; i <= CANDIDATES && fewest > 0; i++) {
            float candidate = scale * (1 + i / FINENESS);
            int count = count(different, candidate, zeroPoint, top, SAFETY * near);
            if (count < fewest) {
                fewest = count;
                best = candidate;
            }
        }
        return best;
    }

    /** One of each run of values that are nearer to each other than that. */
    private static float[] apart(float[] values, float distance) {
        float[] sorted = values.clone();
        Arrays.sort(sorted);
        int kept = 0;
        for (float value : sorted) {
            if (kept == 0 || value - sorted[kept - 1] > distance) {
                sorted[kept++] = value;
            }
        }
        return Arrays.copyOf(sorted, kept);
    }

    /** How many values lie near the middle between two codes that differ after the clip. */
    private static int count(float[] values, float scale, float zeroPoint, float top, float near) {
        int count = 0;
        for (float value : values) {
            float steps = value / scale;
            float place = steps + zeroPoint;
            boolean isInside = place > 0 && place < top;
            count += isInside && Math.abs(steps - (float) Math.rint(steps)) > 0.5f - near ? 1 : 0;
        }
        return count;
    }
}
