package dev.whence.quantize;

/**
 * Levels whose base is fitted to the data: scale * 2^(-code * q / 37), minus a shift. The fraction of a power of two is
 * itself a level of a small table, so that hardware gets along with shifts and one table. From Wu et al., "AdaLog:
 * Post-Training Quantization for Vision Transformers with Adaptive Logarithm Quantizer" (2024).
 *
 * @param bits width of a code, 2 to 8
 * @param scale the largest level before the shift, above zero
 * @param q chooses the base 2^(-q / 37): 37 gives a half, and about 18 the inverse of the root of two
 * @param shift added to values first and taken off levels at last; {@link #GELU_SHIFT} behind a GELU, whose values begin
 *     below zero, else 0
 * @param zero where the code of zero, minus the shift, lies
 */
public record AdaLogQuantizer(int bits, float scale, int q, float shift, ZeroCode zero) implements LogQuantizer {
    /** What the exponent is divided by. */
    public static final int DIVISOR = 37;

    /** The smallest value of GELU, negated. */
    public static final float GELU_SHIFT = 0.16997124f;

    /** Checks the parts. */
    public AdaLogQuantizer {
        Bits.check(bits);
        Bits.checkScale(scale);
        if (q < 1 || !Float.isFinite(shift)) {
            throw new IllegalArgumentException("q of " + q + " and a shift of " + shift);
        }
    }

    @Override
    public float[] table() {
        float[] table = new float[levels()];
        float steps = 2 * Bits.codes(bits) - 2;
        for (int code = 0; code < table.length - 1; code++) {
            float fraction = (float) Math.pow(2, -((float) (code * q % DIVISOR)) / DIVISOR);
            float coarse = (float) Math.rint(fraction * steps) / steps;
            table[code] = Math.scalb(1f, -(code * q / DIVISOR)) * coarse * scale - shift;
        }
        table[table.length - 1] = 0 - shift;
        return table;
    }

    @Override
    public float step(float value) {
        float part = Bits.smallAtLeast((value + shift) / scale, zero);
        return part == 0 ? Float.POSITIVE_INFINITY : (float) Math.rint(-Bits.log2(part) * DIVISOR / q);
    }
}
