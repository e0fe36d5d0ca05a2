package dev.whence.quantize;

/**
 * The closed-form steps that bring a quantized linear layer back towards its float outputs, in their order: ridge
 * correction of the weights, rounding with regard to second order, correction of the bias. No gradients; layers are taken
 * in the order of the graph, each with inputs from the network quantized so far.
 *
 * @param ridge corrects the weights for the error of the inputs
 * @param rounding rounds them
 * @param secondOrder whether {@code rounding} is used, or each weight goes to its nearest level
 */
public record ErrorReduction(RidgeCorrection ridge, SecondOrderRounding rounding, boolean secondOrder) {
    /** All steps with their usual settings. */
    public ErrorReduction() {
        this(new RidgeCorrection(), new SecondOrderRounding(), true);
    }

    /** Chooses levels for weights. */
    @FunctionalInterface
    public interface WeightFit {
        /**
         * A quantizer with levels per tensor or per output.
         *
         * @param weight not modified
         * @param shape of {@code weight}
         */
        UniformQuantizer fit(float[] weight, long... shape);
    }

    /**
     * A layer with reduced error.
     *
     * @param layer its weights, all of them levels of the quantizer, and its bias
     * @param quantizer of the weights
     * @param plainError mean squared error of the outputs with the given weights merely rounded
     * @param error the same after all steps
     */
    public record Reduced(LinearWeights layer, UniformQuantizer quantizer, double plainError, double error) {}

    /**
     * Takes all steps. The usual fit of the levels is {@code new UniformFit(bits, layout.perOutput(), RangeSearch.SHRINK)}.
     *
     * @param layer not modified
     * @param fit chooses the levels
     * @param statistics of its calibration data, with targets
     * @throws IllegalStateException if there was data without targets
     */
    public Reduced reduce(LinearWeights layer, WeightFit fit, LayerStatistics statistics) {
        LinearLayout layout = layer.layout();
        float[] plain = fit.fit(layer.weight(), layout.shape()).apply(layer.weight(), layout.shape());
        double plainError = new LinearWeights(plain, layer.bias(), layout).error(statistics);
        LinearWeights corrected = ridge.correct(layer, statistics);
        UniformQuantizer quantizer = fit.fit(corrected.weight(), layout.shape());
        float[] rounded = secondOrder
                ? rounding.round(corrected.weight(), layout, quantizer, statistics)
                : quantizer.apply(corrected.weight(), layout.shape());
        LinearWeights reduced = BiasCorrection.correct(corrected, rounded, statistics);
        return new Reduced(reduced, quantizer, plainError, reduced.error(statistics));
    }
}
