package dev.whence.quantize;

/**
 * How the weight of a linear layer lies in memory.
 *
 * @param outputs number of outputs
 * @param inputs number of inputs
 * @param inputsFirst whether the first axis is that of the inputs, as for the second operand of MatMul, or that of the
 *     outputs, as for Gemm with a transposed second operand
 */
public record LinearLayout(int outputs, int inputs, boolean inputsFirst) {
    /** Checks the sizes. */
    public LinearLayout {
        if (outputs < 1 || inputs < 1) {
            throw new IllegalArgumentException(outputs + " outputs and " + inputs + " inputs");
        }
        Math.multiplyExact(outputs, inputs);
    }

    /** A weight of shape [inputs, outputs]. */
    public static LinearLayout inputsFirst(int inputs, int outputs) {
        return new LinearLayout(outputs, inputs, true);
    }

    /** A weight of shape [outputs, inputs]. */
    public static LinearLayout outputsFirst(int outputs, int inputs) {
        return new LinearLayout(outputs, inputs, false);
    }

    /** The shape of the weight. */
    public long[] shape() {
        return inputsFirst ? new long[] {inputs, outputs} : new long[] {outputs, inputs};
    }

    /** One scale for each output. */
    public Granularity perOutput() {
        return Granularity.perAxis(inputsFirst ? 1 : 0);
    }

    /** Where the weight from an input to an output lies. */
    int place(int output, int input) {
        return inputsFirst ? input * outputs + output : output * inputs + input;
    }

    /** The weight with outputs first, copied. */
    float[] outputsFirst(float... weight) {
        checkSize(weight.length);
        float[] out = weight.clone();
        if (inputsFirst) {
            for (int o = 0; o < outputs; o++) {
                for (int i = 0; i < inputs; i++) {
                    out[o * inputs + i] = weight[place(o, i)];
                }
            }
        }
        return out;
    }

    /** A weight with outputs first in this layout, copied. */
    float[] fromOutputsFirst(float... weight) {
        checkSize(weight.length);
        float[] out = weight.clone();
        if (inputsFirst) {
            for (int o = 0; o < outputs; o++) {
                for (int i = 0; i < inputs; i++) {
                    out[place(o, i)] = weight[o * inputs + i];
                }
            }
        }
        return out;
    }

    void checkSize(int elements) {
        if (elements != outputs * inputs) {
            throw new IllegalArgumentException(
                    elements + " weights for " + outputs + " outputs and " + inputs + " inputs");
        }
    }
}
