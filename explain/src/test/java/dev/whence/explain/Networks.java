package dev.whence.explain;

import dev.whence.core.NdArray;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Node;
import dev.whence.graph.Value;
import java.util.List;
import java.util.random.RandomGenerator;

/** Small networks written by hand for the tests of this module. */
final class Networks {
    private Networks() {}

    /** A builder that names nodes after their outputs. */
    static final class Sketch {
        private final Graph.Builder builder;

        Sketch(long... inputShape) {
            builder = Graph.builder("sketch").input(Value.tensor("x", NdArray.Type.FLOAT32, inputShape));
        }

        Sketch input(String name, long... shape) {
            builder.input(Value.tensor(name, NdArray.Type.FLOAT32, shape));
            return this;
        }

        Sketch constant(String name, NdArray array) {
            builder.constant(name, Constant.of(array));
            return this;
        }

        Sketch node(String operator, String output, String... inputs) {
            return node(operator, output, Attributes.NONE, inputs);
        }

        Sketch node(String operator, String output, Attributes attributes, String... inputs) {
            builder.node(new Node(output, "", operator, 17, List.of(inputs), List.of(output), attributes));
            return this;
        }

        Graph output(String name) {
            return builder.output(Value.untyped(name)).build();
        }
    }

    static NdArray random(RandomGenerator random, double scale, long... shape) {
        double[] data = new double[(int) NdArray.elements(shape)];
        for (int i = 0; i < data.length; i++) {
            data[i] = random.nextGaussian() * scale;
        }
        return NdArray.of(data, shape);
    }

    /** A small image network with every common sort of step: convolution, normalisation, pooling, product, softmax inside. */
    static Graph mixed(RandomGenerator random) {
        return new Sketch(-1, 2, 6, 6)
                .constant("w1", random(random, 0.5, 3, 2, 3, 3))
                .constant("b1", random(random, 0.2, 3))
                .constant("w2", random(random, 0.5, 12, 5))
                .constant("b2", random(random, 0.2, 5))
                .constant("w3", random(random, 0.5, 5, 4))
                .constant("shape", NdArray.of(new long[] {0, 12}, 2))
                .node("Conv", "c", Attributes.of("pads", new long[] {1, 1, 1, 1}), "x", "w1", "b1")
                .node("Relu", "a", "c")
                .node(
                        "MaxPool",
                        "p",
                        Attributes.of("kernel_shape", new long[] {3, 3})
                                .with("strides", new long[] {3, 3})
                                .with("pads", new long[] {0, 0, 0, 0}),
                        "a")
                .node("Reshape", "f", "p", "shape")
                .node("Gemm", "h", "f", "w2", "b2")
                .node("Tanh", "t", "h")
                .node("Sigmoid", "g", "h")
                .node("Mul", "tg", "t", "g")
                .node("Softmax", "s", "h")
                .node("Add", "u", "tg", "s")
                .node("MatMul", "y", "u", "w3")
                .output("y");
    }

    static RandomGenerator seeded(long seed) {
        return java.util.random.RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }
}
