package dev.whence.quantize.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.whence.core.NdArray;
import dev.whence.core.Progress;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Value;
import dev.whence.quantize.allocation.Objective;
import dev.whence.quantize.calibration.CalibrationSettings;
import dev.whence.quantize.model.ExampleRows;
import dev.whence.quantize.model.QuantizableLayer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The whole way through networks of a few layers. */
class SmallQuantizationTest {
    private final Random random = new Random(3);

    private float[] numbers(int count) {
        float[] out = new float[count];
        for (int i = 0; i < count; i++) {
            out[i] = (float) random.nextGaussian();
        }
        return out;
    }

    private NdArray rows(int count) {
        return NdArray.of(numbers(count * 6), count, 6);
    }

    /** Three dense layers and, beside the classes, a second output that the third one feeds. */
    private Graph.Builder network(long batch) {
        Graph.Builder graph = Graph.builder("small").opset(17).input("x", NdArray.Type.FLOAT32, batch, 6);
        for (String name : List.of("one", "two", "three")) {
            graph.constant(name + ".weight", Constant.of(numbers(36), 6, 6));
        }
        return graph.node("MatMul", "a", "x", "one.weight")
                .node("Relu", "r", "a")
                .node("MatMul", "y", "r", "two.weight")
                .node("MatMul", "z", "r", "three.weight");
    }

    private static Plan plan(double bits, List<Integer> candidates, Objective... objectives) {
        return new Plan(bits, candidates, List.of(objectives), Map.of(), true, CalibrationSettings.USUAL);
    }

    private static Outcome run(Graph graph, NdArray rows, Plan plan) {
        return Quantization.run(graph, Map.of("x", rows), plan, Progress.SILENT);
    }

    @Test
    void one_width_for_all_is_a_candidate_in_the_first_layer_too() {
        Graph graph = network(-1).output("y").build();
        Outcome outcome = run(graph, rows(50), plan(5, List.of(4, 8), Objective.UNIFORM));
        assertThat(outcome.chosen().allocation().widths()).allMatch(width -> width.weightBits() == 4);
    }

    @Test
    void a_layer_without_relevance_is_not_worthless() {
        Graph graph = network(-1)
                .node("ArgMax", List.of("z"), List.of("best"), Attributes.of("axis", -1))
                .output("y")
                .output(Value.tensor("best", NdArray.Type.INT64, -1, 1))
                .build();
        Outcome outcome = run(graph, rows(50), plan(3, List.of(2, 3, 4), Objective.LRP));
        assertThat(outcome.contributions().layer("three").orElseThrow().mean()).isZero();
        int three = outcome.quantized().model().layers().stream()
                .map(QuantizableLayer::name)
                .toList()
                .indexOf("three");
        List<dev.whence.quantize.allocation.LayerChoice> layers =
                outcome.chosen().allocation().layers();
        assertThat(layers.get(three).costs()[0]).isPositive();
    }

    @Test
    void a_layer_of_a_second_head_has_its_own_relevance() {
        Graph graph = network(-1).output("y").output("z").build();
        Outcome outcome = run(graph, rows(50), plan(3, List.of(2, 3, 4), Objective.LRP));
        assertThat(outcome.contributions().layer("three").orElseThrow().mean()).isCloseTo(0.5, within(1e-5));
        assertThat(outcome.warnings())
                .anyMatch(one -> one.startsWith("Contributions are means over the outputs y, z:"));
    }

    @Test
    void sensitivities_are_in_the_order_of_layers_and_widths() {
        Graph graph = network(-1).output("y").output("z").build();
        Outcome outcome = run(graph, rows(50), plan(5, List.of(2, 3, 4, 5, 6, 7, 8), Objective.SENSITIVITY));
        assertThat(List.copyOf(outcome.sensitivities().keySet())).containsExactly("one", "two", "three");
        outcome.sensitivities()
                .values()
                .forEach(byBits -> assertThat(List.copyOf(byBits.keySet())).containsExactly(2, 3, 4, 5, 6, 7, 8));
    }

    @Test
    void pins_keep_their_order() {
        Map<String, Integer> pins = new LinkedHashMap<>();
        for (int i = 20; i > 0; i--) {
            pins.put("layer" + i, 4);
        }
        Plan plan = new Plan(4, List.of(3, 4), Plan.TRIED, pins, true, CalibrationSettings.USUAL);
        assertThat(List.copyOf(plan.pins().keySet())).isEqualTo(List.copyOf(pins.keySet()));
    }

    @Test
    void contributions_that_cannot_be_told_are_a_warning_unless_they_decide() {
        Graph graph = network(-1)
                .node("ArgMax", List.of("y"), List.of("best"), Attributes.of("axis", -1))
                .output("best")
                .build();
        NdArray examples = rows(50);
        Outcome outcome = run(graph, examples, plan(4, List.of(4), Objective.UNIFORM));
        assertThat(outcome.contributions()).isNull();
        assertThat(outcome.warnings()).anyMatch(one -> one.startsWith("What layers contribute cannot be told: "));
        assertThatThrownBy(() -> run(graph, examples, plan(4, List.of(3, 4, 5), Objective.LRP)))
                .isInstanceOf(WhenceException.class);
    }

    @Test
    void batches_of_a_fixed_size_stay_whole() {
        Graph graph = network(4).output("y").build();
        Outcome outcome = run(graph, rows(54), plan(4, List.of(3, 4, 5), Objective.LRP));
        assertThat(outcome.warnings()).anyMatch(one -> one.contains("The last 2 calibration examples were left out"));
        assertThatThrownBy(() -> run(graph, rows(3), plan(4, List.of(3, 4, 5), Objective.LRP)))
                .isInstanceOf(WhenceException.class)
                .hasMessageContaining("give a multiple of 4");
    }

    @Test
    void an_input_with_one_row_serves_all_examples() {
        Graph graph = network(-1)
                .input("mask", NdArray.Type.FLOAT32, 1, 6)
                .node("Mul", "masked", "y", "mask")
                .output("masked")
                .build();
        NdArray mask = NdArray.of(new float[] {1, 1, 1, 1, 0, 0}, 1, 6);
        Map<String, NdArray> inputs = new LinkedHashMap<>();
        inputs.put("mask", mask);
        inputs.put("x", rows(50));
        Outcome outcome = Quantization.run(graph, inputs, plan(4, List.of(4), Objective.UNIFORM), Progress.SILENT);
        assertThat(outcome.quantized().layers()).hasSize(3);
        assertThat(outcome.warnings()).noneMatch(one -> one.startsWith("Only "));
        inputs.put("mask", NdArray.of(numbers(12), 2, 6));
        assertThatThrownBy(
                        () -> Quantization.run(graph, inputs, plan(4, List.of(4), Objective.UNIFORM), Progress.SILENT))
                .isInstanceOf(WhenceException.class);
    }

    @Test
    void the_choice_is_made_on_examples_that_nothing_else_has_seen() {
        Graph graph = network(-1).output("y").build();
        Examples many = Examples.of(graph, Map.of("x", rows(100)));
        assertThat(ExampleRows.count(many.forChoice())).isEqualTo(25);
        assertThat(ExampleRows.count(many.forCorrections())).isEqualTo(75);
        assertThat(ExampleRows.count(many.forDivergences())).isEqualTo(64);
        Examples some = Examples.of(graph, Map.of("x", rows(48)));
        assertThat(ExampleRows.count(some.forChoice())).isEqualTo(16);
        assertThat(ExampleRows.count(some.forDivergences())).isEqualTo(32);
        Examples few = Examples.of(graph, Map.of("x", rows(47)));
        assertThat(ExampleRows.count(few.forChoice())).isEqualTo(47);
        assertThat(ExampleRows.count(few.forCorrections())).isEqualTo(47);
        Outcome outcome = run(graph, rows(47), plan(4, List.of(4), Objective.UNIFORM));
        assertThat(outcome.warnings()).anyMatch(one -> one.contains("none is held back"));
    }
}
