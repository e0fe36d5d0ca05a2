package dev.whence.quantize;

import dev.whence.core.NdArray;
import dev.whence.tensor.Algebra;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Rounds the weights of a layer one input after the other and lets the weights that are still to be rounded make up for
 * the error, as the products of inputs tell. Inputs of the most power come first. A row for which rounding to the nearest
 * is better keeps that. From Frantar et al., "GPTQ: Accurate Post-Training Quantization for Generative Pre-trained
 * Transformers" (2023), algorithm 1.
 *
 * @param damping what is added to the diagonal of the products of inputs, as a part of its mean; above zero
 */
public record SecondOrderRounding(double damping) {
    /** The damping that we measured to serve. */
    public static final double USUAL_DAMPING = 0.01;

    /** Checks the damping. */
    public SecondOrderRounding {
        if (!(damping > 0) || !Double.isFinite(damping)) {
            throw new IllegalArgumentException("a damping of " + damping);
        }
    }

    /** With the usual damping. */
    public SecondOrderRounding() {
        this(USUAL_DAMPING);
    }

    /**
     * The rounded weights, all of them levels of the quantizer.
     *
     * @param weight not modified
     * @param layout where its outputs and inputs lie
     * @param quantizer fitted to the weight, per tensor or per output
     * @param statistics of the layer's calibration data
     */
    public float[] round(float[] weight, LinearLayout layout, UniformQuantizer quantizer, LayerStatistics statistics) {
        float[] nearest = layout.outputsFirst(quantizer.apply(weight, layout.shape()));
        float[] exact = layout.outputsFirst(weight);
        double[] products = products(statistics);
        int[] order = order(products, layout.inputs());
        double[] factor = factor(products, order);
        float[] scales = quantizer.scales();
        float[] zeros = quantizer.zeroPoints();
        float[] out = new float[weight.length];
        for (int o = 0; o < layout.outputs(); o++) {
            int group = scales.length == 1 ? 0 : o;
            int from = o * layout.inputs();
            double[] row = new double[order.length];
            for (int j = 0; j < order.length; j++) {
                row[j] = exact[from + order[j]];
            }
            float[] rounded = row(row, factor, scales[group], zeros[group], quantizer.levels() - 1);
            for (int j = 0; j < order.length; j++) {
                out[from + order[j]] = rounded[j];
            }
        }
        double[] errors = errors(exact, out, products, layout);
        double[] plainErrors = errors(exact, nearest, products, layout);
        for (int o = 0; o < layout.outputs(); o++) {
            if (errors[o] > plainErrors[o]) {
                System.arraycopy(nearest, o * layout.inputs(), out, o * layout.inputs(), layout.inputs());
            }
        }
        return layout.fromOutputsFirst(out);
    }

    /** Rounds a row whose inputs are in order; {@code row} is modified. */
    private static float[] row(double[] row, double[] factor, float scale, float zero, float top) {
        int n = row.length;
        float[] rounded = new float[n];
        for (int j = 0; j < n; j++) {
            rounded[j] = UniformQuantizer.apply((float) row[j], scale, zero, top);
            double spread = (row[j] - rounded[j]) / factor[j * n + j];
            for (int k = j + 1; k < n; k++) {
                row[k] -= spread * factor[j * n + k];
            }
        }
        return rounded;
    }

    /** The mean products of inputs, damped. */
    private double[] products(LayerStatistics statistics) {
        int n = statistics.inputs();
        double[] gram = statistics.gram();
        double[] out = new double[n * n];
        double mean = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                out[i * n + j] = gram[i * (n + 1) + j] / Math.max(1, statistics.rows());
            }
            mean += out[i * n + i] / n;
        }
        for (int i = 0; i < n; i++) {
            out[i * n + i] += mean > 0 ? damping * mean : 1;
        }
        return out;
    }

    private static int[] order(double[] products, int n) {
        return IntStream.range(0, n)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -products[i * n + i]))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    /** The upper triangle whose transpose times itself is the inverse of the products, in order. */
    private static double[] factor(double[] products, int... order) {
        int n = order.length;
        double[] ordered = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                ordered[i * n + j] = products[order[i] * n + order[j]];
            }
        }
        try (TensorScope scope = TensorScope.open()) {
            Tensor lower = Algebra.cholesky(Tensor.of(NdArray.of(ordered, n, n)));
            Tensor inverse = Algebra.choleskySolve(lower, Algebra.identity(NdArray.Type.FLOAT64, n, n));
            return Algebra.cholesky(inverse).transpose(0, 1).toDoubles();
        }
    }

    /** The squared error of each output that rounding makes. */
    private static double[] errors(float[] exact, float[] rounded, double[] products, LinearLayout layout) {
        double[] left = new double[exact.length];
        for (int i = 0; i < left.length; i++) {
            left[i] = (double) exact[i] - rounded[i];
        }
        try (TensorScope scope = TensorScope.open()) {
            Tensor differences = Tensor.of(NdArray.of(left, layout.outputs(), layout.inputs()));
            Tensor all = Tensor.of(NdArray.of(products, layout.inputs(), layout.inputs()));
            return differences.matmul(all).times(differences).sum(false, 1).toDoubles();
        }
    }
}
