package dev.whence.quantize;

/**
 * Levels scale * 2^-code. From Lin et al., "FQ-ViT: Post-Training Quantization for Fully Quantized Vision Transformer"
 * (2022).
 *
 * @param bits width of a code, 2 to 8
 * @param scale the largest level, above zero
 * @param zero where the code of zero lies
 */
public record Log2Quantizer(int bits, float scale, ZeroCode zero) implements LogQuantizer {
    /** Checks the parts. */
    public Log2Quantizer {
        Bits.check(bits);
        Bits.checkScale(scale);
    }

    @Override
    public float[] table() {
        float[] table = new float[levels()];
        for (int code = 0; code < table.length - 1; code++) {
            table[code] = scale * Math.scalb(1f, -code);
        }
        return table;
    }

    @Override
    public float step(float value) {
        float part = Bits.smallAtLeast(value / scale, zero);
        return part == 0 ? Float.POSITIVE_INFINITY : (float) Math.rint(-Bits.log2(part));
    }
}
