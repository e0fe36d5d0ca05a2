package dev.whence.quantize.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.whence.core.NdArray;
import dev.whence.core.Npy;
import dev.whence.core.WhenceException;
import dev.whence.explain.Explainer;
import dev.whence.explain.Lrp;
import dev.whence.explain.TargetChoice;
import dev.whence.graph.Dimension;
import dev.whence.graph.Graph;
import dev.whence.graph.Precision;
import dev.whence.graph.onnx.OnnxModel;
import dev.whence.quantize.QuantizeFixtures;
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
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** The layers of real exports: names, weights and multiplications as their author's framework has them. */
@Tag("golden")
class RecognitionGoldenTest {
    @TestFactory
    List<DynamicTest> layersOfVisionTransformers() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path file : QuantizeFixtures.floatModels()) {
            tests.add(test(QuantizeFixtures.FOLDER, file.getFileName() + " layers", () -> layers(file)));
            tests.add(test(QuantizeFixtures.FOLDER, file.getFileName() + " sites", () -> sites(file)));
        }
        for (Path file : QuantizeFixtures.quantizedModels()) {
            tests.add(test(QuantizeFixtures.FOLDER, file.getFileName() + " refused", () -> refused(file)));
        }
        return tests;
    }

    private static DynamicTest test(String folder, String name, GoldenTable.Check check) {
        return DynamicTest.dynamicTest(name, () -> GoldenTable.check(folder, name, check));
    }

    private static void layers(Path file) {
        JsonNode expected = QuantizeFixtures.json("results_" + QuantizeFixtures.modelName(file) + ".json")
                .orElseThrow()
                .get("layers");
        QuantizableModel model = QuantizableModel.of(QuantizeFixtures.graph(file));
        assertThat(model.notes()).isEmpty();
        List<String> names = model.layers().stream().map(QuantizableLayer::name).toList();
        assertThat(names).containsExactlyInAnyOrderElementsOf(expected.propertyNames());
        for (QuantizableLayer layer : model.layers()) {
            JsonNode wanted = expected.get(layer.name());
            assertThat(layer.parameters())
                    .as(layer.name())
                    .isEqualTo(wanted.get("params").asLong());
            assertThat(layer.multiplyAccumulates())
                    .as(layer.name())
                    .isEqualTo(wanted.get("macs").asLong());
            assertThat(layer.kind()).as(layer.name()).isEqualTo(kind(layer.name()));
            assertThat(layer.bias() == null)
                    .as(layer.name())
                    .isEqualTo(layer.kind().isProduct() || layer.kind() == LayerKind.REDUCTION);
            checkSource(layer);
        }
    }

    private static LayerKind kind(String name) {
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "qkv" -> LayerKind.QKV;
            case "matmul1" -> LayerKind.MATMUL1;
            case "matmul2" -> LayerKind.MATMUL2;
            case "proj" -> name.startsWith("patch_embed") ? LayerKind.PATCH_EMBED : LayerKind.PROJ;
            case "fc1" -> LayerKind.FC1;
            case "fc2" -> LayerKind.FC2;
            case "reduction" -> LayerKind.REDUCTION;
            default -> LayerKind.HEAD;
        };
    }

    private static void checkSource(QuantizableLayer layer) {
        Operand.Source source = switch (layer.kind()) {
            case PATCH_EMBED -> Operand.Source.INPUT;
            case QKV, FC1, REDUCTION -> Operand.Source.LAYER_NORMALIZATION;
            case MATMUL2 -> Operand.Source.SOFTMAX;
            case FC2 -> Operand.Source.GELU;
            default -> Operand.Source.OTHER;
        };
        if (layer.kind() != LayerKind.HEAD) {
            assertThat(layer.data().source()).as(layer.name()).isEqualTo(source);
        }
        if (layer.kind() == LayerKind.MATMUL1) {
            assertThat(layer.scale())
                    .as(layer.name())
                    .isEqualTo(layer.name().startsWith("layers") ? ScalePlace.BEFORE : ScalePlace.AFTER);
        }
        boolean isInBlock = layer.name().contains("blocks");
        assertThat(layer.block() >= 0).as(layer.name()).isEqualTo(isInBlock);
        if (layer.name().startsWith("blocks")) {
            assertThat(layer.block()).isEqualTo(Integer.parseInt(layer.name().split("\\.")[1]));
        }
    }

    private static void sites(Path file) {
        QuantizableModel model = QuantizableModel.of(QuantizeFixtures.graph(file));
        for (Normalization site : model.normalizations()) {
            boolean isBeforeWeights = site.name().matches(".*(norm1|norm2|downsample.norm)");
            assertThat(site.isReparameterisable())
                    .as("%s: %s", site.name(), site.obstacles())
                    .isEqualTo(isBeforeWeights);
            assertThat(site.beta()).as(site.name()).isNotNull();
            if (isBeforeWeights) {
                assertThat(site.consumers()).hasSize(1);
                QuantizableLayer layer =
                        model.layer(site.consumers().getFirst()).orElseThrow();
                assertThat(layer.data().normalization()).isEqualTo(site.name());
                assertThat(site.channels())
                        .isEqualTo(layer.weight().data().shape()[layer.weight().inputAxis()]);
            }
        }
        long wanted = model.layers().stream()
                .filter(l -> l.kind() == LayerKind.QKV || l.kind() == LayerKind.FC1 || l.kind() == LayerKind.REDUCTION)
                .count();
        assertThat(model.normalizations().stream().filter(Normalization::isReparameterisable))
                .hasSize((int) wanted);
    }

    private static void refused(Path file) {
        assertThatThrownBy(() -> QuantizableModel.of(QuantizeFixtures.graph(file)))
                .isInstanceOf(WhenceException.class)
                .hasMessageContaining("is quantized already")
                .hasMessageContaining("QuantizeLinear");
    }

    @TestFactory
    List<DynamicTest> everyNetworkOfTheZooGivesLayers() throws IOException {
        Path zoo = Shared.find("fixtures/zoo").orElse(null);
        if (zoo == null) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(zoo)) {
            return all.filter(f -> Files.exists(f.resolve("model.onnx")) && Files.exists(f.resolve("input.npy")))
                    .sorted()
                    .map(f -> test("fixtures/zoo", f.getFileName() + " layers", () -> zoo(f)))
                    .toList();
        }
    }

    private static void zoo(Path folder) {
        Graph graph = OnnxModel.load(folder.resolve("model.onnx")).graph();
        NdArray input = Npy.read(folder.resolve("input.npy"));
        QuantizableModel model =
                QuantizableModel.of(graph, Map.of(graph.inputs().getFirst().name(), input));
        assertThat(model.layers()).isNotEmpty();
        assertThat(model.layers()).allSatisfy(layer -> {
            assertThat(layer.multiplyAccumulates()).isPositive();
            assertThat(layer.name()).isNotBlank();
        });
        assertThat(model.layers().stream().map(QuantizableLayer::name)).doesNotHaveDuplicates();
        assertThat(model.layers().stream().filter(l -> l.kind() == LayerKind.HEAD))
                .hasSizeBetween(0, 1);
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT32)) {
            boolean isOpen = graph.inputs().getFirst().shape().getFirst() instanceof Dimension.Symbolic;
            Map<String, NdArray> one = Map.of(graph.inputs().getFirst().name(), isOpen ? input.rows(0, 1) : input);
            LayerContributions found =
                    LayerContributions.of(explainer, model, one, Lrp.ATTENTION, new TargetChoice.ArgMax());
            assertThat(found.layers()).allSatisfy(layer -> {
                assertThat(layer.mean()).as(layer.layer()).isFinite().isNotNegative();
            });
            assertThat(Arrays.stream(found.normalized()).sum()).isCloseTo(1, within(1e-9));
        }
    }
}
