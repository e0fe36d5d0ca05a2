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
import dev.whence.testkit.GoldenTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import tools.jackson.databind.JsonNode;

/** Reads the goldens of relevance at the layers of vision transformers, and finds those layers in the exported graphs. */
final class LrpGoldens {
    static final String FOLDER = "fixtures/lrp-qvit";
    static final String IMAGES = "mnist_test1500_images.npy";

    /** Of the absolute sum; depends on the place of the stabilisers. */
    static final double ATTN_LRP = 1e-2;

    private LrpGoldens() {}

    static DynamicTest test(String name, GoldenTable.Check check) {
        return DynamicTest.dynamicTest(name, () -> GoldenTable.check(FOLDER, name, check));
    }

    static Network load(Path file, Precision precision) {
        Graph graph = Rewrites.apply(OnnxModel.load(file).graph(), Rewrites.RECTIFIERS)
                .graph();
        return StandardOperators.network(graph, precision);
    }

    /** Pixels to -1 .. 1, with a margin of zeros. */
    static NdArray images(Path folder, String name, int first, int count, int margin) {
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
    static double[] sums(NdArray relevance, int example, int examples) {
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

    static void check(String what, JsonNode expected, double[] found, double tolerance) {
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

    static double[] flat(JsonNode matrix) {
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

    static double[] part(NdArray all, int from, int count) {
        double[] out = new double[count];
        Arrays.setAll(out, i -> all.getDouble(from + i));
        return out;
    }

    static TargetChoice targets(JsonNode images) {
        List<Long> out = new ArrayList<>();
        images.forEach(image -> out.add(image.get("target").asLong()));
        return new TargetChoice.PerExample(out);
    }

    /** The node that stands for a layer of the framework, by the exporter's names. */
    static Node node(Graph graph, String layer) {
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
    static Map<String, String> values(Graph graph, Iterable<String> entries) {
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
    static Node linear(Graph graph, Node node) {
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

    static List<String> names(JsonNode object) {
        return new ArrayList<>(object.propertyNames());
    }
}
