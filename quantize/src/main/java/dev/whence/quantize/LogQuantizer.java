package dev.whence.quantize;

/**
 * Levels that are powers of a base below one, for values from zero to a scale that crowd near zero, as those behind a
 * softmax. Values above the scale become the scale. There is no level at zero, so one code stands for it.
 */
public sealed interface LogQuantizer extends Quantizer permits LogSqrt2Quantizer, Log2Quantizer, AdaLogQuantizer {
    /** The largest level. */
    float scale();

    /** Where the code of zero lies. */
    ZeroCode zero();

    /** The value of each code, in order; the last is that of zero. */
    float[] table();

    /** The step of a value along the logarithm before it is cut off at the last code; infinite for zero. */
    float step(float value);

    @Override
    default int levels() {
        return Bits.codes(bits()) + (zero() == ZeroCode.BESIDE ? 1 : 0);
    }

    @Override
    default float[] apply(float[] values, long... shape) {
        Bits.checkElements(values.length, shape);
        float[] table = table();
        float[] out = new float[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = table[code(values[i])];
        }
        return out;
    }

    @Override
    default int[] codes(float[] values, long... shape) {
        Bits.checkElements(values.length, shape);
        int[] out = new int[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = code(values[i]);
        }
        return out;
    }

    @Override
    default float[] dequantize(int[] codes, long... shape) {
        Bits.checkElements(codes.length, shape);
        float[] table = table();
        float[] out = new float[codes.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = table[codes[i]];
        }
        return out;
    }

    /** The code of one value. */
    default int code(float value) {
        return (int) Math.clamp(step(value), 0, levels() - 1);
    }
}
