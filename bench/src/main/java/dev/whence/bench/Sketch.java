package dev.whence.bench;

import dev.whence.core.NdArray;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Node;
import dev.whence.graph.Value;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Writes a graph layer by layer with random weights, in the operators that exporters write; names count up. */
final class Sketch {
    private static final int OPSET = 17;

    private final Graph.Builder builder;
    private final RandomGenerator random;
    private int count;

    Sketch(String name, long seed, Value input) {
        builder = Graph.builder(name).input(input);
        random = generator(seed);
    }

    static RandomGenerator generator(long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    static NdArray random(RandomGenerator random, double scale, long... shape) {
        float[] data = new float[(int) NdArray.elements(shape)];
        for (int i = 0; i < data.length; i++) {
            data[i] = (float) (random.nextGaussian() * scale);
        }
        return NdArray.of(data, shape);
    }

    void node(String operator, String output, Attributes attributes, String... inputs) {
        builder.node(new Node(output, "", operator, OPSET, List.of(inputs), List.of(output), attributes));
    }

    String next(String operator, Attributes attributes, String... inputs) {
        String output = operator + "_" + count++;
        node(operator, output, attributes, inputs);
        return output;
    }

    String next(String operator, String... inputs) {
        return next(operator, Attributes.NONE, inputs);
    }

    String weight(double scale, long... shape) {
        return constant(Constant.of(random(random, scale, shape)));
    }

    String constant(Constant value) {
        String name = "w" + count++;
        builder.constant(name, value);
        return name;
    }

    String number(double value) {
        return constant(Constant.of(new float[] {(float) value}));
    }

    private String constant(float value, int length) {
        float[] data = new float[length];
        Arrays.fill(data, value);
        return constant(Constant.of(data, length));
    }

    String conv(String x, int in, int out, long[] kernel, int stride, int pad, boolean hasBias) {
        long[] shape = new long[kernel.length + 2];
        shape[0] = out;
        shape[1] = in;
        System.arraycopy(kernel, 0, shape, 2, kernel.length);
        long[] strides = new long[kernel.length];
        Arrays.fill(strides, stride);
        long[] pads = new long[2 * kernel.length];
        Arrays.fill(pads, pad);
        String w = weight(Math.sqrt(2.0 * out / NdArray.elements(shape)), shape);
        Attributes attributes = Attributes.of("strides", strides).with("pads", pads);
        return hasBias ? next("Conv", attributes, x, w, weight(0.1, out)) : next("Conv", attributes, x, w);
    }

    String norm(String x, int channels) {
        return next(
                "BatchNormalization",
                x,
                constant(1.1f, channels),
                constant(0.05f, channels),
                constant(0.02f, channels),
                constant(0.9f, channels));
    }

    String layerNorm(String x, int width) {
        return next("LayerNormalization", Attributes.of("axis", -1), x, constant(1.1f, width), constant(0.05f, width));
    }

    String relu(String x) {
        return next("Relu", x);
    }

    /** x/2 (1 + erf(x/sqrt 2)), spelled out. */
    String gelu(String x) {
        String bell = next("Erf", next("Div", x, number(Math.sqrt(2))));
        return next("Mul", next("Mul", x, next("Add", bell, number(1))), number(0.5));
    }

    String add(String a, String b) {
        return next("Add", a, b);
    }

    /** A dense layer on matrices. */
    String dense(String x, int in, int out) {
        return next("Gemm", x, weight(1 / Math.sqrt(in), in, out), weight(0.1, out));
    }

    /** A dense layer on the last axis of a value of any rank. */
    String linear(String x, int in, int out) {
        return add(next("MatMul", x, weight(1 / Math.sqrt(in), in, out)), weight(0.1, out));
    }

    String reshape(String x, long... shape) {
        return next("Reshape", x, constant(Constant.ofLongs(shape)));
    }

    String transpose(String x, long... order) {
        return next("Transpose", Attributes.of("perm", order), x);
    }

    /** One entry of an axis, which goes. */
    String pick(String x, int axis, long index) {
        return next("Gather", Attributes.of("axis", axis), x, constant(Constant.of(NdArray.of(new long[] {index}))));
    }

    /** Entries of an axis. */
    String slice(String x, int axis, long from, long to, long step) {
        return next(
                "Slice",
                x,
                constant(Constant.ofLongs(from)),
                constant(Constant.ofLongs(to)),
                constant(Constant.ofLongs(axis)),
                constant(Constant.ofLongs(step)));
    }

    Graph output(String name) {
        return builder.output(Value.untyped(name)).build();
    }
}
