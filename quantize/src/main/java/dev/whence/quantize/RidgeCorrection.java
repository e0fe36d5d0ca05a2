package dev.whence.quantize;

import dev.whence.core.NdArray;
import dev.whence.tensor.Algebra;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;

/**
 * Moves the weights of a layer so that on its quantized inputs it comes closer to what it gives in the float network:
 * ridge regression of the error on the inputs, with a one among them for the bias. The targets must come from the
 * untouched float network; with the corrected network as its own target the error runs away. From Zhong et al., "ERQ: Error
 * Reduction for Post-Training Quantization of Vision Transformers" (2024).
 *
 * @param strength the ridge, as a part of the mean diagonal of the products of inputs; above zero
 */
public record RidgeCorrection(double strength) {
    /** The strength that we measured to serve. */
    public static final double USUAL_STRENGTH = 0.01;

    private static final double SMALLEST_RIDGE = 1e-12;

    /** Checks the strength. */
    public RidgeCorrection {
        if (!(strength > 0) || !Double.isFinite(strength)) {
            throw new IllegalArgumentException("a strength of " + strength);
        }
    }

    /** With the usual strength. */
    public RidgeCorrection() {
        this(USUAL_STRENGTH);
    }

    /**
     * The corrected weights. Their error on the calibration data is never larger, but for rounding.
     *
     * @param layer not modified
     * @param statistics of its calibration data, with targets
     * @throws IllegalStateException if there was data without targets
     */
    public LinearWeights correct(LinearWeights layer, LayerStatistics statistics) {
        int inputs = layer.layout().inputs();
        int outputs = layer.layout().outputs();
        int size = inputs + 1;
        double[] gram = statistics.gram().clone();
        double diagonal = 0;
        for (int i = 0; i < size; i++) {
            diagonal += gram[i * size + i] / size;
        }
        double ridge = Math.max(strength * diagonal, SMALLEST_RIDGE);
        double[] weights = LinearWeights.doubles(layer.layout().outputsFirst(layer.weight()));
        double[] before = new double[size * outputs];
        for (int o = 0; o < outputs; o++) {
            for (int i = 0; i < inputs; i++) {
                before[i * outputs + o] = weights[o * inputs + i];
            }
            before[inputs * outputs + o] = layer.bias()[o];
        }
        double[] change;
        try (TensorScope scope = TensorScope.open()) {
            Tensor products = Tensor.of(NdArray.of(gram, size, size));
            Tensor error = Tensor.of(NdArray.of(statistics.cross(), size, outputs))
                    .minus(products.matmul(Tensor.of(NdArray.of(before, size, outputs))));
            Tensor ridged = products.plus(
                    Algebra.identity(NdArray.Type.FLOAT64, size, size).times(ridge));
            change = Algebra.choleskySolve(Algebra.cholesky(ridged), error).toDoubles();
        }
        float[] bias = new float[outputs];
        for (int o = 0; o < outputs; o++) {
            for (int i = 0; i < inputs; i++) {
                weights[o * inputs + i] += change[i * outputs + o];
            }
            bias[o] = (float) (layer.bias()[o] + change[inputs * outputs + o]);
        }
        return new LinearWeights(layer.layout().fromOutputsFirst(LinearWeights.floats(weights)), bias, layer.layout());
    }
}
