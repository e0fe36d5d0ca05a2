package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import dev.whence.core.Npy;
import dev.whence.graph.Graph;
import dev.whence.graph.Network;
import dev.whence.graph.Node;
import dev.whence.graph.Precision;
import dev.whence.graph.onnx.OnnxModel;
import dev.whence.graph.operators.StandardOperators;
import dev.whence.graph.rewrite.Rewrites;
import dev.whence.testkit.Close;
import dev.whence.testkit.GoldenJson;
import dev.whence.testkit.GoldenTable;
import dev.whence.testkit.Shared;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** Relevance at every layer of vision transformers, against the authors' code of two rule sets. */
@Tag("golden")
class LrpGoldenTest {
    private static final String FOLDER = "fixtures/lrp-qvit";
    private static final String IMAGES = "mnist_test1500_images.npy";

    /**
     * Of the absolute sum; two implementations of the same rules, the authors' in float32. Where the two sides of a sum nearly
     * cancel, the rule magnifies float32's rounding: images of which our own float64 and float32 runs differ by more than this
     * are compared as closely as those two agree.
     */
    private static final double CHEFER = 1e-3;

    /** Of the absolute sum; depends on the place of the stabilisers. */
    private static final double ATTN_LRP = 1e-2;

    private static final double PRINTED = 2e-6;

    /** A product over four blocks, each within {@link #CHEFER}. */
    private static final double ROLLOUT = 4 * CHEFER;

    private static final List<String> VITS = List.of("vit_op17.onnx", "vit_op13.onnx");

    @TestFactory
    List<DynamicTest> visionTransformer() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path json : Shared.list(FOLDER, "lrp_vit.json")) {
            JsonNode file = GoldenJson.read(json);
            for (String model : VITS) {
                for (Precision precision : List.of(Precision.FLOAT64, Precision.FLOAT32)) {
                    Vit vit = new Vit(json, file, model, precision);
                    tests.add(test(model + " chefer " + precision, vit::chefer));
                    tests.add(test(model + " attnlrp " + precision, vit::attnLrp));
                    tests.add(test(model + " rollout " + precision, vit::rollout));
                }
            }
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> swinTransformer() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path json : Shared.list(FOLDER, "lrp_swin.json")) {
            JsonNode file = GoldenJson.read(json);
            for (String model : List.of("swin_op17.onnx", "swin_op13.onnx")) {
                for (Precision precision : List.of(Precision.FLOAT64, Precision.FLOAT32)) {
                    Swin swin = new Swin(json, file, model, precision);
                    tests.add(test(model + " attnlrp " + precision, swin::layers));
                    tests.add(test(model + " contribution " + precision, swin::contribution));
                }
            }
        }
        return tests;
    }

    private static DynamicTest test(String name, GoldenTable.Check check) {
        return DynamicTest.dynamicTest(name, () -> GoldenTable.check(FOLDER, name, check));
    }

    private static Network load(Path file, Precision precision) {
        Graph graph = Rewrites.apply(OnnxModel.load(file).graph(), Rewrites.RECTIFIERS)
                .graph();
        return StandardOperators.network(graph, precision);
    }

    /** Pixels to -1 .. 1, with a margin of zeros. */
    private static NdArray images(Path folder, String name, int first, int count, int margin) {
        NdArray bytes = Npy.read(folder.resolve(name)).rows(first, first + count);
        int side = 28 + 2 * margin;
        float[] out = new float[count * side * side];
        Arrays.fill(out, -1);
        for (int n = 0; n < count; n++) {
            for (int i = 0; i < 28 * 28; i++) {
                int row = i / 28 + margin;
                int column = i % 28 + margin;
                out[(n * side + row) * side + column] = (float) ((bytes.getLong(n * 784 + i) / 255.0 - 0.5) / 0.5);
            }
        }
        return NdArray.of(out, count, 1, side, side);
    }

    /** The sums of one example's relevance: all, absolute, positive. */
    private static double[] sums(NdArray relevance, int example, int examples) {
        int each = relevance.size() / examples;
        double[] out = new double[3];
        for (int i = example * each; i < (example + 1) * each; i++) {
            double r = relevance.getDouble(i);
            out[0] += r;
            out[1] += Math.abs(r);
            out[2] += Math.max(0, r);
        }
        return out;
    }

    private static void check(String what, JsonNode expected, double[] found, double tolerance) {
        double[] wanted = {
            expected.get("sum").asDouble(),
            expected.get("abs_sum").asDouble(),
            expected.get("pos_sum").asDouble()
        };
        for (int i = 0; i < wanted.length; i++) {
            assertThat(Math.abs(found[i] - wanted[i]))
                    .as("%s: found %s, expected %s", what, Arrays.toString(found), Arrays.toString(wanted))
                    .isLessThanOrEqualTo(tolerance * Math.max(wanted[1], 1e-3));
        }
    }

    private static double[] flat(JsonNode matrix) {
        List<Double> out = new ArrayList<>();
        for (JsonNode row : matrix) {
            if (row.isArray()) {
                row.forEach(v -> out.add(v.asDouble()));
            } else {
                out.add(row.asDouble());
            }
        }
        return out.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static double[] part(NdArray all, int from, int count) {
        double[] out = new double[count];
        Arrays.setAll(out, i -> all.getDouble(from + i));
        return out;
    }

    private static TargetChoice targets(JsonNode images) {
        List<Long> out = new ArrayList<>();
        images.forEach(image -> out.add(image.get("target").asLong()));
        return new TargetChoice.PerExample(out);
    }

    /** The node that stands for a layer of the framework, by the exporter's names. */
    private static Node node(Graph graph, String layer) {
        String path = layer.replaceFirst("^(layers\\.\\d+)\\.", "/layers/$1/")
                .replaceFirst("^blocks\\.(\\d+)\\.", "/blocks/blocks.$1/")
                .replaceFirst("/blocks\\.(\\d+)\\.", "/blocks.$1/");
        Map<String, String> ends = new LinkedHashMap<>();
        ends.put("attn.matmul1", "attn/MatMul");
        ends.put("attn.matmul2", "attn/MatMul_1");
        ends.put("attn.softmax", "attn/Softmax");
        ends.put("attn.qkv", "attn/qkv/Add");
        ends.put("attn.proj", "attn/proj/Add");
        ends.put("mlp.fc1", "mlp/fc1/Add");
        ends.put("mlp.fc2", "mlp/fc2/Add");
        ends.put("add1", "Add");
        ends.put("add2", "Add_1");
        ends.put("downsample.reduction", "downsample/reduction/MatMul");
        for (Map.Entry<String, String> end : ends.entrySet()) {
            if (path.endsWith(end.getKey())) {
                path = path.substring(0, path.length() - end.getKey().length()) + end.getValue();
            }
        }
        path = switch (path) {
            case "head" -> "/head/Gemm";
            case "embed" -> "/Add";
            case "patch_embed.proj" -> "/patch_embed/proj/Conv";
            default -> path;
        };
        Node found = graph.node(path).orElse(null);
        if (found == null && path.endsWith("/Softmax")) {
            found = graph.node(path.replace("/Softmax", "/softmax/Softmax")).orElse(null);
        }
        if (found == null) {
            throw new AssertionError("no node " + path + " for layer " + layer);
        }
        return found;
    }

    /** Values to look at, by the name of a golden entry; entries that look at one reader of several are left out. */
    private static Map<String, String> values(Graph graph, Iterable<String> entries) {
        Map<String, String> out = new LinkedHashMap<>();
        for (String entry : entries) {
            String layer = entry.replaceFirst("\\.(out|in|in0|in1)$", "");
            Node node = node(graph, layer);
            String side = entry.substring(layer.length());
            boolean isOutput = side.isEmpty() || side.equals(".out");
            String value = isOutput
                    ? node.outputs().getFirst()
                    : linear(graph, node).inputs().get(side.equals(".in1") ? 1 : 0);
            long readers = graph.nodes().stream()
                    .flatMap(n -> n.inputs().stream())
                    .filter(value::equals)
                    .count();
            if (isOutput || readers == 1) {
                out.put(entry, value);
            }
        }
        return out;
    }

    /** The matrix product under a bias. */
    private static Node linear(Graph graph, Node node) {
        if (node.operator().equals("Add")) {
            for (String in : node.inputs()) {
                Node maker = graph.producer(in).orElse(null);
                boolean isBiased = node.inputs().stream().anyMatch(graph.constants()::containsKey);
                if (maker != null && maker.operator().equals("MatMul") && isBiased) {
                    return maker;
                }
            }
        }
        return node;
    }

    private static List<String> names(JsonNode object) {
        return new ArrayList<>(object.propertyNames());
    }

    // ---- ViT ---------------------------------------------------------------------------------------------------

    private record Vit(Path json, JsonNode file, String model, Precision precision) {
        private NdArray input() {
            return images(
                    json.getParent(),
                    IMAGES,
                    file.get("offset").asInt(),
                    file.get("images").size(),
                    0);
        }

        private Map<String, NdArray> walk(Network network, Lrp method, Set<String> values) {
            return LrpWalk.relevance(network, method, "image", input(), targets(file.get("images")), values);
        }

        private void layers(String key, Lrp method, double tolerance, Map<String, String> vectors) {
            Precision other = precision == Precision.FLOAT64 ? Precision.FLOAT32 : Precision.FLOAT64;
            try (Network network = load(json.resolveSibling(model), precision);
                    Network second = load(json.resolveSibling(model), other)) {
                JsonNode images = file.get("images");
                Map<String, String> values =
                        values(network.graph(), names(images.get(0).get(key)));
                Set<String> wanted = new java.util.LinkedHashSet<>(values.values());
                wanted.addAll(vectors.values());
                Map<String, NdArray> found = walk(network, method, wanted);
                Map<String, NdArray> again = walk(second, method, wanted);
                assertThat(values).hasSizeGreaterThan(35);
                for (int n = 0; n < images.size(); n++) {
                    double spread = 0;
                    for (String value : values.values()) {
                        double[] a = sums(found.get(value), n, images.size());
                        double[] b = sums(again.get(value), n, images.size());
                        spread = Math.max(spread, (Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1])) / a[1]);
                    }
                    double limit = Math.max(tolerance, 3 * spread);
                    for (Map.Entry<String, String> entry : values.entrySet()) {
                        double[] sums = sums(found.get(entry.getValue()), n, images.size());
                        // The authors' sides of a matrix product are noted before they are halved.
                        double factor = entry.getKey().matches(".*matmul\\d\\.in\\d") ? 2 : 1;
                        Arrays.setAll(sums, i -> factor * sums[i]);
                        check(
                                "image " + n + " " + entry.getKey(),
                                images.get(n).get(key).get(entry.getKey()),
                                sums,
                                limit);
                    }
                    for (Map.Entry<String, String> entry : vectors.entrySet()) {
                        double apart = apart(found.get(entry.getValue()), again.get(entry.getValue()));
                        limit = Math.max(limit, 3 * apart);
                        vector(images.get(n), n, images.size(), entry.getKey(), found.get(entry.getValue()), limit);
                    }
                }
            }
        }

        private static double apart(NdArray a, NdArray b) {
            double most = 0;
            double largest = 0;
            for (int i = 0; i < a.size(); i++) {
                most = Math.max(most, Math.abs(a.getDouble(i) - b.getDouble(i)));
                largest = Math.max(largest, Math.abs(a.getDouble(i)));
            }
            return most / largest;
        }

        private void vector(JsonNode image, int n, int examples, String key, NdArray relevance, double tolerance) {
            JsonNode expected = image.get(key);
            if (expected == null) {
                return;
            }
            double[] wanted = flat(expected);
            int each = relevance.size() / examples;
            double[] found = part(relevance, n * each, each);
            if (key.endsWith("token_relevance")) {
                double[] tokens = new double[wanted.length];
                for (int i = 0; i < each; i++) {
                    tokens[i * tokens.length / each] += found[i];
                }
                found = tokens;
            }
            found = Arrays.copyOf(found, wanted.length);
            Close.assertRelativeToMax(key, found, wanted, Math.max(tolerance, PRINTED / max(wanted)), wanted.length);
        }

        void chefer() {
            Map<String, String> vectors = new LinkedHashMap<>();
            vectors.put("chefer_pixel_full", "image");
            vectors.put("chefer_fc1_out_block1_token0", "/blocks/blocks.1/mlp/fc1/Add_output_0");
            layers("chefer", Lrp.CHEFER, CHEFER, vectors);
        }

        void attnLrp() {
            Map<String, String> vectors = new LinkedHashMap<>();
            vectors.put("attnlrp_pixel", "image");
            vectors.put("attnlrp_fc1_block1_token0", "/blocks/blocks.1/mlp/fc1/Add_output_0");
            vectors.put("attnlrp_head_0_attn_relevance_block0", "/blocks/blocks.0/attn/Softmax_output_0");
            vectors.put("attnlrp_embed_token_relevance", "/Add_output_0");
            layers("attnlrp", Lrp.ATTENTION, ATTN_LRP, vectors);
        }

        /** Relevance of the attention weights, rolled out over the blocks, with and without their gradients. */
        void rollout() {
            try (Network network = load(json.resolveSibling(model), precision);
                    Explainer explainer = Explainer.of(network.graph(), precision)) {
                List<String> softmax = network.graph().nodes().stream()
                        .filter(n -> n.operator().equals("Softmax"))
                        .map(n -> n.outputs().getFirst())
                        .toList();
                Map<String, NdArray> relevance = walk(network, Lrp.CHEFER, Set.copyOf(softmax));
                JsonNode images = file.get("images");
                Map<String, NdArray> gradients = new LinkedHashMap<>();
                Request request = Request.of(Map.of("image", input()), Gradient.PLAIN)
                        .target(targets(images))
                        .output("logits");
                for (String value : softmax) {
                    gradients.put(
                            value,
                            explainer
                                    .explain(request.at(value))
                                    .getFirst()
                                    .attribution()
                                    .units()
                                    .getFirst()
                                    .scores());
                }
                for (int n = 0; n < images.size(); n++) {
                    for (boolean isWeighted : new boolean[] {true, false}) {
                        String key = isWeighted ? "chefer_token_attribution" : "chefer_rollout";
                        double[] wanted = flat(images.get(n).get(key));
                        double[] found = rolled(softmax, relevance, isWeighted ? gradients : null, n);
                        Close.assertRelativeToMax(
                                key + " " + n, found, wanted, Math.max(ROLLOUT, PRINTED / max(wanted)), wanted.length);
                    }
                }
            }
        }
    }

    private static double max(double[] values) {
        return Arrays.stream(values).map(Math::abs).max().orElse(1);
    }

    /** The first token's row of the product of all blocks' matrices, each with one added on the diagonal. */
    private static double[] rolled(
            List<String> blocks, Map<String, NdArray> relevance, @Nullable Map<String, NdArray> gradients, int image) {
        double[][] joint = null;
        for (String block : blocks) {
            NdArray r = relevance.get(block);
            int heads = (int) r.dimension(1);
            int tokens = (int) r.dimension(2);
            double[][] m = new double[tokens][tokens];
            for (int h = 0; h < heads; h++) {
                for (int i = 0; i < tokens; i++) {
                    for (int j = 0; j < tokens; j++) {
                        int at = ((image * heads + h) * tokens + i) * tokens + j;
                        double factor =
                                gradients == null ? 1 : gradients.get(block).getDouble(at);
                        m[i][j] += Math.max(0, factor * r.getDouble(at)) / heads;
                    }
                }
            }
            for (int i = 0; i < tokens; i++) {
                m[i][i] += 1;
            }
            joint = joint == null ? m : product(m, joint);
        }
        return Arrays.copyOfRange(joint[0], 1, joint[0].length);
    }

    private static double[][] product(double[][] a, double[][] b) {
        double[][] out = new double[a.length][b.length];
        for (int i = 0; i < a.length; i++) {
            for (int k = 0; k < b.length; k++) {
                for (int j = 0; j < b.length; j++) {
                    out[i][j] += a[i][k] * b[k][j];
                }
            }
        }
        return out;
    }

    // ---- Swin --------------------------------------------------------------------------------------------------

    private record Swin(Path json, JsonNode file, String model, Precision precision) {
        /** The exporter fixed a batch of one. */
        void layers() {
            try (Network network = load(json.resolveSibling(model), precision)) {
                JsonNode images = file.get("images");
                for (int n = 0; n < images.size(); n++) {
                    JsonNode image = images.get(n);
                    Map<String, String> values = values(network.graph(), names(image.get("attnlrp")));
                    Set<String> wanted = new java.util.LinkedHashSet<>(values.values());
                    wanted.add("image");
                    Map<String, NdArray> found = LrpWalk.relevance(
                            network,
                            Lrp.ATTENTION,
                            "image",
                            images(json.getParent(), IMAGES, n, 1, 2),
                            new TargetChoice.Index(image.get("target").asLong()),
                            wanted);
                    for (Map.Entry<String, String> entry : values.entrySet()) {
                        double[] sums = sums(found.get(entry.getValue()), 0, 1);
                        check(
                                "image " + n + " " + entry.getKey(),
                                image.get("attnlrp").get(entry.getKey()),
                                sums,
                                ATTN_LRP);
                    }
                    if (image.has("pixel")) {
                        double[] wantedPixels = flat(image.get("pixel"));
                        Close.assertRelativeToMax(
                                "pixel", found.get("image").toDoubles(), wantedPixels, ATTN_LRP, wantedPixels.length);
                    }
                }
            }
        }

        /** The mean over calibration images of absolute relevance over the absolute logit. */
        void contribution() {
            JsonNode expected = file.get("contribution_abs_16_calibration_images");
            NdArray labels = Npy.read(json.resolveSibling("mnist_calib256_labels.npy"));
            try (Network network = load(json.resolveSibling(model), precision)) {
                Map<String, String> values = values(network.graph(), names(expected));
                Map<String, Double> means = new LinkedHashMap<>();
                int count = 16;
                for (int n = 0; n < count; n++) {
                    NdArray x = images(json.getParent(), "mnist_calib256_images.npy", n, 1, 2);
                    long target = labels.getLong(n);
                    double logit = network.evaluate(Map.of("image", x), "logits")
                            .get("logits")
                            .getDouble((int) target);
                    Map<String, NdArray> found = LrpWalk.relevance(
                            network,
                            Lrp.ATTENTION,
                            "image",
                            x,
                            new TargetChoice.Index(target),
                            new java.util.LinkedHashSet<>(values.values()));
                    values.forEach((entry, value) ->
                            means.merge(entry, sums(found.get(value), 0, 1)[1] / Math.abs(logit) / count, Double::sum));
                }
                means.forEach((entry, mean) -> assertThat(mean)
                        .as(entry)
                        .isCloseTo(
                                expected.get(entry).asDouble(),
                                org.assertj.core.data.Percentage.withPercentage(100 * ATTN_LRP)));
            }
        }
    }
}
