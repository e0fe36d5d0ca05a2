package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.Attribution;
import dev.whence.core.NdArray;
import dev.whence.core.Npy;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Node;
import dev.whence.graph.Precision;
import dev.whence.graph.onnx.OnnxModel;
import dev.whence.testkit.GoldenJson;
import dev.whence.testkit.GoldenTable;
import dev.whence.testkit.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Every rule set on every architecture of the zoo, at the input or the embedding: numbers, and not all of them zero. */
@Tag("golden")
class LrpZooTest {
    private static final String FOLDER = "fixtures/zoo";

    @TestFactory
    List<DynamicTest> everyRuleSetRunsOnEveryNetwork() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        Path zoo = Shared.find(FOLDER).orElse(null);
        if (zoo == null) {
            return tests;
        }
        try (Stream<Path> all = Files.list(zoo)) {
            for (Path folder : all.filter(
                            f -> Files.exists(f.resolve("model.onnx")) && Files.exists(f.resolve("input.npy")))
                    .sorted()
                    .toList()) {
                String name = folder.getFileName() + " LRP";
                tests.add(DynamicTest.dynamicTest(
                        name, () -> GoldenTable.check(FOLDER, name, () -> everyRuleSet(folder))));
            }
        }
        return tests;
    }

    private static void everyRuleSet(Path folder) {
        Graph graph = OnnxModel.load(folder.resolve("model.onnx")).graph();
        NdArray all = Npy.read(folder.resolve("input.npy"));
        String name = graph.inputs().getFirst().name();
        Path json = folder.resolve("case.json");
        int target = Files.exists(json) ? GoldenJson.read(json).get("target").intValue() : 0;
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT32)) {
            NdArray input = explainer.fixedBatch() > 0 ? all : all.rows(0, 1);
            for (Lrp method : Lrp.ALL) {
                Request request = Request.of(Map.of(name, input), method)
                        .target(new TargetChoice.Index(target))
                        .output(graph.outputs().getFirst().name())
                        .at(input.type().isFloating() ? null : embedding(graph, name));
                Attribution found = explainer.explain(request).getFirst().attribution();
                double[] scores = found.units().getFirst().scores().toDoubles();
                double largest = 0;
                for (double score : scores) {
                    assertThat(score)
                            .as("%s on %s", method.name(), folder.getFileName())
                            .isFinite();
                    largest = Math.max(largest, Math.abs(score));
                }
                assertThat(largest)
                        .as("%s on %s", method.name(), folder.getFileName())
                        .isPositive();
            }
        }
    }

    /** The first value that looks up rows of a table by the ids. */
    private static @Nullable String embedding(Graph graph, String ids) {
        for (Node node : graph.nodes()) {
            if (node.operator().equals("Gather") && node.inputs().get(1).equals(ids)) {
                Constant table = graph.constants().get(node.inputs().getFirst());
                if (table != null && table.shape().length == 2) {
                    return node.outputs().getFirst();
                }
            }
        }
        throw new IllegalStateException("no embedding of " + ids);
    }
}
