package dev.whence.bench;

import dev.whence.core.NdArray;
import dev.whence.graph.Attributes;
import dev.whence.graph.Graph;
import dev.whence.graph.Value;

/** Networks of the shapes people use, with random weights: what a run costs does not depend on what they know. */
final class BenchNetworks {
    private BenchNetworks() {}

    /** A network and the shape of one example. */
    record Subject(Graph graph, String input, long[] example) {
        NdArray batch(int n, long seed) {
            long[] shape = new long[example.length + 1];
            shape[0] = n;
            System.arraycopy(example, 0, shape, 1, example.length);
            return Sketch.random(Sketch.generator(seed), 1, shape);
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
        return resnet18("MaxPool");
    }

    /** The same with means instead of maxima in the stem: a network in which no rule has a choice to make. */
    static Subject resnet18Average() {
        return resnet18("AveragePool");
    }

    private static Subject resnet18(String pooling) {
        Sketch s = new Sketch("resnet18", 2, Value.tensor("image", NdArray.Type.FLOAT32, -1, 3, 224, 224));
        String x = s.relu(s.norm(s.conv("image", 3, 64, new long[] {7, 7}, 2, 3, false), 64));
        Attributes pool = Attributes.of("kernel_shape", new long[] {3, 3})
                .with("strides", new long[] {2, 2})
                .with("pads", new long[] {1, 1, 1, 1});
        s.node(pooling, "stem", pool, x);
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
}
