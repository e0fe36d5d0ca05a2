package dev.whence.quantize.model;

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
 * One block of a transformer over [N, 5, 8] with two heads and a head of three classes, in whatever spelling a test wants. Nodes
 * have the names that exporters make of modules.
 */
final class TinyTransformer {
    static final int TOKENS = 5;
    static final int WIDTH = 8;
    static final int HEADS = 2;
    static final int HIDDEN = 16;
    static final int CLASSES = 3;

    /** How queries, keys and values are made. */
    enum Qkv {
        GATHER,
        SPLIT,
        SLICES,
        THREE
    }

    /** How the activation of the feed-forward block is spelled. */
    enum Gelu {
        ERF,
        ERF_HALF_FIRST,
        ERF_HALF_INSIDE,
        TANH,
        TANH_FACTORED,
        NATIVE,
        FAST,
        RELU,
        SWISH
    }

    /** Where weights stand. */
    enum Weights {
        INITIALIZER,
        CONSTANT_NODE,
        IDENTITY,
        TRANSPOSE
    }

    /** How layer normalisation is spelled. */
    enum Norm {
        FUSED,
        PRIMITIVE,
        TWO_DIFFERENCES,
        ROOT_MEAN_SQUARE
    }

    /** Where attention scales. */
    enum Scale {
        BEFORE,
        AFTER,
        BOTH,
        NONE
    }

    private final Graph.Builder graph = Graph.builder("tiny").opset(20);
    private final Random random = new Random(7);

    Qkv qkv = Qkv.GATHER;
    Gelu gelu = Gelu.ERF;
    Weights weights = Weights.INITIALIZER;
    Norm norm = Norm.FUSED;
    Scale scale = Scale.AFTER;
    boolean hasLayerScale;
    boolean hasNames = true;
    boolean hasMask;
    boolean hasQueryNorm;

    /** The finished graph. */
    Graph build() {
        graph.input("x", NdArray.Type.FLOAT32, -1, TOKENS, WIDTH);
        String first = add("block.0.add1", "x", attention(norm("block.0.norm1", "x")));
        String second = add("block.0.add2", first, feedForward(norm("block.0.norm2", first)));
        String last = norm("norm", second);
        graph.constant("zero", Constant.of(NdArray.of(new long[] {0}, new long[0])));
        node("pool", "Gather", "pooled", Map.of("axis", 1), last, "zero");
        graph.constant("head.weight", matrix(CLASSES, WIDTH));
        graph.constant("head.bias", vector(CLASSES));
        node("head", "Gemm", "logits", Map.of("transB", 1), "pooled", "head.weight", "head.bias");
        return graph.output("logits").build();
    }

    /** The builder, for nodes of a test's own. */
    Graph.Builder builder() {
        return graph;
    }

    // ---- parts -------------------------------------------------------------------------------------------------

    private String attention(String x) {
        String[] parts = qkv == Qkv.THREE ? three(x) : together(dense("block.0.attn.qkv", x, WIDTH, 3 * WIDTH));
        String query = parts[0];
        if (hasQueryNorm) {
            query = norm("block.0.attn.q_norm", query, WIDTH / HEADS);
        }
        if (scale == Scale.BEFORE || scale == Scale.BOTH) {
            query = number("block.0.attn", "Mul", query, 0.5);
        }
        node("block.0.attn", "Transpose", "keys", Map.of("perm", new long[] {0, 1, 3, 2}), parts[1]);
        node("block.0.attn", "MatMul", "scores", Map.of(), query, "keys");
        String scores = "scores";
        if (scale == Scale.AFTER || scale == Scale.BOTH) {
            scores = number("block.0.attn", "Div", scores, 2);
        }
        if (hasMask) {
            graph.constant("mask", Constant.of(new float[TOKENS * TOKENS], 1, 1, TOKENS, TOKENS));
            scores = add("block.0.attn.mask", scores, "mask");
        }
        node("block.0.attn", "Softmax", "weights", Map.of("axis", -1), scores);
        node("block.0.attn", "MatMul", "mixed", Map.of(), "weights", parts[2]);
        node("block.0.attn", "Transpose", "mixed_back", Map.of("perm", new long[] {0, 2, 1, 3}), "mixed");
        graph.constant("merged_shape", Constant.ofLongs(0, TOKENS, WIDTH));
        node("block.0.attn", "Reshape", "merged", Map.of(), "mixed_back", "merged_shape");
        return scaled("block.0.ls1", dense("block.0.attn.proj", "merged", WIDTH, WIDTH));
    }

    private String[] three(String x) {
        String[] out = new String[3];
        for (int i = 0; i < 3; i++) {
            out[i] = heads("qkv".substring(i, i + 1), dense("block.0.attn." + "qkv".charAt(i), x, WIDTH, WIDTH));
        }
        return out;
    }

    private String[] together(String all) {
        return switch (qkv) {
            case SPLIT -> {
                graph.node(new Node(
                        name("block.0.attn", "Split", "q"),
                        "",
                        "Split",
                        20,
                        List.of(all),
                        List.of("q", "k", "v"),
                        Attributes.of(Map.of("axis", -1, "num_outputs", 3))));
                yield new String[] {heads("q", "q"), heads("k", "k"), heads("v", "v")};
            }
            case SLICES -> {
                String[] out = new String[3];
                graph.constant("last_axis", Constant.ofLongs(2));
                for (int i = 0; i < 3; i++) {
                    graph.constant("from" + i, Constant.ofLongs((long) i * WIDTH));
                    graph.constant("to" + i, Constant.ofLongs((long) (i + 1) * WIDTH));
                    node("block.0.attn", "Slice", "part" + i, Map.of(), all, "from" + i, "to" + i, "last_axis");
                    out[i] = heads("part" + i, "part" + i);
                }
                yield out;
            }
            default -> gathered(all);
        };
    }

    private String[] gathered(String all) {
        graph.constant("five", Constant.ofLongs(0, TOKENS, 3, HEADS, WIDTH / HEADS));
        node("block.0.attn", "Reshape", "apart", Map.of(), all, "five");
        node("block.0.attn", "Transpose", "turned", Map.of("perm", new long[] {2, 0, 3, 1, 4}), "apart");
        String[] out = new String[3];
        for (int i = 0; i < 3; i++) {
            graph.constant("index" + i, Constant.of(NdArray.of(new long[] {i}, new long[0])));
            out[i] = "part" + i;
            node("block.0.attn", "Gather", out[i], Map.of("axis", 0), "turned", "index" + i);
        }
        return out;
    }

    private String heads(String base, String value) {
        graph.constant(base + "_shape", Constant.ofLongs(0, TOKENS, HEADS, WIDTH / HEADS));
        node("block.0.attn", "Reshape", base + "_apart", Map.of(), value, base + "_shape");
        node("block.0.attn", "Transpose", base + "_heads", Map.of("perm", new long[] {0, 2, 1, 3}), base + "_apart");
        return base + "_heads";
    }

    private String feedForward(String x) {
        String hidden = activation(dense("block.0.mlp.fc1", x, WIDTH, HIDDEN));
        return scaled("block.0.ls2", dense("block.0.mlp.fc2", hidden, HIDDEN, WIDTH));
    }

    private String scaled(String module, String value) {
        if (!hasLayerScale) {
            return value;
        }
        graph.constant(module + ".gamma", vector(WIDTH));
        node(module, "Mul", module + "_out", Map.of(), value, module + ".gamma");
        return module + "_out";
    }

    private String activation(String x) {
        String module = "block.0.mlp.act";
        return switch (gelu) {
            case NATIVE -> one(module, "Gelu", "", x);
            case FAST -> one(module, "FastGelu", "com.microsoft", x);
            case RELU -> one(module, "Relu", "", x);
            case SWISH -> product(module, x, one(module, "Sigmoid", "", x));
            case ERF, ERF_HALF_FIRST, ERF_HALF_INSIDE ->
                halves(module, x, one(module, "Erf", "", number(module, "Div", x, Math.sqrt(2))));
            case TANH -> {
                String cube = number(module, "Pow", x, 3);
                String sum = add(module + ".inner", x, number(module, "Mul", cube, 0.044715));
                String inside = number(module, "Mul", sum, Math.sqrt(2 / Math.PI));
                yield halves(module, x, one(module, "Tanh", "", inside));
            }
            case TANH_FACTORED -> {
                String cube = product(module, number(module, "Mul", product(module, x, x), 0.044715), x);
                String inside = number(module, "Mul", add(module + ".inner", x, cube), Math.sqrt(2 / Math.PI));
                yield halves(module, x, one(module, "Tanh", "", inside));
            }
        };
    }

    private String halves(String module, String x, String function) {
        String one = number(module, "Add", function, 1);
        return switch (gelu) {
            case ERF_HALF_FIRST -> product(module, number(module, "Mul", x, 0.5), one);
            case ERF_HALF_INSIDE -> product(module, x, number(module, "Mul", one, 0.5));
            default -> number(module, "Mul", product(module, x, one), 0.5);
        };
    }

    private String norm(String module, String x) {
        return norm(module, x, WIDTH);
    }

    private String norm(String module, String x, int width) {
        graph.constant(module + ".weight", vector(width));
        graph.constant(module + ".bias", vector(width));
        String out = module + "_out";
        if (norm == Norm.FUSED) {
            node(module, "LayerNormalization", out, Map.of("axis", -1), x, module + ".weight", module + ".bias");
            return out;
        }
        String centred = norm == Norm.ROOT_MEAN_SQUARE ? x : centred(module, x, "a");
        String again = norm == Norm.TWO_DIFFERENCES ? centred(module, x, "b") : centred;
        String variance = mean(module, number(module, "Pow", centred, 2), "variance");
        String root = one(module, "Sqrt", "", number(module, "Add", variance, 1e-6));
        node(module, "Div", module + "_unit", Map.of(), again, root);
        node(module, "Mul", module + "_scaled", Map.of(), module + "_unit", module + ".weight");
        node(module, "Add", out, Map.of(), module + "_scaled", module + ".bias");
        return out;
    }

    private String centred(String module, String x, String tag) {
        String mean = mean(module, x, "mean_" + tag);
        node(module, "Sub", module + "_centred_" + tag, Map.of(), x, mean);
        return module + "_centred_" + tag;
    }

    private String mean(String module, String x, String tag) {
        graph.constant(module + "_axes_" + tag, Constant.ofLongs(-1));
        node(module, "ReduceMean", module + "_" + tag, Map.of(), x, module + "_axes_" + tag);
        return module + "_" + tag;
    }

    /** A dense layer whose bias is the first input of its sum, as exporters write it. */
    String dense(String module, String x, int in, int out) {
        String weight = weight(module, in, out);
        String product = module + "_product";
        node(module, "MatMul", product, Map.of(), x, weight);
        graph.constant(module + ".bias", vector(out));
        node(module, "Add", module + "_out", Map.of(), module + ".bias", product);
        return module + "_out";
    }

    private String weight(String module, int in, int out) {
        String anonymous = "onnx::MatMul_" + module.length() + "_" + random.nextInt(1000);
        switch (weights) {
            case INITIALIZER -> graph.constant(anonymous, matrix(in, out));
            case CONSTANT_NODE ->
                graph.node(new Node(
                        module + "_constant",
                        "",
                        "Constant",
                        20,
                        List.of(),
                        List.of(anonymous),
                        Attributes.of("value", matrix(in, out))));
            case IDENTITY -> {
                graph.constant(module + ".weight", matrix(in, out));
                node(module, "Identity", anonymous, Map.of(), module + ".weight");
            }
            case TRANSPOSE -> {
                graph.constant(module + ".weight", matrix(out, in));
                node(module, "Transpose", anonymous, Map.of("perm", new long[] {1, 0}), module + ".weight");
            }
        }
        return anonymous;
    }

    // ---- nodes -------------------------------------------------------------------------------------------------

    private int count;

    private String add(String module, String a, String b) {
        node(module, "Add", module + "_sum", Map.of(), a, b);
        return module + "_sum";
    }

    private String product(String module, String a, String b) {
        String out = "product" + count++;
        node(module, "Mul", out, Map.of(), a, b);
        return out;
    }

    private String number(String module, String operator, String x, double number) {
        String constant = "number" + count++;
        graph.constant(constant, Constant.of(new float[] {(float) number}));
        String out = constant + "_out";
        node(module, operator, out, Map.of(), x, constant);
        return out;
    }

    private String one(String module, String operator, String domain, String x) {
        String out = operator + count++;
        int opset = domain.isEmpty() ? 20 : 1;
        graph.node(new Node(
                name(module, operator, out), domain, operator, opset, List.of(x), List.of(out), Attributes.NONE));
        return out;
    }

    void node(String module, String operator, String out, Map<String, ?> attributes, String... in) {
        graph.node(new Node(
                name(module, operator, out),
                "",
                operator,
                20,
                Arrays.asList(in),
                List.of(out),
                Attributes.of(attributes)));
    }

    private String name(String module, String operator, String out) {
        String base = hasNames
                ? "/" + module.replace("block.0.", "block/block.0/").replace("mlp.", "mlp/") + "/" + operator
                : operator;
        return graph.freshNodeName(hasNames ? base.replace("attn.", "attn/") : operator + "_" + out);
    }

    private Constant matrix(int rows, int columns) {
        float[] out = new float[rows * columns];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) random.nextGaussian() / 2;
        }
        return Constant.of(out, rows, columns);
    }

    private Constant vector(int length) {
        float[] out = new float[length];
        for (int i = 0; i < length; i++) {
            out[i] = 1 + (float) random.nextGaussian() / 4;
        }
        return Constant.of(out, length);
    }
}
