package dev.whence.quantize.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.whence.core.NdArray;
import dev.whence.graph.Constant;
import dev.whence.graph.ElementType;
import dev.whence.graph.Graph;
import dev.whence.graph.Network;
import dev.whence.graph.Node;
import dev.whence.graph.Precision;
import dev.whence.graph.onnx.OnnxExport;
import dev.whence.graph.onnx.OnnxModel;
import dev.whence.graph.operators.StandardOperators;
import dev.whence.quantize.QuantizeFixtures;
import dev.whence.quantize.calibration.QuantizedLayer;
import dev.whence.quantize.calibration.QuantizedModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Exports of vision transformers: what our engine, the quantizers and ONNX Runtime make of the same file. */
@Tag("golden")
class QuantizedExportGoldenTest {
    private static final HandMade.Recipe INT8 = new HandMade.Recipe(8, 8, true, false);
    private static final HandMade.Recipe UNEVEN = new HandMade.Recipe(8, 8, false, false);
    private static final HandMade.Recipe FOUR = new HandMade.Recipe(4, 4, false, true);
    private static final HandMade.Recipe FIVE = new HandMade.Recipe(3, 5, true, true);
    private static final double TOLERANCE = 0.02;

    @TempDir
    Path folder;

    static List<Path> models() {
        List<Path> models = QuantizeFixtures.floatModels();
        assumeTrue(!models.isEmpty(), "no golden networks");
        return models;
    }

    @ParameterizedTest
    @MethodSource("models")
    void int8_runs_the_same_here_and_in_onnx_runtime(Path file) {
        check(file, INT8, Format.INT8_QDQ);
        check(file, UNEVEN, Format.INT8_QDQ);
    }

    @ParameterizedTest
    @MethodSource("models")
    void fake_quant_runs_the_same_here_and_in_onnx_runtime(Path file) {
        check(file, FOUR, Format.FAKE_QUANT);
        check(file, FIVE, Format.FAKE_QUANT);
    }

    @ParameterizedTest
    @MethodSource("models")
    void int4_weights_run_the_same_here_and_in_onnx_runtime(Path file) {
        Graph graph = check(file, FOUR, Format.INT4_WEIGHTS);
        assertThat(graph.nodes()).allSatisfy(n -> assertThat(n.opset()).isEqualTo(21));
        assertThat(graph.constants().values().stream().map(Constant::element))
                .contains(ElementType.UINT4)
                .doesNotContain(ElementType.INT8);
        assertThat(check(file, FIVE, Format.INT4_WEIGHTS).constants().values().stream()
                        .map(Constant::element))
                .contains(ElementType.INT4)
                .doesNotContain(ElementType.INT8);
    }

    private static Graph check(Path file, HandMade.Recipe recipe, Format format) {
        NdArray images = images(file);
        QuantizedModel model = HandMade.of(QuantizeFixtures.graph(file), images, recipe);
        Graph graph = QuantizedExport.graph(model, format, Map.of(), Map.of());
        Graph read = OnnxModel.read(OnnxExport.toBytes(graph), null).graph();
        float[] ours = simulated(model, read, images);
        float[] theirs = ForeignRuntime.run(graph, images);
        assertThat(Distances.relative(ours, theirs))
                .as("%s %s", file.getFileName(), recipe)
                .isLessThan(TOLERANCE);
        return read;
    }

    /** The network's output, after a look at every layer: it must read what its quantizers give. */
    private static float[] simulated(QuantizedModel model, Graph graph, NdArray images) {
        Set<String> wanted = new LinkedHashSet<>();
        for (QuantizedLayer layer : model.layers()) {
            layer.layer().operands().forEach(o -> wanted.add(o.value()));
            wanted.addAll(node(graph, layer).inputs());
        }
        String output = graph.outputs().getFirst().name();
        wanted.add(output);
        try (Network network = StandardOperators.network(graph, Precision.FLOAT32)) {
            Map<String, NdArray> values =
                    network.evaluate(Map.of(graph.inputs().getFirst().name(), images), wanted.toArray(String[]::new));
            model.layers().forEach(l -> check(l, node(graph, l), values));
            return value(values, output).toFloats();
        }
    }

    private static Node node(Graph graph, QuantizedLayer layer) {
        return graph.node(layer.layer().node()).orElseThrow();
    }

    private static void check(QuantizedLayer layer, Node node, Map<String, NdArray> values) {
        String name = layer.layer().name();
        for (int i = 0; i < layer.operands().size(); i++) {
            NdArray real = value(values, layer.layer().operands().get(i).value());
            float[] expected = layer.operands().get(i).apply(real.toFloats(), real.shape());
            NdArray found = value(values, node.inputs().get(i));
            assertThat(found.shape()).as(name).isEqualTo(real.shape());
            assertThat(differences(found.toFloats(), expected))
                    .as("operand %s of %s", i, name)
                    .isZero();
        }
        float[] weight = layer.weight();
        if (weight != null) {
            float[] found = value(values, node.inputs().get(1)).toFloats();
            assertThat(differences(found, weight)).as("weights of %s", name).isZero();
        }
    }

    private static NdArray value(Map<String, NdArray> values, String name) {
        return Objects.requireNonNull(values.get(name), name);
    }

    private static long differences(float[] found, float[] expected) {
        assertThat(found).hasSameSizeAs(expected);
        long out = 0;
        for (int i = 0; i < found.length; i++) {
            out += found[i] == expected[i] ? 0 : 1;
        }
        return out;
    }

    private static NdArray images(Path file) {
        QuantizeFixtures.Family family = QuantizeFixtures.Family.of(file);
        int count = family == QuantizeFixtures.Family.SWIN ? 1 : 4;
        Path parent = Objects.requireNonNull(file.getParent());
        return QuantizeFixtures.images(parent, QuantizeFixtures.CALIBRATION, 0, count, family);
    }

    @ParameterizedTest
    @MethodSource("models")
    void files_are_small_and_the_same_every_time(Path file) throws Exception {
        QuantizedModel model = HandMade.of(QuantizeFixtures.graph(file), images(file), INT8);
        Map<String, Double> contributions = Map.of("head", 0.25);
        Map<String, String> settings = Map.of("seed", "7", "bits", "8", "calibration", "4 images");
        Graph graph = QuantizedExport.graph(model, Format.INT8_QDQ, contributions, settings);
        QuantizedModel again = HandMade.of(QuantizeFixtures.graph(file), images(file), INT8);
        assertThat(OnnxExport.toBytes(QuantizedExport.graph(again, Format.INT8_QDQ, contributions, settings)))
                .isEqualTo(OnnxExport.toBytes(graph));
        Path written = folder.resolve("out.onnx");
        QuantizedExport.write(written, graph);
        QuantizationReport report =
                QuantizationReport.of(OnnxModel.load(written).graph()).orElseThrow();
        assertThat(report).isEqualTo(QuantizationReport.of(model, Format.INT8_QDQ, contributions, settings));
        assertThat(report.totals())
                .isEqualTo(SizeAccount.of(report.layers(), report.otherFloats(), report.floatNumbers()));
        assertThat(report.totals().averageWeightBits()).isEqualTo(8);
        assertThat(report.totals().averageActivationBits()).isEqualTo(8);
        assertThat(report.totals().operationsRatio()).isEqualTo(1.0 / 16);
        if (QuantizeFixtures.Family.of(file) == QuantizeFixtures.Family.VIT) {
            assertThat((double) Files.size(written) / Files.size(file)).isLessThan(0.36);
        }
        assertThat(report.totals().sizeRatio()).isBetween(0.25, 0.36);
    }
}
