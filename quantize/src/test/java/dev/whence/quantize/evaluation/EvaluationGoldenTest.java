package dev.whence.quantize.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.whence.core.NdArray;
import dev.whence.core.Npy;
import dev.whence.core.Progress;
import dev.whence.core.WhenceException;
import dev.whence.graph.Network;
import dev.whence.graph.Precision;
import dev.whence.graph.operators.StandardOperators;
import dev.whence.quantize.QuantizeFixtures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Quantized networks beside the ones they came from, against numbers of another executor. */
@Tag("golden")
class EvaluationGoldenTest {
    private static final int FEW = 64;
    private static final String QUANTIZED = "_int8_qdq_minmax";

    /** A network before and after quantization. */
    record Pair(Path original, Path quantized) {
        Evaluation evaluate(int count) {
            NdArray images = images(count);
            List<Long> labels = QuantizeFixtures.labels(quantized.getParent(), QuantizeFixtures.TEST, 0, count);
            return Evaluation.of(
                    QuantizeFixtures.graph(original),
                    QuantizeFixtures.graph(quantized),
                    Map.of("image", images),
                    labels.stream().mapToLong(Long::longValue).toArray(),
                    Progress.SILENT);
        }

        NdArray images(int count) {
            return QuantizeFixtures.images(
                    quantized.getParent(), QuantizeFixtures.TEST, 0, count, QuantizeFixtures.Family.of(quantized));
        }
    }

    static Optional<Pair> pair(Path quantized) {
        String name = QuantizeFixtures.modelName(quantized).replace(QUANTIZED, "");
        return QuantizeFixtures.find(name + "_op17.onnx").map(original -> new Pair(original, quantized));
    }

    private static List<Pair> pairs() {
        List<Pair> all = new ArrayList<>();
        QuantizeFixtures.quantizedModels().forEach(file -> pair(file).ifPresent(all::add));
        return all;
    }

    @TestFactory
    List<DynamicTest> logits_of_integer_networks() {
        return QuantizeFixtures.quantizedModels().stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> logits(file)))
                .toList();
    }

    private static void logits(Path file) {
        Optional<Path> golden = QuantizeFixtures.find(QuantizeFixtures.modelName(file) + "_logits64.npy");
        assumeThat(golden).isPresent();
        NdArray wanted = Npy.read(golden.orElseThrow());
        NdArray images = QuantizeFixtures.images(
                file.getParent(), QuantizeFixtures.TEST, 0, FEW, QuantizeFixtures.Family.of(file));
        try (Network network = StandardOperators.network(QuantizeFixtures.graph(file), Precision.FLOAT32)) {
            NdArray found = network.evaluate(Map.of("image", images)).get("logits");
            int near = 0;
            for (int i = 0; i < wanted.size(); i++) {
                near += Math.abs(found.getDouble(i) - wanted.getDouble(i)) <= 0.02 ? 1 : 0;
            }
            assertThat((double) near / wanted.size()).isGreaterThanOrEqualTo(0.99);
        }
    }

    @TestFactory
    List<DynamicTest> few_images_tell_what_quantization_did() {
        return pairs().stream()
                .map(pair ->
                        DynamicTest.dynamicTest(pair.quantized().getFileName().toString(), () -> {
                            Evaluation found = pair.evaluate(FEW);
                            boolean isHurt = pair.quantized().toString().contains("outlier");
                            assertThat(found.examples()).isEqualTo(FEW);
                            assertThat(found.warnings()).isEmpty();
                            assertThat(found.layers()).hasSize(26);
                            assertThat(found.classification()).isNotNull();
                            assertThat(found.classification().areProbabilities())
                                    .isFalse();
                            assertThat(found.outputs().getFirst().decibels())
                                    .isBetween(isHurt ? 0.0 : 15.0, isHurt ? 15.0 : 60.0);
                            assertThat(found.classification().agreement().rate() > 0.9)
                                    .isNotEqualTo(isHurt);
                            assertThat(found.layers().getFirst().decibels()).isGreaterThan(30);
                        }))
                .toList();
    }

    @Tag("slow")
    @TestFactory
    List<DynamicTest> accuracy_on_all_images() {
        Map<String, Double> wanted = Map.of("vit", 96.27, "vit_outlier", 67.20);
        List<DynamicTest> tests = new ArrayList<>();
        for (Pair pair : pairs()) {
            Double accuracy =
                    wanted.get(QuantizeFixtures.modelName(pair.quantized()).replace(QUANTIZED, ""));
            if (accuracy != null) {
                tests.add(DynamicTest.dynamicTest(pair.quantized().getFileName().toString(), () -> {
                    Classification found = pair.evaluate(1500).classification();
                    assertThat(100 * found.accuracy().quantized().rate()).isCloseTo(accuracy, within(0.2));
                    assertThat(found.accuracy().original().hits()).isBetween(1442, 1444);
                    boolean isHurt = accuracy < 90;
                    assertThat(found.accuracy().difference().probability() < 0.001)
                            .isEqualTo(isHurt);
                }));
            }
        }
        return tests;
    }

    @Test
    void a_network_is_equal_to_itself() {
        List<Pair> all = pairs();
        assumeThat(all).isNotEmpty();
        Evaluation found = new Pair(all.getFirst().original(), all.getFirst().original()).evaluate(3);

        assertThat(found.classification().agreement()).isEqualTo(new Proportion(3, 3));
        assertThat(found.classification().divergence()).isZero();
        assertThat(found.layers())
                .allSatisfy(layer -> assertThat(layer.decibels()).isInfinite());
    }

    @Test
    void labels_must_be_as_many_as_images_and_be_classes() {
        List<Pair> all = pairs();
        assumeThat(all).isNotEmpty();
        Pair pair = all.getFirst();

        assertThatThrownBy(() -> evaluate(pair, 2, new long[] {1}))
                .isInstanceOf(WhenceException.class)
                .hasMessage("There are 1 labels for 2 examples; one for each is wanted.");
        assertThatThrownBy(() -> evaluate(pair, 2, new long[] {1, 10}))
                .isInstanceOf(WhenceException.class)
                .hasMessageContaining("Label 10 of example 1 is no class");
    }

    private static void evaluate(Pair pair, int count, long[] labels) {
        Evaluation.of(
                QuantizeFixtures.graph(pair.original()),
                QuantizeFixtures.graph(pair.quantized()),
                Map.of("image", pair.images(count)),
                labels,
                Progress.SILENT);
    }
}
