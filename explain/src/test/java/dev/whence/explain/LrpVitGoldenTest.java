package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import dev.whence.graph.Network;
import dev.whence.graph.Precision;
import dev.whence.testkit.Close;
import dev.whence.testkit.GoldenJson;
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

/** Relevance at every layer of a vision transformer, against the authors' code of two rule sets. */
@Tag("golden")
class LrpVitGoldenTest {
    /**
     * Of the absolute sum; two implementations of the same rules, the authors' in float32. Where the two sides of a sum nearly
     * cancel, the rule magnifies float32's rounding: images of which our own float64 and float32 runs differ by more than this
     * are compared as closely as those two agree.
     */
    private static final double CHEFER = 1e-3;

    private static final double PRINTED = 2e-6;

    /** A product over four blocks, each within {@link #CHEFER}. */
    private static final double ROLLOUT = 4 * CHEFER;

    private static final List<String> MODELS = List.of("vit_op17.onnx", "vit_op13.onnx");

    @TestFactory
    List<DynamicTest> visionTransformer() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path json : Shared.list(LrpGoldens.FOLDER, "lrp_vit.json")) {
            JsonNode file = GoldenJson.read(json);
            for (String model : MODELS) {
                for (Precision precision : List.of(Precision.FLOAT64, Precision.FLOAT32)) {
                    Vit vit = new Vit(json, file, model, precision);
                    tests.add(LrpGoldens.test(model + " chefer " + precision, vit::chefer));
                    tests.add(LrpGoldens.test(model + " attnlrp " + precision, vit::attnLrp));
                    tests.add(LrpGoldens.test(model + " rollout " + precision, vit::rollout));
                }
            }
        }
        return tests;
    }

    private record Vit(Path json, JsonNode file, String model, Precision precision) {
        private NdArray input() {
            return LrpGoldens.images(
                    json.getParent(),
                    LrpGoldens.IMAGES,
                    file.get("offset").asInt(),
                    file.get("images").size(),
                    0);
        }

        private Map<String, NdArray> walk(Network network, Lrp method, Set<String> values) {
            return LrpWalk.relevance(network, method, "image", input(), LrpGoldens.targets(file.get("images")), values);
        }

        private void layers(String key, Lrp method, double tolerance, Map<String, String> vectors) {
            Precision other = precision == Precision.FLOAT64 ? Precision.FLOAT32 : Precision.FLOAT64;
            try (Network network = LrpGoldens.load(json.resolveSibling(model), precision);
                    Network second = LrpGoldens.load(json.resolveSibling(model), other)) {
                JsonNode images = file.get("images");
                Map<String, String> values = LrpGoldens.values(
                        network.graph(), LrpGoldens.names(images.get(0).get(key)));
                Set<String> wanted = new java.util.LinkedHashSet<>(values.values());
                wanted.addAll(vectors.values());
                Map<String, NdArray> found = walk(network, method, wanted);
                Map<String, NdArray> again = walk(second, method, wanted);
                assertThat(values).hasSizeGreaterThan(35);
                for (int n = 0; n < images.size(); n++) {
                    double spread = 0;
                    for (String value : values.values()) {
                        double[] a = LrpGoldens.sums(found.get(value), n, images.size());
                        double[] b = LrpGoldens.sums(again.get(value), n, images.size());
                        spread = Math.max(spread, (Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1])) / a[1]);
                    }
                    double limit = Math.max(tolerance, 3 * spread);
                    for (Map.Entry<String, String> entry : values.entrySet()) {
                        double[] sums = LrpGoldens.sums(found.get(entry.getValue()), n, images.size());
                        // The authors' sides of a matrix product are noted before they are halved.
                        double factor = entry.getKey().matches(".*matmul\\d\\.in\\d") ? 2 : 1;
                        Arrays.setAll(sums, i -> factor * sums[i]);
                        LrpGoldens.check(
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
            double[] wanted = LrpGoldens.flat(expected);
            int each = relevance.size() / examples;
            double[] found = LrpGoldens.part(relevance, n * each, each);
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
            layers("attnlrp", Lrp.ATTENTION, LrpGoldens.ATTN_LRP, vectors);
        }

        /** Relevance of the attention weights, rolled out over the blocks, with and without their gradients. */
        void rollout() {
            try (Network network = LrpGoldens.load(json.resolveSibling(model), precision);
                    Explainer explainer = Explainer.of(network.graph(), precision)) {
                List<String> softmax = network.graph().nodes().stream()
                        .filter(n -> n.operator().equals("Softmax"))
                        .map(n -> n.outputs().getFirst())
                        .toList();
                Map<String, NdArray> relevance = walk(network, Lrp.CHEFER, Set.copyOf(softmax));
                JsonNode images = file.get("images");
                Map<String, NdArray> gradients = new LinkedHashMap<>();
                Request request = Request.of(Map.of("image", input()), Gradient.PLAIN)
                        .target(LrpGoldens.targets(images))
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
                        double[] wanted = LrpGoldens.flat(images.get(n).get(key));
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
}
