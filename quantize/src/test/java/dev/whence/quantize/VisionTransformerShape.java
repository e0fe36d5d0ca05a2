package dev.whence.quantize;

import dev.whence.core.NdArray;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Node;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Vision transformers of any size with random weights, named and spelled as an exporter does: for tests of time and memory.
 *
 * @param image side of the square pictures, in pixels
 * @param channels channels of the pictures
 * @param patch side of the square patches
 * @param width numbers a token
 * @param depth blocks
 * @param heads heads of attention
 * @param classes numbers at the end
 */
public record VisionTransformerShape(int image, int channels, int patch, int width, int depth, int heads, int classes) {
    /** ViT-S/16 for pictures of 224 x 224. */
    public static final VisionTransformerShape SMALL_16 = new VisionTransformerShape(224, 3, 16, 384, 12, 6, 1000);

    /** Tokens, that of the class included. */
    public int tokens() {
        int side = image / patch;
        return side * side + 1;
    }

    /** A network with weights drawn from a seed. Input {@code image}, output {@code logits}, one row an example. */
    public Graph graph(long seed) {
        return new Writer(this, seed).write();
    }

    /** Pictures drawn from a seed, from -1 to 1. */
    public NdArray images(int count, long seed) {
        Random random = new Random(seed);
        float[] out = new float[count * channels * image * image];
        for (int i = 0; i < out.length; i++) {
            out[i] = 2 * random.nextFloat() - 1;
        }
        return NdArray.of(out, count, channels, image, image);
    }

    private static final class Writer {
        private static final int OPSET = 17;

        private final VisionTransformerShape shape;
        private final Random random;
        private final Graph.Builder graph = Graph.builder("vision_transformer").opset(OPSET);
        private int anonymous;

        Writer(VisionTransformerShape shape, long seed) {
            this.shape = shape;
            this.random = new Random(seed);
        }

        Graph write() {
            graph.input("image", NdArray.Type.FLOAT32, -1, shape.channels, shape.image, shape.image);
            String x = embedding();
            for (int block = 0; block < shape.depth; block++) {
                x = block("/blocks/blocks." + block, "blocks." + block, x);
            }
            x = norm("/norm", "norm", x);
            graph.constant("first", NdArray.of(new long[] {0}, new long[0]));
            node("/Gather", "Gather", "pooled", Map.of("axis", 1), x, "first");
            graph.constant("head.weight", normal(0.05, shape.classes, shape.width));
            graph.constant("head.bias", normal(0.01, shape.classes));
            node("/head/Gemm", "Gemm", "logits", Map.of("transB", 1), "pooled", "head.weight", "head.bias");
            return graph.output("logits").build();
        }

        private String embedding() {
            long[] strides = {shape.patch, shape.patch};
            graph.constant(
                    "patch_embed.proj.weight", normal(0.05, shape.width, shape.channels, shape.patch, shape.patch));
            graph.constant("patch_embed.proj.bias", normal(0.01, shape.width));
            node(
                    "/patch_embed/proj/Conv",
                    "Conv",
                    "patches",
                    Map.of("strides", strides, "kernel_shape", strides),
                    "image",
                    "patch_embed.proj.weight",
                    "patch_embed.proj.bias");
            graph.constant("flat", Constant.ofLongs(0, shape.width, -1));
            node("/patch_embed/Reshape", "Reshape", "rows", Map.of(), "patches", "flat");
            node("/patch_embed/Transpose", "Transpose", "tokens", Map.of("perm", new long[] {0, 2, 1}), "rows");
            graph.constant("cls_token", normal(0.5, 1, 1, shape.width));
            graph.constant("pos_embed", normal(0.2, 1, shape.tokens(), shape.width));
            graph.constant("from", Constant.ofLongs(0));
            graph.constant("to", Constant.ofLongs(1));
            node("/Shape", "Shape", "token_shape", Map.of(), "tokens");
            node("/Slice", "Slice", "batch", Map.of(), "token_shape", "from", "to");
            graph.constant("rest", Constant.ofLongs(1, shape.width));
            node("/Concat", "Concat", "class_shape", Map.of("axis", 0), "batch", "rest");
            node("/Expand", "Expand", "class_token", Map.of(), "cls_token", "class_shape");
            node("/Concat_1", "Concat", "sequence", Map.of("axis", 1), "class_token", "tokens");
            node("/Add", "Add", "embedded", Map.of(), "sequence", "pos_embed");
            return "embedded";
        }

        private String block(String path, String name, String x) {
            String attended = attention(path + "/attn", name + ".attn", norm(path + "/norm1", name + ".norm1", x));
            String first = name + ".add1";
            node(path + "/Add", "Add", first, Map.of(), x, attended);
            String normed = norm(path + "/norm2", name + ".norm2", first);
            String hidden = dense(path + "/mlp/fc1", name + ".mlp.fc1", normed, shape.width, 4 * shape.width);
            String act = gelu(path + "/mlp/act", name + ".mlp.act", hidden);
            String out = dense(path + "/mlp/fc2", name + ".mlp.fc2", act, 4 * shape.width, shape.width);
            String second = name + ".add2";
            node(path + "/Add_1", "Add", second, Map.of(), first, out);
            return second;
        }

        private String attention(String path, String name, String x) {
            int each = shape.width / shape.heads;
            String all = dense(path + "/qkv", name + ".qkv", x, shape.width, 3 * shape.width);
            graph.constant(name + ".five", Constant.ofLongs(0, shape.tokens(), 3, shape.heads, each));
            node(path + "/Reshape", "Reshape", name + ".apart", Map.of(), all, name + ".five");
            long[] perm = {2, 0, 3, 1, 4};
            node(path + "/Transpose", "Transpose", name + ".turned", Map.of("perm", perm), name + ".apart");
            for (int i = 0; i < 3; i++) {
                graph.constant(name + ".index" + i, NdArray.of(new long[] {i}, new long[0]));
                String part = name + ".part" + i;
                node(path + "/Gather_" + i, "Gather", part, Map.of("axis", 0), name + ".turned", name + ".index" + i);
            }
            long[] swap = {0, 1, 3, 2};
            node(path + "/Transpose_1", "Transpose", name + ".keys", Map.of("perm", swap), name + ".part1");
            node(path + "/MatMul", "MatMul", name + ".products", Map.of(), name + ".part0", name + ".keys");
            graph.constant(name + ".scale", Constant.of(new float[] {(float) (1 / Math.sqrt(each))}));
            node(path + "/Mul", "Mul", name + ".logits", Map.of(), name + ".products", name + ".scale");
            node(path + "/Softmax", "Softmax", name + ".weights", Map.of("axis", -1), name + ".logits");
            node(path + "/MatMul_1", "MatMul", name + ".mixed", Map.of(), name + ".weights", name + ".part2");
            long[] back = {0, 2, 1, 3};
            node(path + "/Transpose_2", "Transpose", name + ".back", Map.of("perm", back), name + ".mixed");
            graph.constant(name + ".three", Constant.ofLongs(0, shape.tokens(), shape.width));
            node(path + "/Reshape_1", "Reshape", name + ".merged", Map.of(), name + ".back", name + ".three");
            return dense(path + "/proj", name + ".proj", name + ".merged", shape.width, shape.width);
        }

        private String gelu(String path, String name, String x) {
            graph.constant(name + ".root", Constant.of(new float[] {(float) Math.sqrt(2)}));
            graph.constant(name + ".one", Constant.of(new float[] {1}));
            graph.constant(name + ".half", Constant.of(new float[] {0.5f}));
            node(path + "/Div", "Div", name + ".scaled", Map.of(), x, name + ".root");
            node(path + "/Erf", "Erf", name + ".erf", Map.of(), name + ".scaled");
            node(path + "/Add", "Add", name + ".above", Map.of(), name + ".erf", name + ".one");
            node(path + "/Mul", "Mul", name + ".product", Map.of(), x, name + ".above");
            node(path + "/Mul_1", "Mul", name + ".out", Map.of(), name + ".product", name + ".half");
            return name + ".out";
        }

        private String norm(String path, String name, String x) {
            float[] ones = new float[shape.width];
            for (int i = 0; i < ones.length; i++) {
                ones[i] = (float) Math.exp(0.3 * random.nextGaussian());
            }
            graph.constant(name + ".weight", Constant.of(ones, shape.width));
            graph.constant(name + ".bias", normal(0.1, shape.width));
            node(
                    path + "/LayerNormalization",
                    "LayerNormalization",
                    name + ".out",
                    Map.of("axis", -1, "epsilon", 1e-6),
                    x,
                    name + ".weight",
                    name + ".bias");
            return name + ".out";
        }

        private String dense(String path, String name, String x, int in, int out) {
            String weight = "onnx::MatMul_" + anonymous++;
            graph.constant(weight, normal(1 / Math.sqrt(in), in, out));
            graph.constant(name + ".bias", normal(0.02, out));
            node(path + "/MatMul", "MatMul", name + ".product", Map.of(), x, weight);
            node(path + "/Add", "Add", name + ".out", Map.of(), name + ".bias", name + ".product");
            return name + ".out";
        }

        private Constant normal(double deviation, long... sizes) {
            float[] out = new float[Math.toIntExact(NdArray.elements(sizes))];
            for (int i = 0; i < out.length; i++) {
                out[i] = (float) (deviation * random.nextGaussian());
            }
            return Constant.of(out, sizes);
        }

        private void node(String name, String operator, String out, Map<String, ?> attributes, String... in) {
            graph.node(new Node(name, "", operator, OPSET, Arrays.asList(in), List.of(out), Attributes.of(attributes)));
        }
    }
}
