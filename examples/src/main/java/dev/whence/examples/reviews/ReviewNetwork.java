package dev.whence.examples.reviews;

import dev.whence.core.NdArray;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.Dimension;
import dev.whence.graph.Graph;
import dev.whence.graph.Value;
import dev.whence.tensor.Convolution;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.training.ConvolutionLayer;
import dev.whence.tensor.training.Embedding;
import dev.whence.tensor.training.Linear;
import dev.whence.tensor.training.Parameters;
import dev.whence.tensor.training.Pass;
import java.util.List;
import java.util.Map;

/**
 * A network for reviews: a vector a token, two convolutions of three tokens with rectifiers, the sum over all tokens, a
 * dense layer, softmax. Padding is left out by a mask wherever it could be seen.
 *
 * @param words the vectors
 * @param first the first convolution
 * @param second the second convolution
 * @param dense the last layer
 */
record ReviewNetwork(Embedding words, ConvolutionLayer first, ConvolutionLayer second, Linear dense) {
    private static final int WIDTH = 16;
    private static final int CHANNELS = 24;
    private static final long REACH = 3;
    private static final int CLASSES = 2;

    /** Vectors start small (standard deviation 0.1), so that words without a meaning for the answer stay so. */
    private static final long SMALL = 200;

    /** New parameters. */
    static ReviewNetwork create(Parameters parameters) {
        return new ReviewNetwork(
                new Embedding(parameters.drawn("words.weight", SMALL, ReviewWords.count(), WIDTH)),
                ConvolutionLayer.create(parameters, "conv1", padded(), WIDTH, CHANNELS, REACH),
                ConvolutionLayer.create(parameters, "conv2", padded(), CHANNELS, CHANNELS, REACH),
                Linear.create(parameters, "dense", CHANNELS, CLASSES));
    }

    private static Convolution padded() {
        long[] one = {1};
        return new Convolution(one, one, one, false, new long[] {0}, 1);
    }

    /**
     * The logits {@code [N, 2]}, blame first.
     *
     * @param ids int64 {@code [N, T]}
     * @param mask float32 {@code [N, T]}
     */
    Tensor logits(Tensor ids, Tensor mask, Pass pass) {
        Tensor seen = mask.unsqueeze(1);
        Tensor x = words.apply(ids, pass).transpose(1, 2).times(seen);
        Tensor one = first.apply(x, pass).relu().times(seen);
        Tensor two = second.apply(one, pass).relu().times(seen);
        return dense.apply(two.sum(false, 2), pass);
    }

    /** The network with learnt values as a graph that ends in a softmax; numbers of reviews and of tokens are open. */
    static Graph graph(Map<String, NdArray> learnt) {
        List<Dimension> tokens = List.of(Dimension.of("N"), Dimension.of("T"));
        Graph.Builder graph = Graph.builder("reviews")
                .input(Value.tensor("input_ids", NdArray.Type.INT64, tokens))
                .input(Value.tensor("attention_mask", NdArray.Type.INT64, tokens));
        learnt.forEach(graph::constant);
        graph.constant("axis1", Constant.ofLongs(1)).constant("axis2", Constant.ofLongs(2));
        graph.node("Cast", List.of("attention_mask"), List.of("mask"), Attributes.of("to", 1));
        graph.node("Unsqueeze", "seen", "mask", "axis1");
        graph.node("Gather", "embedded", "words.weight", "input_ids");
        graph.node("Transpose", List.of("embedded"), List.of("channels"), Attributes.of("perm", new long[] {0, 2, 1}));
        graph.node("Mul", "text", "channels", "seen");
        convolution(graph, "conv1", "text", "relu1");
        graph.node("Mul", "masked1", "relu1", "seen");
        convolution(graph, "conv2", "masked1", "relu2");
        graph.node("Mul", "masked2", "relu2", "seen");
        graph.node("ReduceSum", List.of("masked2", "axis2"), List.of("sum"), Attributes.of("keepdims", 0));
        graph.node("Gemm", List.of("sum", "dense.weight", "dense.bias"), List.of("logits"), Attributes.of("transB", 1));
        graph.node("Softmax", List.of("logits"), List.of("probabilities"), Attributes.of("axis", 1));
        List<Dimension> answers = List.of(Dimension.of("N"), Dimension.of(CLASSES));
        return graph.declare(Value.tensor("logits", NdArray.Type.FLOAT32, answers))
                .output(Value.tensor("probabilities", NdArray.Type.FLOAT32, answers))
                .build();
    }

    private static void convolution(Graph.Builder graph, String name, String from, String to) {
        Attributes attributes =
                Attributes.of("kernel_shape", new long[] {REACH}).with("pads", new long[] {1, 1});
        graph.node("Conv", List.of(from, name + ".weight", name + ".bias"), List.of(name), attributes);
        graph.node("Relu", to, name);
    }
}
