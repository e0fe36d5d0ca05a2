package dev.whence.bench;

import dev.whence.core.NdArray;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Node;
import dev.whence.graph.Value;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Networks of the shapes people use, with random weights: what a run costs does not depend on what they know. */
final class BenchNetworks {
    private BenchNetworks() {}

    /** A network and the shape of one example. */
    record Subject(Graph graph, String input, long[] example) {
        NdArray batch(int n, long seed) {
            long[] shape = new long[example.length + 1];
            shape[0] = n;
            System.arraycopy(example, 0, shape, 1, example.length);
            return random(generator(seed), 1, shape);
        }
    }

    /** The network of the DeepLIFT authors for motifs in 200 bases. */
    static Subject genomics() {
        Sketch s = new Sketch("genomics", 1, Value.tensor("sequence", NdArray.Type.FLOAT32, -1, 200, 4));
        s.node("Transpose", "ncl", Attributes.of("perm", new long[] {0, 2, 1}), "sequence");
        String x = s.relu(s.conv("ncl", 4, 50, new long[] {11}, 1, 0, true));
        x = s.relu(s.conv(x, 50, 50, new long[] {11}, 1, 0, true));
        Attributes pool = Attributes.of("kernel_shape", new long[] {180}).with("strides", new long[] {180});
        s.node("AveragePool", "pooled", pool, x);
        s.node("Flatten", "flat", Attributes.NONE, "pooled");
        x = s.relu(s.dense("flat", 50, 50));
        return new Subject(s.output(s.dense(x, 50, 3)), "sequence", new long[] {200, 4});
    }

    /** ResNet-18 (He et al. 2016) at 224 by 224 pixels, batch normalisation kept. */
    static Subject resnet18() {
        Sketch s = new Sketch("resnet18", 2, Value.tensor("image", NdArray.Type.FLOAT32, -1, 3, 224, 224));
        String x = s.relu(s.norm(s.conv("image", 3, 64, new long[] {7, 7}, 2, 3, false), 64));
        Attributes pool = Attributes.of("kernel_shape", new long[] {3, 3})
                .with("strides", new long[] {2, 2})
                .with("pads", new long[] {1, 1, 1, 1});
        s.node("MaxPool", "stem", pool, x);
        x = "stem";
        int channels = 64;
        for (int stage = 0; stage < 4; stage++) {
            for (int block = 0; block < 2; block++) {
                int out = 64 << stage;
                int stride = stage > 0 && block == 0 ? 2 : 1;
                x = block(s, x, channels, out, stride);
                channels = out;
            }
        }
        s.node("GlobalAveragePool", "pooled", Attributes.NONE, x);
        s.node("Flatten", "flat", Attributes.NONE, "pooled");
        return new Subject(s.output(s.dense("flat", 512, 1000)), "image", new long[] {3, 224, 224});
    }

    private static String block(Sketch s, String x, int in, int out, int stride) {
        long[] three = {3, 3};
        String y = s.relu(s.norm(s.conv(x, in, out, three, stride, 1, false), out));
        y = s.norm(s.conv(y, out, out, three, 1, 1, false), out);
        String shortcut =
                in == out && stride == 1 ? x : s.norm(s.conv(x, in, out, new long[] {1, 1}, stride, 0, false), out);
        return s.relu(s.add(y, shortcut));
    }

    private static RandomGenerator generator(long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    private static NdArray random(RandomGenerator random, double scale, long... shape) {
        float[] data = new float[(int) NdArray.elements(shape)];
        for (int i = 0; i < data.length; i++) {
            data[i] = (float) (random.nextGaussian() * scale);
        }
        return NdArray.of(data, shape);
    }

    /** Writes a graph layer by layer; names count up. */
    private static final class Sketch {
        private final Graph.Builder builder;
        private final RandomGenerator random;
        private int count;

        Sketch(String name, long seed, Value input) {
            builder = Graph.builder(name).input(input);
            random = generator(seed);
        }

        void node(String operator, String output, Attributes attributes, String... inputs) {
            builder.node(new Node(output, "", operator, 17, List.of(inputs), List.of(output), attributes));
        }

        private String next(String operator, Attributes attributes, String... inputs) {
            String output = operator + "_" + count++;
            node(operator, output, attributes, inputs);
            return output;
        }

        private String weight(double scale, long... shape) {
            String name = "w" + count++;
            builder.constant(name, Constant.of(random(random, scale, shape)));
            return name;
        }

        private String constant(float value, int length) {
            float[] data = new float[length];
            java.util.Arrays.fill(data, value);
            String name = "k" + count++;
            builder.constant(name, Constant.of(data, length));
            return name;
        }

        String conv(String x, int in, int out, long[] kernel, int stride, int pad, boolean hasBias) {
            long[] shape = new long[kernel.length + 2];
            shape[0] = out;
            shape[1] = in;
            System.arraycopy(kernel, 0, shape, 2, kernel.length);
            long[] strides = new long[kernel.length];
            java.util.Arrays.fill(strides, stride);
            long[] pads = new long[2 * kernel.length];
            java.util.Arrays.fill(pads, pad);
            String w = weight(Math.sqrt(2.0 * out / NdArray.elements(shape)), shape);
            Attributes attributes = Attributes.of("strides", strides).with("pads", pads);
            return hasBias ? next("Conv", attributes, x, w, weight(0.1, out)) : next("Conv", attributes, x, w);
        }

        String norm(String x, int channels) {
            return next(
                    "BatchNormalization",
                    Attributes.NONE,
                    x,
                    constant(1.1f, channels),
                    constant(0.05f, channels),
                    constant(0.02f, channels),
                    constant(0.9f, channels));
        }

        String relu(String x) {
            return next("Relu", Attributes.NONE, x);
        }

        String add(String a, String b) {
            return next("Add", Attributes.NONE, a, b);
        }

        String dense(String x, int in, int out) {
            return next("Gemm", Attributes.NONE, x, weight(1 / Math.sqrt(in), in, out), weight(0.1, out));
        }

        Graph output(String name) {
            return builder.output(Value.untyped(name)).build();
        }
    }
}
