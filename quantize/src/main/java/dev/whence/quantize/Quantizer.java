package dev.whence.quantize;

/**
 * Turns numbers into integer codes of a few bits and back. A quantizer holds finished parameters; fitting them to data is
 * the work of other classes. Arrays are flat and row-major, with their shape beside them.
 */
public sealed interface Quantizer permits UniformQuantizer, TwinUniformQuantizer, LogQuantizer {
    /** Width of a code, 2 to 8. */
    int bits();

    /** Number of different codes. */
    default int levels() {
        return Bits.codes(bits());
    }

    /**
     * The values that the codes of some values stand for: quantized and dequantized.
     *
     * @param values not modified
     * @param shape of {@code values}
     * @return as many values
     */
    float[] apply(float[] values, long... shape);

    /**
     * The codes, from 0 to {@link #levels} - 1.
     *
     * @param values not modified
     * @param shape of {@code values}
     */
    int[] codes(float[] values, long... shape);

    /**
     * The values of codes.
     *
     * @param codes not modified, each from 0 to {@link #levels} - 1
     * @param shape of {@code codes}
     */
    float[] dequantize(int[] codes, long... shape);
}
