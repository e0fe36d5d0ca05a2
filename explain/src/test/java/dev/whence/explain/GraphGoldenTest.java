package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.Attribution;
import dev.whence.core.NdArray;
import dev.whence.core.Units;
import dev.whence.graph.Precision;
import dev.whence.graph.onnx.OnnxModel;
import dev.whence.testkit.Close;
import dev.whence.testkit.GoldenJson;
import dev.whence.testkit.GoldenTable;
import dev.whence.testkit.Shared;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** Checks 2 to 4 of the method's acceptance list: graphs that other tools cannot attribute. */
@Tag("golden")
class GraphGoldenTest {
    private static final String FOLDER = "fixtures/deeplift/graphs";
    private static final double FLOAT64 = 1e-9;
    private static final double FLOAT32 = 1e-4;

    @TestFactory
    List<DynamicTest> everyCaseAgrees() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path json : Shared.list(FOLDER, ".json")) {
            JsonNode file = GoldenJson.read(json);
            for (Path model : models(json, file)) {
                for (Precision precision : List.of(Precision.FLOAT64, Precision.FLOAT32)) {
                    for (JsonNode one : file.get("cases")) {
                        String name =
                                model.getFileName() + " " + one.get("rule").asString() + " " + precision;
                        tests.add(DynamicTest.dynamicTest(
                                name, () -> GoldenTable.check(FOLDER, name, () -> check(model, file, one, precision))));
                    }
                }
            }
        }
        return tests;
    }

    /** The model a file names, and for an unrolled one the model that is not. */
    private static List<Path> models(Path json, JsonNode file) {
        Path named = json.resolveSibling(file.get("model").asString());
        Path rolled = json.resolveSibling(named.getFileName().toString().replace("_unrolled", ""));
        return named.equals(rolled) || !Files.exists(rolled) ? List.of(named) : List.of(named, rolled);
    }

    private static void check(Path model, JsonNode file, JsonNode one, Precision precision) {
        Map<String, NdArray> inputs = new LinkedHashMap<>();
        Map<String, NdArray> references = new LinkedHashMap<>();
        file.get("inputs").properties().forEach(e -> inputs.put(e.getKey(), NetGoldens.array(e.getValue(), precision)));
        file.get("baselines")
                .properties()
                .forEach(e -> references.put(e.getKey(), NetGoldens.array(e.getValue(), precision)));
        DeepLift method = one.get("rule").asString().equals("rescale") ? DeepLift.RESCALE : DeepLift.REVEAL_CANCEL;
        Request request = Request.of(inputs, method)
                .target(NetGoldens.targets(file.get("targets")))
                .output(file.get("target_tensor").asString())
                .reference(ReferenceInputs.of("file", references));
        try (Explainer explainer = Explainer.of(OnnxModel.load(model).graph(), precision)) {
            Attribution attribution = explainer.explain(request).getFirst().attribution();
            for (Units units : attribution.units()) {
                GoldenJson.Array expected =
                        GoldenJson.array(one.get("attributions").get(units.name()));
                Close.assertRelativeToMax(
                        units.name(),
                        units.scores().toDoubles(),
                        expected.data(),
                        precision == Precision.FLOAT64 ? FLOAT64 : FLOAT32,
                        expected.shape());
            }
            double[] value = attribution.target().values();
            double[] reference = attribution.reference().values();
            for (int i = 0; i < value.length; i++) {
                double limit =
                        precision == Precision.FLOAT64 ? 1e-9 : 1e-3 * Math.max(1, Math.abs(value[i] - reference[i]));
                assertThat(Math.abs(attribution.delta()[i])).isLessThanOrEqualTo(limit);
            }
        }
    }
}
