package dev.whence.quantize;

/**
 * Weight and bias of a linear layer.
 *
 * @param weight as its layout says
 * @param bias one an output
 * @param layout where outputs and inputs lie
 */
public record LinearWeights(float[] weight, float[] bias, LinearLayout layout) {
    /** Checks the sizes. */
    public LinearWeights {
        layout.checkSize(weight.length);
        if (bias.length != layout.outputs()) {
            throw new IllegalArgumentException(bias.length + " biases for " + layout.outputs() + " outputs");
        }
    }

    /**
     * The mean squared error of the outputs on calibration data.
     *
     * @param statistics of the data, with targets
     * @throws IllegalStateException if there was data without targets
     */
    public double error(LayerStatistics statistics) {
        return statistics.error(doubles(layout.outputsFirst(weight)), doubles(bias));
    }

    static double[] doubles(float... values) {
        double[] out = new double[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = values[i];
        }
        return out;
    }

    static float[] floats(double... values) {
        float[] out = new float[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) values[i];
        }
        return out;
    }
}
