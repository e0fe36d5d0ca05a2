package dev.whence.quantize;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Quantiles of float32 values with linear interpolation, exact at every size. Small arrays are sorted; larger ones are
 * counted, first by the upper half of their bits and then, where a wanted element lies, by the lower half. So the cost is
 * two readings, and the memory does not grow with the array.
 */
final class Quantiles {
    private static final int SORTED = 1 << 15;
    /** Above this, a rank in float32 would miss by elements. */
    private static final int SINGLE_RANKS = 16_000_000;

    private static final int HALF = 1 << 16;

    private Quantiles() {}

    /**
     * Quantiles of values.
     *
     * @param values at least one, finite; not modified
     * @param probabilities each from 0 to 1
     */
    static float[] of(float[] values, double... probabilities) {
        int[] ranks = new int[2 * probabilities.length];
        float[] weights = new float[probabilities.length];
        for (int i = 0; i < probabilities.length; i++) {
            double place = place(probabilities[i], values.length);
            ranks[2 * i] = (int) place;
            ranks[2 * i + 1] = Math.min((int) Math.ceil(place), values.length - 1);
            weights[i] = (float) (place - ranks[2 * i]);
        }
        float[] found = elements(values, ranks);
        float[] out = new float[probabilities.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = between(found[2 * i], found[2 * i + 1], weights[i]);
        }
        return out;
    }

    /** The place among the sorted values; in float32 for arrays where that is how others compute it. */
    private static double place(double probability, int count) {
        return count <= SINGLE_RANKS ? (float) probability * (float) (count - 1) : probability * (count - 1);
    }

    private static float between(float low, float high, float weight) {
        return weight < 0.5f ? low + weight * (high - low) : high - (high - low) * (1 - weight);
    }

    /** The elements at ranks of the sorted array. */
    private static float[] elements(float[] values, int... ranks) {
        float[] out = new float[ranks.length];
        if (values.length <= SORTED) {
            float[] sorted = values.clone();
            Arrays.sort(sorted);
            for (int i = 0; i < out.length; i++) {
                out[i] = sorted[ranks[i]];
            }
            return out;
        }
        int[] upper = new int[HALF];
        for (float value : values) {
            upper[key(value) >>> 16]++;
        }
        int[] @Nullable [] lower = new int[HALF] @Nullable [];
        int[] rests = ranks.clone();
        int[] buckets = new int[ranks.length];
        for (int i = 0; i < out.length; i++) {
            buckets[i] = find(upper, rests, i);
            lower[buckets[i]] = new int[HALF];
        }
        for (float value : values) {
            int key = key(value);
            int[] counts = lower[key >>> 16];
            if (counts != null) {
                counts[key & HALF - 1]++;
            }
        }
        for (int i = 0; i < out.length; i++) {
            out[i] = value(buckets[i] << 16 | find(requireNonNull(lower[buckets[i]]), rests, i));
        }
        return out;
    }

    /** The bucket that holds the element of a rank; takes those before it off the rank. */
    private static int find(int[] counts, int[] ranks, int place) {
        int bucket = 0;
        while (ranks[place] >= counts[bucket]) {
            ranks[place] -= counts[bucket++];
        }
        return bucket;
    }

    /** Bits that sort, unsigned, as the values do. */
    private static int key(float value) {
        int bits = Float.floatToRawIntBits(value);
        return bits < 0 ? ~bits : bits ^ Integer.MIN_VALUE;
    }

    private static float value(int key) {
        return Float.intBitsToFloat(key < 0 ? key ^ Integer.MIN_VALUE : ~key);
    }
}
