package dev.whence.quantize.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.whence.core.NdArray;
import dev.whence.core.Npy;
import dev.whence.graph.Graph;
import dev.whence.graph.Network;
import dev.whence.graph.Precision;
import dev.whence.graph.onnx.OnnxModel;
import dev.whence.graph.operators.StandardOperators;
import dev.whence.quantize.calibration.QuantizedModel;
import dev.whence.testkit.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Networks of many kinds, as exporters write them, brought up to date and quantized. */
@Tag("golden")
class ZooExportGoldenTest {
    private static final double SAME = 1e-4;
    private static final double TOLERANCE = 0.02;

    static List<Path> folders() throws IOException {
        Path zoo = Shared.find("fixtures/zoo").orElse(null);
        assumeTrue(zoo != null, "no golden networks");
        try (Stream<Path> all = Files.list(zoo)) {
            return all.filter(f -> Files.exists(f.resolve("model.onnx")))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("folders")
    void a_later_version_of_the_operators_computes_the_same(Path folder) {
        Graph graph = OnnxModel.load(folder.resolve("model.onnx")).graph();
        NdArray input = Npy.read(folder.resolve("input.npy"));
        float[] expected = Npy.read(folder.resolve("logits.npy")).toFloats();
        Graph later = Opsets.atLeast(graph, 21);
        assertThat(Opsets.of(later)).isEqualTo(21);
        assertThat(Distances.relative(here(later, input), expected)).isLessThan(SAME);
        assertThat(Distances.relative(ForeignRuntime.run(later, input), expected))
                .isLessThan(SAME);
    }

    @ParameterizedTest
    @MethodSource("folders")
    void int8_runs_the_same_here_and_in_onnx_runtime(Path folder) {
        Graph graph = OnnxModel.load(folder.resolve("model.onnx")).graph();
        NdArray input = Npy.read(folder.resolve("input.npy"));
        QuantizedModel model = HandMade.of(graph, input, new HandMade.Recipe(8, 8, true, false));
        assumeTrue(!model.layers().isEmpty(), "nothing to quantize");
        Graph quantized = QuantizedExport.graph(model, Format.INT8_QDQ, Map.of(), Map.of());
        float[] there = ForeignRuntime.run(quantized, input);
        assertThat(Distances.relative(there, here(quantized, input))).isLessThan(TOLERANCE);
    }

    private static float[] here(Graph graph, NdArray input) {
        try (Network network = StandardOperators.network(graph, Precision.FLOAT32)) {
            return network.evaluate(Map.of(graph.inputs().getFirst().name(), input))
                    .values()
                    .iterator()
                    .next()
                    .toFloats();
        }
    }
}
