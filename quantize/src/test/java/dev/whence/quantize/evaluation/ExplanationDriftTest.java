package dev.whence.quantize.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.whence.core.NdArray;
import dev.whence.core.Progress;
import dev.whence.explain.Lrp;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.quantize.QuantizeFixtures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ExplanationDriftTest {
    private static final Map<String, NdArray> INPUTS =
            Map.of("x", NdArray.of(new float[] {1, -2, 3, 0, 0.4f, -0.6f}, 2, 3));

    private static Graph.Builder dense(String read) {
        return Graph.builder("dense")
                .input("x", NdArray.Type.FLOAT32, -1, 3)
                .constant("w", NdArray.of(new float[] {1, -1, 2, 0.5f, -1, 2}, 3, 2))
                .node("MatMul", "y", read, "w")
                .output("y");
    }

    @Test
    void a_network_looks_at_the_same_evidence_as_itself() {
        Graph graph = dense("x").build();
        ExplanationDrift drift = ExplanationDrift.of(graph, graph, INPUTS, Lrp.ATTENTION, Progress.SILENT);

        assertThat(drift.units()).containsExactly("x");
        assertThat(drift.output()).isEqualTo("y");
        assertThat(drift.examples()).hasSize(2);
        assertThat(drift.mean()).isCloseTo(1, within(1e-9));
        ExplanationDrift.Maps maps = drift.examples().getFirst().maps().getFirst();
        assertThat(maps.original().shape()).containsExactly(3);
        assertThat(maps.quantized()).isEqualTo(maps.original());
    }

    @Test
    void relevance_passes_linear_quantization_unchanged() {
        Graph quantized = dense("x_dq")
                .constant("scale", NdArray.of(new float[] {0.5f}))
                .constant("zero", NdArray.ofIntegers(NdArray.Type.UINT8, new long[] {128}))
                .node("QuantizeLinear", "x_q", "x", "scale", "zero")
                .node("DequantizeLinear", "x_dq", "x_q", "scale", "zero")
                .build();
        ExplanationDrift drift =
                ExplanationDrift.of(dense("x").build(), quantized, INPUTS, Lrp.ATTENTION, Progress.SILENT);

        // 1, -2, 3 lie on levels, so nothing changes; 0.4 and -0.6 become 0.5 and -0.5.
        assertThat(drift.examples().get(0).cosine()).isCloseTo(1, within(1e-6));
        assertThat(drift.examples().get(1).cosine()).isLessThan(1).isGreaterThan(0.9);
    }

    @Test
    void relevance_passes_rounding_and_tables_as_the_value_that_they_make() {
        Graph quantized = dense("x_table")
                .constant("half", NdArray.of(new float[] {0.5f}))
                .constant("three", NdArray.of(new float[] {3}))
                .constant("table", Constant.of(new float[] {-1.5f, -1, -0.5f, 0, 0.5f, 1, 1.5f, 2, 2.5f, 3}, 10))
                .node("Div", "x_steps", "x", "half")
                .node("Round", "x_round", "x_steps")
                .node("Add", "x_code", "x_round", "three")
                .node("Cast", List.of("x_code"), List.of("x_index"), Attributes.of("to", 7))
                .node("Gather", "x_table", "table", "x_index")
                .build();
        Map<String, NdArray> inputs = Map.of("x", NdArray.of(new float[] {1, -1.4f, 3, 0, 0.4f, -0.6f}, 2, 3));
        Graph original = dense("x").build();

        assertThat(StraightThrough.find(original, quantized))
                .containsExactly(new StraightThrough.Quantizer("x", "x_table", "x_table::factor"));
        ExplanationDrift drift = ExplanationDrift.of(original, quantized, inputs, Lrp.ATTENTION, Progress.SILENT);
        long target = drift.examples().getFirst().target();
        double[] weights = target == 0 ? new double[] {1, 2, -1} : new double[] {-1, 0.5, 2};
        double[] levels = {1, -1.5, 3};
        double[] found =
                drift.examples().getFirst().maps().getFirst().quantized().toDoubles();
        for (int i = 0; i < 3; i++) {
            assertThat(found[i]).isCloseTo(weights[i] * levels[i], within(1e-5));
        }
    }

    private static Graph.Builder product(String left, String right) {
        return Graph.builder("product")
                .input("a", NdArray.Type.FLOAT32, -1, 2)
                .input("b", NdArray.Type.FLOAT32, -1, 2, 1)
                .constant("u", NdArray.of(new float[] {1, -1, 2, 0.5f}, 2, 2))
                .constant("flat", Constant.ofLongs(0, 2))
                .node("Reshape", "b_flat", right, "flat")
                .node("Mul", "both", left, "b_flat")
                .node("MatMul", "y", "both", "u")
                .output("y");
    }

    @Test
    void all_inputs_of_real_numbers_are_compared_together() {
        Map<String, NdArray> inputs = Map.of(
                "a", NdArray.of(new float[] {1, 2, 3, 4}, 2, 2), "b", NdArray.of(new float[] {2, 1, 1, 3}, 2, 2, 1));
        Graph original = product("a", "b").build();
        Graph quantized = product("a", "b_steps")
                .constant("one", NdArray.of(new float[] {1.5f}))
                .node("Div", "b_parts", "b", "one")
                .node("Round", "b_round", "b_parts")
                .node("Mul", "b_steps", "b_round", "one")
                .build();

        ExplanationDrift same = ExplanationDrift.of(original, original, inputs, Lrp.ATTENTION, Progress.SILENT);
        ExplanationDrift other = ExplanationDrift.of(original, quantized, inputs, Lrp.ATTENTION, Progress.SILENT);

        assertThat(same.units()).containsExactly("a", "b");
        assertThat(same.mean()).isCloseTo(1, within(1e-6));
        ExplanationDrift.Example first = same.examples().getFirst();
        // y = (2 * 1 + 2 * 2, -2 + 0.5 * 2); the first is larger, and each product is shared in halves.
        assertThat(first.target()).isZero();
        assertThat(first.maps().get(0).original().toDoubles()).containsExactly(new double[] {1, 2}, within(1e-5));
        assertThat(first.maps().get(1).original().toDoubles()).containsExactly(new double[] {1, 2}, within(1e-5));
        assertThat(first.maps().get(1).original().shape()).containsExactly(2, 1);
        // b becomes 1.5 and 1.5, so both inputs hold 0.75 and 3 halves of it.
        ExplanationDrift.Example rounded = other.examples().getFirst();
        for (ExplanationDrift.Maps maps : rounded.maps()) {
            assertThat(maps.quantized().toDoubles()).containsExactly(new double[] {0.75, 3}, within(1e-4));
            assertThat(maps.cosine()).isCloseTo(rounded.cosine(), within(1e-6)).isLessThan(1);
        }
    }

    @Tag("golden")
    @TestFactory
    List<DynamicTest> eight_bits_keep_the_evidence_and_broken_ones_lose_it() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path file : QuantizeFixtures.quantizedModels()) {
            tests.add(DynamicTest.dynamicTest(file.getFileName().toString(), () -> {
                var pair = EvaluationGoldenTest.pair(file);
                assumeThat(pair).isPresent();
                ExplanationDrift drift = ExplanationDrift.of(
                        QuantizeFixtures.graph(pair.orElseThrow().original()),
                        QuantizeFixtures.graph(file),
                        Map.of("image", pair.orElseThrow().images(4)),
                        Lrp.ATTENTION,
                        Progress.SILENT);
                boolean isHurt = file.toString().contains("outlier");
                assertThat(drift.mean()).isBetween(isHurt ? -1.0 : 0.95, isHurt ? 0.9 : 1.0);
            }));
        }
        return tests;
    }
}
