package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.Attribution;
import dev.whence.core.ConvergenceReport;
import dev.whence.core.NdArray;
import dev.whence.core.Npy;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Node;
import dev.whence.graph.Precision;
import dev.whence.graph.onnx.OnnxModel;
import dev.whence.testkit.Close;
import dev.whence.testkit.GoldenJson;
import dev.whence.testkit.GoldenTable;
import dev.whence.testkit.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Real architectures as a real exporter writes them: the gradient against the exporter's own framework, and contributions
 * that add up, at the input or, for networks over token ids, at the embedding.
 */
@Tag("golden")
class ZooExplanationTest {
    private static final String FOLDER = "fixtures/zoo";
    private static final double GRADIENT_64 = 1e-6;

    /** Of the change in the target. */
    private static final double DELTA_64 = 1e-9;

    private static final double ROUNDING_64 = 1e-13;
    private static final double ROUNDING_32 = 1e-5;

    private static List<Path> folders() throws IOException {
        Path zoo = Shared.find(FOLDER).orElse(null);
        if (zoo == null) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(zoo)) {
            return all.filter(f -> Files.exists(f.resolve("model.onnx")) && Files.exists(f.resolve("input.npy")))
                    .sorted()
                    .toList();
        }
    }

    private static DynamicTest test(Path folder, String what, GoldenTable.Check check) {
        String name = folder.getFileName() + " " + what;
        return DynamicTest.dynamicTest(name, () -> GoldenTable.check(FOLDER, name, check));
    }

    @TestFactory
    List<DynamicTest> gradientsAgree() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path folder : folders()) {
            if (Files.exists(folder.resolve("gradient.npy")) && Files.exists(folder.resolve("case.json"))) {
                tests.add(test(folder, "gradient", () -> {
                    Attribution found = explain(folder, Gradient.PLAIN, Precision.FLOAT64, false);
                    NdArray expected = Npy.read(folder.resolve("gradient.npy"));
                    double[] scores = found.units().getFirst().scores().toDoubles();
                    Close.assertRelativeToMax("gradient", scores, expected.toDoubles(), GRADIENT_64, expected.shape());
                }));
            }
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> contributionsAddUp() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path folder : folders()) {
            for (DeepLift method : List.of(DeepLift.RESCALE, DeepLift.REVEAL_CANCEL)) {
                tests.add(test(folder, method.name() + " from zeros", () -> addsUp(folder, method, false)));
                tests.add(test(folder, method.name() + " from its neighbour", () -> addsUp(folder, method, true)));
            }
        }
        return tests;
    }

    /** Contributions that cancel by far more than the change they add up to may miss it by the rounding of their own sum. */
    private static void addsUp(Path folder, DeepLift method, boolean neighbour) {
        boolean once = method != DeepLift.RESCALE || !neighbour;
        for (Precision precision : once ? List.of(Precision.FLOAT64) : List.of(Precision.FLOAT64, Precision.FLOAT32)) {
            boolean isWide = precision == Precision.FLOAT64;
            Attribution found = explain(folder, method, precision, neighbour);
            double[] scores = found.units().getFirst().scores().toDoubles();
            double total = Arrays.stream(scores).map(Math::abs).sum() / found.examples();
            ConvergenceReport report = ConvergenceReport.of(
                    found, isWide ? ConvergenceReport.Precision.FLOAT64 : ConvergenceReport.Precision.FLOAT32);
            double rounding = (isWide ? ROUNDING_64 : ROUNDING_32) * total;
            for (ConvergenceReport.Example example : report.examples()) {
                double allowed = isWide ? DELTA_64 * Math.abs(example.change()) : example.tolerance();
                assertThat(Math.abs(example.delta()))
                        .as("%s: contributions of %.3g in all; %s", precision, total, report.toText())
                        .isLessThanOrEqualTo(Math.max(allowed, rounding));
            }
        }
    }

    @TestFactory
    List<DynamicTest> everyNodeGivesWhatItGets() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path folder : folders()) {
            for (DeepLift method : List.of(DeepLift.RESCALE, DeepLift.REVEAL_CANCEL)) {
                tests.add(test(folder, method.name() + " node by node", () -> balances(folder, method)));
            }
        }
        return tests;
    }

    private static void balances(Path folder, DeepLift method) {
        Graph graph = OnnxModel.load(folder.resolve("model.onnx")).graph();
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            Audit audit = explainer.audit(request(folder, graph, method, true));
            assertThat(audit.nodes()).isNotEmpty();
            for (NodeBalance node : audit.nodes()) {
                assertThat(audit.isBalanced(node))
                        .as("%s, tolerance %.3g", node, audit.tolerance())
                        .isTrue();
            }
        }
    }

    private static Attribution explain(Path folder, AttributionMethod method, Precision precision, boolean neighbour) {
        Graph graph = OnnxModel.load(folder.resolve("model.onnx")).graph();
        try (Explainer explainer = Explainer.of(graph, precision)) {
            return explainer
                    .explain(request(folder, graph, method, neighbour))
                    .getFirst()
                    .attribution();
        }
    }

    private static Request request(Path folder, Graph graph, AttributionMethod method, boolean neighbour) {
        NdArray input = Npy.read(folder.resolve("input.npy"));
        String name = graph.inputs().getFirst().name();
        Path json = folder.resolve("case.json");
        int target = Files.exists(json) ? GoldenJson.read(json).get("target").intValue() : 0;
        Request request = Request.of(Map.of(name, input), method)
                .target(new TargetChoice.Index(target))
                .output(graph.outputs().getFirst().name())
                .at(input.type().isFloating() ? null : embedding(graph, name));
        return neighbour ? request.reference(ReferenceInputs.of("neighbour", Map.of(name, rotated(input)))) : request;
    }

    /** Every example gets the next one, the last the first. */
    private static NdArray rotated(NdArray input) {
        double[] data = input.toDoubles();
        int row = data.length / (int) input.dimension(0);
        double[] out = new double[data.length];
        for (int i = 0; i < data.length; i++) {
            out[i] = data[(i + row) % data.length];
        }
        if (input.type().isFloating()) {
            return NdArray.of(out, input.shape());
        }
        long[] whole = new long[out.length];
        for (int i = 0; i < out.length; i++) {
            whole[i] = (long) out[i];
        }
        return NdArray.of(whole, input.shape());
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
