package dev.whence.explain;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * Normally distributed noise.
 *
 * @param level the standard deviation, in the measure of {@code scale}; 0 for no noise
 * @param scale what the level is measured in
 */
public record Noise(double level, Scale scale) {
    /** What a level of noise is measured in. */
    public enum Scale {
        /** The distance from the smallest to the largest number of the example. */
        RANGE,
        /** The input's own unit. */
        ABSOLUTE
    }

    /** No noise. */
    public static final Noise NONE = new Noise(0, Scale.RANGE);

    /** Checks the level. */
    public Noise {
        if (!(level >= 0 && level < Double.POSITIVE_INFINITY)) {
            throw new WhenceException(
                    ErrorCode.USAGE, "The level of noise must be a number from 0 on; found " + level + ".");
        }
    }

    /** Noise measured by the range of each example. */
    public static Noise ofRange(double level) {
        return new Noise(level, Scale.RANGE);
    }

    /** Noise of the given standard deviation. */
    public static Noise absolute(double deviation) {
        return new Noise(deviation, Scale.ABSOLUTE);
    }

    String text() {
        return level + " of "
                + (scale == Scale.RANGE ? "the range" : scale.name().toLowerCase(Locale.ROOT));
    }

    /**
     * Adds noise to one example.
     *
     * @param from the examples, batch first
     * @param example which of them
     * @param to all examples flattened; only this example's are written
     * @param random where the noise comes from
     */
    void add(NdArray from, int example, double[] to, RandomGenerator random) {
        int row = from.size() / (int) from.dimension(0);
        int start = example * row;
        double deviation = scale == Scale.RANGE ? level * range(from, start, row) : level;
        for (int i = start; i < start + row; i++) {
            to[i] = from.getDouble(i) + (deviation == 0 ? 0 : deviation * random.nextGaussian());
        }
    }

    private static double range(NdArray values, int start, int length) {
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (int i = start; i < start + length; i++) {
            least = Math.min(least, values.getDouble(i));
            most = Math.max(most, values.getDouble(i));
        }
        return length == 0 ? 0 : most - least;
    }
}
