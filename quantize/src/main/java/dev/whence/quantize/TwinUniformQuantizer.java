package dev.whence.quantize;

/**
 * Two uniform scales, one for each sign, of half the codes each: for values behind a GELU, whose negative part is short.
 * Codes 0 to half - 1 are the positive levels and zero, codes half to 2^bits - 1 the negative ones from -1 to -half. From
 * Yuan et al., "PTQ4ViT: Post-Training Quantization for Vision Transformers with Twin Uniform Quantization" (2022).
 *
 * @param bits width of a code, 2 to 8
 * @param positiveScale step of the levels above zero
 * @param negativeScale step of the levels below zero
 */
public record TwinUniformQuantizer(int bits, float positiveScale, float negativeScale) implements Quantizer {
    /** Checks the parts. */
    public TwinUniformQuantizer {
        Bits.check(bits);
        Bits.checkScale(positiveScale);
        Bits.checkScale(negativeScale);
    }

    @Override
    public float[] apply(float[] values, long... shape) {
        return dequantize(codes(values, shape), shape);
    }

    @Override
    public int[] codes(float[] values, long... shape) {
        Bits.checkElements(values.length, shape);
        int half = levels() / 2;
        int[] out = new int[values.length];
        for (int i = 0; i < out.length; i++) {
            int up = (int) Math.clamp((float) Math.rint(values[i] / positiveScale), 0, half - 1);
            int down = (int) Math.clamp((float) Math.rint(values[i] / negativeScale), -half, 0);
            out[i] = down < 0 ? half - 1 - down : up;
        }
        return out;
    }

    @Override
    public float[] dequantize(int[] codes, long... shape) {
        Bits.checkElements(codes.length, shape);
        int half = levels() / 2;
        float[] out = new float[codes.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = codes[i] < half ? codes[i] * positiveScale : (half - 1 - codes[i]) * negativeScale;
        }
        return out;
    }
}
