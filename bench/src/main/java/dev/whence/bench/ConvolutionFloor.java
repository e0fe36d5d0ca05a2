package dev.whence.bench;

import dev.whence.core.NdArray;
import dev.whence.graph.Graph;
import dev.whence.graph.Network;
import dev.whence.graph.Node;
import dev.whence.graph.Precision;
import dev.whence.graph.operators.StandardOperators;
import dev.whence.tensor.Engine;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.pytorch.LongArrayRefOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * The least that any propagation can cost: every convolution of a network once forward and once backward to its input, with
 * images laid out channels-last, and nothing else. It calls libtorch itself, so that nothing of ours is in it.
 */
final class ConvolutionFloor implements AutoCloseable {
    private final List<Layer> layers = new ArrayList<>();

    /** One convolution with all that it reads. */
    private record Layer(Tensor x, Tensor weight, Tensor change, long[] stride, long[] padding) {
        private static final long[] ONES = {1, 1};
        private static final long[] NONE = {0, 0};

        private long[] axes(long[] values) {
            return java.util.Arrays.copyOf(values, stride.length);
        }

        void forward() {
            try (var noBias = new TensorOptional();
                    Tensor y =
                            torch.convolution(x, weight, noBias, stride, padding, axes(ONES), false, axes(NONE), 1)) {
                Objects.requireNonNull(y);
            }
        }

        void backward() {
            try (BoolPointer wanted = new BoolPointer(3);
                    var noBias = new LongArrayRefOptional()) {
                wanted.put(0, true).put(1, false).put(2, false);
                try (var all = torch.convolution_backward(
                        change, x, weight, noBias, stride, padding, axes(ONES), false, axes(NONE), 1, wanted)) {
                    Objects.requireNonNull(all);
                }
            }
        }

        void close() {
            x.close();
            weight.close();
            change.close();
        }
    }

    ConvolutionFloor(BenchNetworks.Subject subject, int batch) {
        Engine.start();
        Graph graph = subject.graph();
        List<Node> convolutions =
                graph.nodes().stream().filter(n -> n.operator().equals("Conv")).toList();
        String[] values = convolutions.stream()
                .flatMap(n -> java.util.stream.Stream.of(
                        n.inputs().getFirst(), n.outputs().getFirst()))
                .distinct()
                .toArray(String[]::new);
        try (Network network = StandardOperators.network(graph, Precision.FLOAT32)) {
            Map<String, NdArray> one = network.evaluate(Map.of(subject.input(), subject.batch(1, 3)), values);
            for (Node node : convolutions) {
                long[] weight = Objects.requireNonNull(
                                graph.constants().get(node.inputs().get(1)))
                        .shape();
                int axes = weight.length - 2;
                long[] pads = node.attributes().integers("pads", new long[2 * axes]);
                layers.add(new Layer(
                        drawn(batchOf(one, node.inputs().getFirst(), batch)),
                        drawn(weight),
                        drawn(batchOf(one, node.outputs().getFirst(), batch)),
                        node.attributes().integers("strides", new long[axes]),
                        java.util.Arrays.copyOf(pads, axes)));
            }
        }
    }

    private static long[] batchOf(Map<String, NdArray> one, String value, int batch) {
        long[] shape = Objects.requireNonNull(one.get(value), value).shape();
        shape[0] = batch;
        return shape;
    }

    private static Tensor drawn(long[] shape) {
        if (shape.length != 4) {
            return torch.randn(shape);
        }
        try (Tensor plain = torch.randn(shape)) {
            return plain.contiguous(torch.MemoryFormat.ChannelsLast);
        }
    }

    Contender contender() {
        return Contender.of(() -> {
            layers.forEach(Layer::forward);
            layers.reversed().forEach(Layer::backward);
        });
    }

    @Override
    public void close() {
        layers.forEach(Layer::close);
    }
}
