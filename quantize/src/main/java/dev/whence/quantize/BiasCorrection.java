package dev.whence.quantize;

/**
 * Moves the bias of a layer by what the rounding of its weights adds to its outputs on average. From Nagel et al.,
 * "Data-Free Quantization Through Weight Equalization and Bias Correction" (2019), section 4.2, with measured means.
 */
public final class BiasCorrection {
    private BiasCorrection() {}

    /**
     * The rounded layer with a corrected bias.
     *
     * @param exact the layer before its weights were rounded; not modified
     * @param rounded its weights, quantized and dequantized, in the same layout; not modified
     * @param statistics of its calibration data
     */
    public static LinearWeights correct(LinearWeights exact, float[] rounded, LayerStatistics statistics) {
        LinearLayout layout = exact.layout();
        layout.checkSize(rounded.length);
        float[] bias = new float[layout.outputs()];
        for (int o = 0; o < bias.length; o++) {
            double shift = 0;
            for (int i = 0; i < layout.inputs(); i++) {
                int at = layout.place(o, i);
                shift += ((double) exact.weight()[at] - rounded[at]) * statistics.mean(i);
            }
            bias[o] = (float) (exact.bias()[o] + shift);
        }
        return new LinearWeights(rounded.clone(), bias, layout);
    }
}
