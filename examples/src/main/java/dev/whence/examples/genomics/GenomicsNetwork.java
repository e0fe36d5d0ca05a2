package dev.whence.examples.genomics;

import dev.whence.core.NdArray;
import dev.whence.graph.Attributes;
import dev.whence.graph.Dimension;
import dev.whence.graph.Graph;
import dev.whence.graph.Value;
import dev.whence.tensor.Pooling;
import dev.whence.tensor.training.ConvolutionLayer;
import dev.whence.tensor.training.Layer;
import dev.whence.tensor.training.Layers;
import dev.whence.tensor.training.Linear;
import dev.whence.tensor.training.Parameters;
import java.util.List;
import java.util.Map;

/**
 * A network for simulated sequences built like the one of Shrikumar et al. 2017, section 4.2, but smaller: two
 * convolutions with rectifiers, the mean over all positions, two dense layers, and a sigmoid for each of three questions:
 * both motifs, GATA1's, TAL1's?
 */
final class GenomicsNetwork {
    /** How many questions the network answers. */
    static final int TASKS = 3;

    private static final int CHANNELS = 24;
    private static final int WIDTH = 11;
    private static final int HIDDEN = 32;
    private static final long LEFT = SequenceSimulator.LENGTH - 2L * (WIDTH - 1);

    private GenomicsNetwork() {}

    /** The layers from sequences {@code [N, 200, 4]} to logits {@code [N, 3]}, with new parameters. */
    static Layer create(Parameters parameters) {
        long[] one = {1};
        return Layers.sequence(
                (x, pass) -> x.transpose(1, 2),
                ConvolutionLayer.create(parameters, "conv1", ConvolutionLayer.plain(1), 4, CHANNELS, WIDTH),
                Layers.RELU,
                ConvolutionLayer.create(parameters, "conv2", ConvolutionLayer.plain(1), CHANNELS, CHANNELS, WIDTH),
                Layers.RELU,
                Layers.averagePool(new Pooling(new long[] {LEFT}, new long[] {LEFT}, new long[] {0}, one, false)),
                Layers.FLATTEN,
                Linear.create(parameters, "dense1", CHANNELS, HIDDEN),
                Layers.RELU,
                Linear.create(parameters, "dense2", HIDDEN, TASKS));
    }

    /** The network with learnt values as a graph that ends in a sigmoid; the number of sequences is open. */
    static Graph graph(Map<String, NdArray> learnt) {
        Graph.Builder graph = Graph.builder("tal-gata");
        Dimension count = Dimension.of("N");
        graph.input(Value.tensor(
                "sequence",
                NdArray.Type.FLOAT32,
                List.of(count, Dimension.of(SequenceSimulator.LENGTH), Dimension.of(Motif.LETTERS.length()))));
        learnt.forEach(graph::constant);
        graph.node("Transpose", List.of("sequence"), List.of("channels"), Attributes.of("perm", new long[] {0, 2, 1}));
        convolution(graph, "conv1", "channels");
        graph.node("Relu", "relu1", "conv1");
        convolution(graph, "conv2", "relu1");
        graph.node("Relu", "relu2", "conv2");
        Attributes pooling = Attributes.of("kernel_shape", new long[] {LEFT}).with("strides", new long[] {LEFT});
        graph.node("AveragePool", List.of("relu2"), List.of("pooled"), pooling);
        graph.node("Flatten", "flat", "pooled");
        dense(graph, "dense1", "flat", "dense1");
        graph.node("Relu", "relu3", "dense1");
        dense(graph, "dense2", "relu3", "logits");
        graph.node("Sigmoid", "probabilities", "logits");
        List<Dimension> answers = List.of(count, Dimension.of(TASKS));
        return graph.declare(Value.tensor("logits", NdArray.Type.FLOAT32, answers))
                .output(Value.tensor("probabilities", NdArray.Type.FLOAT32, answers))
                .build();
    }

    private static void convolution(Graph.Builder graph, String name, String from) {
        Attributes attributes = Attributes.of("kernel_shape", new long[] {WIDTH});
        graph.node("Conv", List.of(from, name + ".weight", name + ".bias"), List.of(name), attributes);
    }

    private static void dense(Graph.Builder graph, String name, String from, String to) {
        graph.node("Gemm", List.of(from, name + ".weight", name + ".bias"), List.of(to), Attributes.of("transB", 1));
    }
}
