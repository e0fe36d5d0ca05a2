package dev.whence.quantize;

/**
 * The levels of one group.
 *
 * @param scale distance of two levels
 * @param zeroPoint code of zero
 */
record Levels(float scale, float zeroPoint) {
    /** Number of factors a range may be shrunk by: 1, 0.98 and so on to 0.5. */
    static final int SHRINKINGS = 26;

    private static final int FIFTIETHS = 50;

    static Levels between(float low, float high, float top) {
        float range = high - low;
        float scale = Float.isFinite(range) ? range / top : high / top - low / top;
        return new Levels(scale, (float) Math.rint(-low / scale));
    }

    static float shrinking(int place) {
        return (float) (FIFTIETHS - place) / FIFTIETHS;
    }

    /** The smallest and the largest value. */
    static float[] extremes(float... values) {
        float low = Float.POSITIVE_INFINITY;
        float high = Float.NEGATIVE_INFINITY;
        for (float value : values) {
            low = Math.min(low, value);
            high = Math.max(high, value);
        }
        return new float[] {low, high};
    }
}
