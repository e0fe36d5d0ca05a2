package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.Completeness;
import dev.whence.core.NdArray;
import dev.whence.graph.Precision;
import dev.whence.graph.onnx.OnnxModel;
import dev.whence.tensor.TensorScope;
import dev.whence.testkit.Close;
import dev.whence.testkit.GoldenJson;
import dev.whence.testkit.GoldenTable;
import dev.whence.testkit.Shared;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** Checks 1 and 5 of the method's acceptance list: networks explained by Captum and by an independent implementation. */
@Tag("golden")
class NetGoldenTest {
    private static final String FOLDER = "fixtures/deeplift/nets";

    /** Relative to the largest expected value: two float64 implementations of the same sums. */
    private static final double FLOAT64 = 1e-9;

    /** The goldens' midpoints of the ten-step rule come from eight printed digits. */
    private static final double FLOAT64_PRINTED_MIDPOINTS = 1e-7;

    /** Captum rounds occlusion scores to float32 before it divides by the number of windows. */
    private static final double FLOAT64_ROUNDED_BY_CAPTUM = 1e-7;

    private static final double FLOAT32 = 1e-4;

    private static long before;

    @BeforeAll
    static void countTensors() {
        before = TensorScope.liveTensors();
    }

    @AfterAll
    static void nothingLeaked() {
        assertThat(TensorScope.liveTensors()).isEqualTo(before);
    }

    @TestFactory
    List<DynamicTest> everyCaseAgrees() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path json : Shared.list(FOLDER, ".json")) {
            for (Precision precision : List.of(Precision.FLOAT64, Precision.FLOAT32)) {
                JsonNode file = GoldenJson.read(json);
                int k = 0;
                for (JsonNode one : file.get("cases")) {
                    String name = json.getFileName() + " " + k++ + " "
                            + one.get("method").asString() + " " + one.get("params") + " " + precision;
                    tests.add(DynamicTest.dynamicTest(
                            name, () -> GoldenTable.check(FOLDER, name, () -> check(json, file, one, precision))));
                }
            }
        }
        return tests;
    }

    private static void check(Path json, JsonNode file, JsonNode one, Precision precision) {
        Request request = NetGoldens.request(file, one, precision);
        Path model = json.resolveSibling(file.get("model").asString());
        try (Explainer explainer = Explainer.of(OnnxModel.load(model).graph(), precision)) {
            Explanation explanation = explainer.explain(request).getFirst();
            GoldenJson.Array expected = GoldenJson.array(one.get("attributions"));
            NdArray actual = explanation.attribution().units().getFirst().scores();
            assertThat(actual.shape()).isEqualTo(expected.shape());
            boolean midpoints =
                    one.get("params").path("quadrature").asString("").equals("riemann_middle");
            boolean rounded = one.get("method").asString().equals("Occlusion");
            double tolerance = precision == Precision.FLOAT32
                    ? FLOAT32
                    : midpoints ? FLOAT64_PRINTED_MIDPOINTS : rounded ? FLOAT64_ROUNDED_BY_CAPTUM : FLOAT64;
            double[] wanted = expected.data();
            double[] found = actual.toDoubles();
            if (one.get("method").asString().equals("DeepLift_multipliers")) {
                ignoreVanishing(request, found, wanted);
            }
            Close.assertRelativeToMax(one.get("method").asString(), found, wanted, tolerance, expected.shape());
            if (request.method().completeness() == Completeness.EXACT) {
                double limit = precision == Precision.FLOAT32 ? 1e-3 : 1e-9;
                for (double delta : explanation.attribution().delta()) {
                    assertThat(Math.abs(delta)).isLessThanOrEqualTo(limit);
                }
            }
        }
    }

    /** Multipliers of elements that hardly differ from the reference are derivatives, taken elsewhere by others. */
    private static void ignoreVanishing(Request request, double[] found, double[] wanted) {
        NdArray x = request.inputs().values().iterator().next();
        NdArray r = java.util.Objects.requireNonNull(request.reference())
                .each()
                .getFirst()
                .values()
                .iterator()
                .next();
        for (int i = 0; i < found.length; i++) {
            if (Math.abs(x.getDouble(i) - r.getDouble(i % r.size())) < 1e-3) {
                found[i] = wanted[i];
            }
        }
    }
}
