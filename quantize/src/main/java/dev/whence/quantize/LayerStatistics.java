package dev.whence.quantize;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;

/**
 * What the corrections of a linear layer need to know of its calibration data: sums of products of its quantized inputs
 * among themselves and with the outputs it should have. Data may come in parts; the sums are float64 and do not grow with
 * them. Not safe for several threads.
 */
public final class LayerStatistics {
    private final int inputs;
    private final int outputs;
    /** Products of inputs, with a one as last input, summed over rows. */
    private final double[] gram;
    /** Products of inputs, with a one as last input, and targets, summed over rows. */
    private final double[] cross;

    private double targetSquares;
    private long rows;
    private boolean complete = true;

    /**
     * Starts without data.
     *
     * @param inputs of the layer
     * @param outputs of the layer
     */
    public LayerStatistics(int inputs, int outputs) {
        this.inputs = inputs;
        this.outputs = outputs;
        this.gram = new double[Math.multiplyExact(inputs + 1, inputs + 1)];
        this.cross = new double[Math.multiplyExact(inputs + 1, outputs)];
    }

    /**
     * Adds rows.
     *
     * @param quantizedInputs what the layer reads in the quantized network, rows of inputs; not modified
     * @param targets what the layer gives, bias included, in the untouched float network, rows of outputs; not modified
     * @throws WhenceException if a number is not finite
     */
    public void add(float[] quantizedInputs, float[] targets) {
        int count = quantizedInputs.length / inputs;
        if (quantizedInputs.length != count * inputs || targets.length != count * outputs) {
            throw new IllegalArgumentException(quantizedInputs.length + " inputs and " + targets.length
                    + " targets for a layer of " + inputs + " inputs and " + outputs + " outputs");
        }
        try (TensorScope scope = TensorScope.open()) {
            Tensor rowsOfInputs = Tensor.of(NdArray.of(withOnes(quantizedInputs, count), count, inputs + 1));
            double[] wanted = finite(targets);
            Tensor transposed = rowsOfInputs.transpose(0, 1);
            addTo(gram, transposed.matmul(rowsOfInputs));
            addTo(cross, transposed.matmul(Tensor.of(NdArray.of(wanted, count, outputs))));
            for (double value : wanted) {
                targetSquares += value * value;
            }
        }
        rows += count;
    }

    /**
     * Adds rows without targets: enough for rounding and for the bias.
     *
     * @param quantizedInputs what the layer reads in the quantized network, rows of inputs; not modified
     * @throws WhenceException if a number is not finite
     */
    public void add(float... quantizedInputs) {
        int count = quantizedInputs.length / inputs;
        add(quantizedInputs, new float[count * outputs]);
        complete = false;
    }

    /** Number of inputs. */
    public int inputs() {
        return inputs;
    }

    /** Number of outputs. */
    public int outputs() {
        return outputs;
    }

    /** Number of rows so far. */
    public long rows() {
        return rows;
    }

    /**
     * The mean squared error, over rows and outputs, of a weight and bias on all data so far.
     *
     * @param weight with outputs first
     * @param bias one an output
     * @throws IllegalStateException if there was data without targets
     */
    double error(double[] weight, double... bias) {
        requireTargets();
        double[] rowsWithBias = new double[outputs * (inputs + 1)];
        for (int o = 0; o < outputs; o++) {
            System.arraycopy(weight, o * inputs, rowsWithBias, o * (inputs + 1), inputs);
            rowsWithBias[o * (inputs + 1) + inputs] = bias[o];
        }
        try (TensorScope scope = TensorScope.open()) {
            Tensor layer = Tensor.of(NdArray.of(rowsWithBias, outputs, inputs + 1));
            Tensor products = layer.matmul(Tensor.of(NdArray.of(gram, inputs + 1, inputs + 1)));
            Tensor targets = Tensor.of(NdArray.of(cross, inputs + 1, outputs)).transpose(0, 1);
            double change =
                    products.minus(targets.times(2)).times(layer).sum(false).item();
            return Math.max(0, targetSquares + change) / Math.max(1, rows * outputs);
        }
    }

    /** The matrix of products of inputs, a one as last input. */
    double[] gram() {
        return gram;
    }

    /** The matrix of products of inputs, a one as last, with targets. */
    double[] cross() {
        requireTargets();
        return cross;
    }

    /** The mean of an input. */
    double mean(int input) {
        return rows == 0 ? 0 : gram[input * (inputs + 1) + inputs] / rows;
    }

    private void requireTargets() {
        if (!complete) {
            throw new IllegalStateException("rows without targets were added");
        }
    }

    private double[] withOnes(float[] values, int count) {
        double[] plain = finite(values);
        double[] out = new double[Math.multiplyExact(count, inputs + 1)];
        for (int row = 0; row < count; row++) {
            System.arraycopy(plain, row * inputs, out, row * (inputs + 1), inputs);
            out[row * (inputs + 1) + inputs] = 1;
        }
        return out;
    }

    private static double[] finite(float... values) {
        double[] out = new double[values.length];
        for (int i = 0; i < out.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new WhenceException(
                        ErrorCode.INPUT_INVALID,
                        "Calibration data of a layer holds " + values[i] + " at element " + i
                                + "; expected finite numbers.");
            }
            out[i] = values[i];
        }
        return out;
    }

    private static void addTo(double[] sums, Tensor part) {
        double[] values = part.toDoubles();
        for (int i = 0; i < sums.length; i++) {
            sums[i] += values[i];
        }
    }
}
