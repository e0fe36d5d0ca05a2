package dev.whence.examples.digits;

import dev.whence.core.NdArray;
import dev.whence.graph.Attributes;
import dev.whence.graph.Dimension;
import dev.whence.graph.Graph;
import dev.whence.graph.Value;
import dev.whence.tensor.Convolution;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.training.ConvolutionLayer;
import dev.whence.tensor.training.Layer;
import dev.whence.tensor.training.Layers;
import dev.whence.tensor.training.Linear;
import dev.whence.tensor.training.Parameters;
import dev.whence.tensor.training.Pass;
import java.util.List;
import java.util.Map;

/**
 * A network for {@linkplain Digits digits} built like the one of Shrikumar et al. 2017, section 4.1, but smaller: two
 * convolutions with rectifiers, the second of stride 2 instead of pooling, two dense layers, softmax.
 */
final class DigitNetwork {
    private static final int FIRST_CHANNELS = 12;
    private static final int SECOND_CHANNELS = 24;
    private static final int HIDDEN = 64;
    private static final int DIGITS = 10;
    private static final int FLAT = SECOND_CHANNELS * Digits.SIDE / 2 * Digits.SIDE / 2;
    private static final long[] KERNEL = {3, 3};
    private static final long[] PADS = {1, 1, 1, 1};

    private DigitNetwork() {}

    /** The layers from images {@code [N, 1, 8, 8]} to logits {@code [N, 10]}, with new parameters. */
    static Layer create(Parameters parameters) {
        return Layers.sequence(
                ConvolutionLayer.create(parameters, "conv1", padded(1), 1, FIRST_CHANNELS, KERNEL),
                Layers.RELU,
                ConvolutionLayer.create(parameters, "conv2", padded(2), FIRST_CHANNELS, SECOND_CHANNELS, KERNEL),
                Layers.RELU,
                Layers.FLATTEN,
                Layers.dropout(0.25),
                Linear.create(parameters, "dense1", FLAT, HIDDEN),
                Layers.RELU,
                Layers.dropout(0.5),
                Linear.create(parameters, "dense2", HIDDEN, DIGITS));
    }

    private static Convolution padded(long stride) {
        long[] ones = {1, 1};
        return new Convolution(new long[] {stride, stride}, ones, ones, false, new long[] {0, 0}, 1);
    }

    /** The logits in use. */
    static Tensor logits(Layer network, Tensor images) {
        return network.apply(images, Pass.USE);
    }

    /** The network with learnt values as a graph that ends in a softmax; the number of images is open. */
    static Graph graph(Map<String, NdArray> learnt) {
        Graph.Builder graph = Graph.builder("digits");
        graph.input(Value.tensor("image", NdArray.Type.FLOAT32, shape(1, Digits.SIDE, Digits.SIDE)));
        learnt.forEach(graph::constant);
        convolution(graph, "conv1", "image", 1);
        graph.node("Relu", "relu1", "conv1");
        convolution(graph, "conv2", "relu1", 2);
        graph.node("Relu", "relu2", "conv2");
        graph.node("Flatten", "flat", "relu2");
        dense(graph, "dense1", "flat", "dense1");
        graph.node("Relu", "relu3", "dense1");
        dense(graph, "dense2", "relu3", "logits");
        graph.node("Softmax", List.of("logits"), List.of("probabilities"), Attributes.of("axis", 1));
        return graph.declare(Value.tensor("logits", NdArray.Type.FLOAT32, shape(DIGITS)))
                .output(Value.tensor("probabilities", NdArray.Type.FLOAT32, shape(DIGITS)))
                .build();
    }

    private static List<Dimension> shape(long... rest) {
        List<Dimension> all = new java.util.ArrayList<>(List.of(Dimension.of("N")));
        for (long length : rest) {
            all.add(Dimension.of(length));
        }
        return all;
    }

    private static void convolution(Graph.Builder graph, String name, String from, long stride) {
        Attributes attributes =
                Attributes.of("kernel_shape", KERNEL).with("pads", PADS).with("strides", new long[] {stride, stride});
        graph.node("Conv", List.of(from, name + ".weight", name + ".bias"), List.of(name), attributes);
    }

    private static void dense(Graph.Builder graph, String name, String from, String to) {
        graph.node("Gemm", List.of(from, name + ".weight", name + ".bias"), List.of(to), Attributes.of("transB", 1));
    }
}
