package dev.whence.quantize;

/**
 * Levels scale * 2^(-code / 2). From Li et al., "RepQ-ViT: Scale Reparameterization for Post-Training Quantization of
 * Vision Transformers" (2023).
 *
 * @param bits width of a code, 2 to 8
 * @param scale the largest level, above zero
 * @param zero where the code of zero lies
 */
public record LogSqrt2Quantizer(int bits, float scale, ZeroCode zero) implements LogQuantizer {
    private static final float ROOT = (float) Math.sqrt(2);

    /** Checks the parts. */
    public LogSqrt2Quantizer {
        Bits.check(bits);
        Bits.checkScale(scale);
    }

    @Override
    public float[] table() {
        float[] table = new float[levels()];
        for (int code = 0; code < table.length - 1; code++) {
            float power = Math.scalb(1f, -(code + 1) / 2);
            table[code] = (code % 2 == 0 ? power : power * ROOT) * scale;
        }
        return table;
    }

    @Override
    public float step(float value) {
        return (float) Math.rint(-Bits.log2(value / scale) * 2);
    }
}
