package dev.whence.quantize;

/**
 * Evenly spaced levels: code = clamp(round(x / scale) + zero point, 0, 2^bits - 1), value = (code - zero point) * scale.
 * Each group of the granularity has its own scale and zero point. This is QuantizeLinear and DequantizeLinear of ONNX with
 * a clip to the range of the bits.
 *
 * @param bits width of a code, 2 to 8
 * @param granularity which elements share a scale
 * @param scales one a group, each above zero
 * @param zeroPoints one a group. Whole numbers, except where a reference implementation that averages them is reproduced;
 *     fitted ones may lie outside 0 to 2^bits - 1 where all values of a group have one sign
 */
public record UniformQuantizer(int bits, Granularity granularity, float[] scales, float[] zeroPoints)
        implements Quantizer {

    /** Checks that the parts belong together. */
    public UniformQuantizer {
        Bits.check(bits);
        if (scales.length == 0 || scales.length != zeroPoints.length) {
            throw new IllegalArgumentException(scales.length + " scales but " + zeroPoints.length + " zero points");
        }
        for (float scale : scales) {
            Bits.checkScale(scale);
        }
        scales = scales.clone();
        zeroPoints = zeroPoints.clone();
    }

    /** One scale for the whole array. */
    public static UniformQuantizer perTensor(int bits, float scale, float zeroPoint) {
        return new UniformQuantizer(bits, Granularity.perTensor(), new float[] {scale}, new float[] {zeroPoint});
    }

    @Override
    public float[] scales() {
        return scales.clone();
    }

    @Override
    public float[] zeroPoints() {
        return zeroPoints.clone();
    }

    /** Number of scales. */
    public int groups() {
        return scales.length;
    }

    /** Whether every zero point is a whole number, as files need. */
    public boolean hasWholeZeroPoints() {
        for (float zeroPoint : zeroPoints) {
            if (zeroPoint != Math.rint(zeroPoint)) {
                return false;
            }
        }
        return true;
    }

    /**
     * The same, or where the values of a group have one sign, with the range widened to zero, so that the zero point is a
     * code, as files need.
     */
    public UniformQuantizer reachingZero() {
        float top = levels() - 1;
        float[] newScales = scales.clone();
        float[] newZeros = zeroPoints.clone();
        for (int group = 0; group < scales.length; group++) {
            if (zeroPoints[group] < 0 || zeroPoints[group] > top) {
                float low = Math.min(0, -zeroPoints[group] * scales[group]);
                float high = Math.max(0, (top - zeroPoints[group]) * scales[group]);
                Levels levels = Levels.between(low, high, top);
                newScales[group] = levels.scale();
                newZeros[group] = levels.zeroPoint() + 0f;
            }
        }
        return new UniformQuantizer(bits, granularity, newScales, newZeros);
    }

    /**
     * The same, or where more of the values lie halfway between two codes than is usual, with a scale that is larger by at most
     * 2.4 percent and keeps them off. The code of such a value hangs on the last bit of a sum, so that two runtimes disagree; it happens
     * where values are multiples of one number, as products of quantized factors are.
     *
     * @param values what the quantizer was fitted to
     * @throws IllegalStateException if there are several groups
     */
    public UniformQuantizer awayFromTies(float... values) {
        if (groups() != 1) {
            throw new IllegalStateException("ties are mended for one scale, but there are " + groups());
        }
        float scale = Ties.scale(values, scales[0], zeroPoints[0], levels() - 1f);
        return scale == scales[0] ? this : new UniformQuantizer(bits, granularity, new float[] {scale}, zeroPoints);
    }

    @Override
    public float[] apply(float[] values, long... shape) {
        int run = check(values.length, shape);
        float[] out = new float[values.length];
        float top = Bits.codes(bits) - 1;
        for (int from = 0, group = 0; from < out.length; from += run, group = next(group)) {
            for (int i = from; i < from + run; i++) {
                out[i] = apply(values[i], scales[group], zeroPoints[group], top);
            }
        }
        return out;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if a zero point is no whole number
     */
    @Override
    public int[] codes(float[] values, long... shape) {
        if (!hasWholeZeroPoints()) {
            throw new IllegalStateException("codes with a fractional zero point are no whole numbers");
        }
        int run = check(values.length, shape);
        int[] out = new int[values.length];
        float top = Bits.codes(bits) - 1;
        for (int from = 0, group = 0; from < out.length; from += run, group = next(group)) {
            for (int i = from; i < from + run; i++) {
                out[i] = (int) code(values[i], scales[group], zeroPoints[group], top);
            }
        }
        return out;
    }

    @Override
    public float[] dequantize(int[] codes, long... shape) {
        int run = check(codes.length, shape);
        float[] out = new float[codes.length];
        for (int from = 0, group = 0; from < out.length; from += run, group = next(group)) {
            for (int i = from; i < from + run; i++) {
                out[i] = (codes[i] - zeroPoints[group]) * scales[group];
            }
        }
        return out;
    }

    static float apply(float value, float scale, float zeroPoint, float top) {
        return (code(value, scale, zeroPoint, top) - zeroPoint) * scale;
    }

    /** A zero point may be fractional here, and the code with it. */
    private static float code(float value, float scale, float zeroPoint, float top) {
        return Math.clamp((float) Math.rint(value / scale) + zeroPoint, 0, top);
    }

    private int next(int group) {
        return group + 1 == scales.length ? 0 : group + 1;
    }

    /** Length of a run of elements with one scale. */
    private int check(int elements, long... shape) {
        Bits.checkElements(elements, shape);
        if (granularity.groups(shape) != scales.length) {
            throw new IllegalArgumentException(
                    scales.length + " scales for an array of " + granularity.groups(shape) + " groups");
        }
        return granularity.run(shape);
    }
}
