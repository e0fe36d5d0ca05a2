package dev.whence.quantize.model;

import dev.whence.graph.Constant;

/**
 * The constant weights of a layer.
 *
 * @param value the value that the layer's node reads
 * @param data its numbers in the layout in which the node reads them, also where other nodes make them of constants
 * @param outputAxis the axis of output channels: the last for a matrix product with weights on its right, the first for a
 *     convolution and for Gemm with transposed weights
 * @param inputAxis the axis of input channels
 * @param isShared whether another layer reads the same constant
 */
public record Weight(String value, Constant data, int outputAxis, int inputAxis, boolean isShared) {
    /** The number of weights. */
    public long elements() {
        return data.elements();
    }

    /** The number of output channels. */
    public long outputs() {
        return data.shape()[outputAxis];
    }
}
