package dev.whence.bench;

import dev.whence.core.NdArray;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Value;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Networks in the sizes in which they are used, with random weights. */
final class FullSizeNetworks {
    private static final int CLASSES = 1000;
    private static final int PIXELS = 224;
    private static final long[] IMAGE = {3, PIXELS, PIXELS};

    private static final int TOKENS = 128;
    private static final int WORDS = 30_522;

    private FullSizeNetworks() {}

    /**
     * A network in a table.
     *
     * @param name in words
     * @param graph builds it
     * @param example the shape of one example
     * @param words the number of words if the input holds token ids, else 0
     * @param at the value whose elements get scores, or empty for the input
     */
    record FullSize(String name, Supplier<Graph> graph, long[] example, int words, String at) {
        /** One example. */
        NdArray input(long seed) {
            long[] shape = new long[example.length + 1];
            shape[0] = 1;
            System.arraycopy(example, 0, shape, 1, example.length);
            if (words == 0) {
                return Sketch.random(Sketch.generator(seed), 1, shape);
            }
            return NdArray.of(
                    Sketch.generator(seed)
                            .longs(NdArray.elements(shape), 0, words)
                            .toArray(),
                    shape);
        }
    }

    /** All, by the names of their files. */
    static Map<String, FullSize> all() {
        Map<String, FullSize> all = new LinkedHashMap<>();
        all.put("resnet50", new FullSize("ResNet-50, 224²", FullSizeNetworks::resnet50, IMAGE, 0, ""));
        all.put("vit", new FullSize("ViT-B/16, 224²", FullSizeNetworks::visionTransformer, IMAGE, 0, ""));
        all.put("swin", new FullSize("Swin-T, 224²", SwinNetwork::tiny, IMAGE, 0, ""));
        all.put(
                "bert",
                new FullSize(
                        "BERT-base, 128 tokens", FullSizeNetworks::bert, new long[] {TOKENS}, WORDS, "embeddings"));
        return all;
    }

    static Sketch images(String name) {
        return new Sketch(name, 1, Value.tensor("input", NdArray.Type.FLOAT32, -1, 3, PIXELS, PIXELS));
    }

    /** ResNet-50 (He et al. 2016) with the stride in the 3 by 3 convolutions; batch normalisation kept. */
    static Graph resnet50() {
        Sketch s = images("resnet50");
        String x = s.relu(s.norm(s.conv("input", 3, 64, new long[] {7, 7}, 2, 3, false), 64));
        Attributes pool = Attributes.of("kernel_shape", new long[] {3, 3})
                .with("strides", new long[] {2, 2})
                .with("pads", new long[] {1, 1, 1, 1});
        x = s.next("MaxPool", pool, x);
        int[] blocks = {3, 4, 6, 3};
        int channels = 64;
        for (int stage = 0; stage < blocks.length; stage++) {
            for (int block = 0; block < blocks[stage]; block++) {
                int stride = stage > 0 && block == 0 ? 2 : 1;
                x = bottleneck(s, x, channels, 64 << stage, stride);
                channels = 256 << stage;
            }
        }
        x = s.next("Flatten", s.next("GlobalAveragePool", x));
        return s.output(s.dense(x, channels, CLASSES));
    }

    private static String bottleneck(Sketch s, String x, int in, int width, int stride) {
        long[] one = {1, 1};
        int out = 4 * width;
        String y = s.relu(s.norm(s.conv(x, in, width, one, 1, 0, false), width));
        y = s.relu(s.norm(s.conv(y, width, width, new long[] {3, 3}, stride, 1, false), width));
        y = s.norm(s.conv(y, width, out, one, 1, 0, false), out);
        String shortcut = in == out ? x : s.norm(s.conv(x, in, out, one, stride, 0, false), out);
        return s.relu(s.add(y, shortcut));
    }

    /** ViT-B/16 (Dosovitskiy et al. 2021). */
    static Graph visionTransformer() {
        int width = 768;
        int patches = 14 * 14;
        Sketch s = images("vit_b_16");
        String x = s.conv("input", 3, width, new long[] {16, 16}, 16, 0, true);
        x = s.transpose(s.reshape(x, 0, width, patches), 0, 2, 1);
        String batch = s.slice(s.next("Shape", "input"), 0, 0, 1, 1);
        String size = s.next("Concat", Attributes.of("axis", 0), batch, s.constant(Constant.ofLongs(1, width)));
        String first = s.next("Expand", s.weight(0.5, 1, 1, width), size);
        x = s.next("Concat", Attributes.of("axis", 1), first, x);
        x = s.add(x, s.weight(0.1, 1, patches + 1, width));
        for (int layer = 0; layer < 12; layer++) {
            x = s.add(x, attention(s, s.layerNorm(x, width), patches + 1, width, 12));
            x = s.add(x, feedForward(s, s.layerNorm(x, width), width));
        }
        return s.output(s.dense(s.pick(s.layerNorm(x, width), 1, 0), width, CLASSES));
    }

    /** An encoder of the size of BERT-base (Devlin et al. 2019) over token ids, with a head of two classes. */
    static Graph bert() {
        int width = 768;
        Sketch s = new Sketch("bert_base", 1, Value.tensor("input", NdArray.Type.INT64, -1, TOKENS));
        s.node("Gather", "embeddings", Attributes.NONE, s.weight(0.5, WORDS, width), "input");
        String x = s.layerNorm(s.add("embeddings", s.weight(0.1, 1, TOKENS, width)), width);
        for (int layer = 0; layer < 12; layer++) {
            x = s.layerNorm(s.add(x, attention(s, x, TOKENS, width, 12)), width);
            x = s.layerNorm(s.add(x, feedForward(s, x, width)), width);
        }
        String pooled = s.next("Tanh", s.dense(s.pick(x, 1, 0), width, width));
        return s.output(s.dense(pooled, width, 2));
    }

    static String feedForward(Sketch s, String x, int width) {
        return s.linear(s.gelu(s.linear(x, width, 4 * width)), 4 * width, width);
    }

    /** Attention of every place to every place, queries, keys and values from three dense layers. */
    private static String attention(Sketch s, String x, int places, int width, int heads) {
        String q = heads(s, x, places, width, heads, 0, 2, 1, 3);
        String k = heads(s, x, places, width, heads, 0, 2, 3, 1);
        String v = heads(s, x, places, width, heads, 0, 2, 1, 3);
        String scores = s.next("Div", s.next("MatMul", q, k), s.number(Math.sqrt((double) width / heads)));
        String mean = s.next("MatMul", s.next("Softmax", Attributes.of("axis", -1), scores), v);
        return s.linear(s.reshape(s.transpose(mean, 0, 2, 1, 3), 0, places, width), width, width);
    }

    private static String heads(Sketch s, String x, int places, int width, int heads, long... order) {
        String split = s.reshape(s.linear(x, width, width), 0, places, heads, width / heads);
        return s.transpose(split, order);
    }
}
