package dev.whence.quantize.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.whence.core.NdArray;
import dev.whence.core.Progress;
import dev.whence.core.WhenceException;
import dev.whence.graph.Graph;
import dev.whence.quantize.QuantizeFixtures;
import dev.whence.quantize.allocation.Allocation;
import dev.whence.quantize.allocation.Budget;
import dev.whence.quantize.allocation.Objective;
import dev.whence.quantize.calibration.QuantizedLayer;
import dev.whence.quantize.export.BudgetReport;
import dev.whence.quantize.export.Format;
import dev.whence.quantize.export.QuantizationReport;
import dev.whence.quantize.export.QuantizedExport;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("golden")
class QuantizationTest {
    private static final double ROUNDING = 1e-9;
    private static final int EXAMPLES = 80;

    private Graph graph = Graph.builder("none").build();
    private Map<String, NdArray> examples = Map.of();

    @BeforeEach
    void load() {
        Optional<Path> found = QuantizeFixtures.floatModels().stream().findFirst();
        assumeTrue(found.isPresent(), "no golden networks");
        Path file = found.orElseThrow();
        graph = QuantizeFixtures.graph(file);
        examples = Map.of(
                graph.inputs().getFirst().name(),
                QuantizeFixtures.images(
                        Objects.requireNonNull(file.getParent()),
                        QuantizeFixtures.CALIBRATION,
                        0,
                        EXAMPLES,
                        QuantizeFixtures.Family.of(file)));
    }

    @Test
    void bits_go_where_relevance_is_within_the_budget() {
        Outcome outcome = Quantization.run(graph, examples, Plan.of(3).with(Objective.LRP), Progress.SILENT);
        Allocation allocation = outcome.chosen().allocation();
        assertThat(allocation.gap()).isZero();
        assertThat(allocation.used(Budget.Resource.AVERAGE_WEIGHT_BITS)).isLessThanOrEqualTo(3 + ROUNDING);
        assertThat(allocation.used(Budget.Resource.AVERAGE_OPERATION_BITS)).isLessThanOrEqualTo(3 + ROUNDING);
        assertThat(allocation.widths())
                .hasSize(outcome.quantized().model().layers().size());
        assertThat(allocation.widths().stream().map(w -> w.weightBits()).distinct())
                .hasSizeGreaterThan(1);
        assertThat(Objects.requireNonNull(outcome.frontier()).points()).isNotEmpty();
        requireBudgetsInFile(outcome);
    }

    /** What the file says of itself is enough to add up every budget. */
    private static void requireBudgetsInFile(Outcome outcome) {
        Allocation allocation = outcome.chosen().allocation();
        Graph written = QuantizedExport.graph(
                outcome.quantized(),
                Format.FAKE_QUANT,
                Map.of(),
                Map.of(),
                BudgetReport.of(allocation, outcome.quantized().model()));
        QuantizationReport report = QuantizationReport.of(written).orElseThrow();
        assertThat(report.budgets()).hasSameSizeAs(allocation.budgets());
        for (int i = 0; i < report.budgets().size(); i++) {
            BudgetReport budget = report.budgets().get(i);
            assertThat(budget.used(report.layers()))
                    .isCloseTo(allocation.budgets().get(i).used(), within(1e-12))
                    .isLessThanOrEqualTo(budget.limit() + 1e-9);
        }
        assertThat(report.budgets().getLast().outside()).containsExactly("patch_embed.proj");
        assertThat(report.totals().averageWeightBits())
                .isCloseTo(report.budgets().getFirst().used(), within(1e-12));
    }

    @Test
    void allocation_by_relevance_diverges_less_than_one_width_for_all() {
        Outcome relevance = Quantization.run(graph, examples, Plan.of(3).with(Objective.LRP), Progress.SILENT);
        Outcome uniform = Quantization.run(graph, examples, Plan.of(3).with(Objective.UNIFORM), Progress.SILENT);
        assertThat(relevance.chosen().divergence()).isLessThan(uniform.chosen().divergence());
        assertThat(uniform.quantized().layers()).allMatch(one -> one.width().weightBits() == 3);
    }

    @Test
    void a_pinned_layer_keeps_its_width() {
        String head = graphLayers().getLast();
        Plan plan = new Plan(
                3,
                Plan.around(3),
                List.of(Objective.LRP),
                Map.of(head, 8),
                false,
                Plan.of(3).settings());
        QuantizedLayer found = Quantization.run(graph, examples, plan, Progress.SILENT).quantized().layers().stream()
                .filter(one -> one.layer().name().equals(head))
                .findFirst()
                .orElseThrow();
        assertThat(found.width().weightBits()).isEqualTo(8);
    }

    @Test
    void a_pin_of_no_layer_names_the_layers() {
        Plan plan = new Plan(
                3,
                Plan.around(3),
                List.of(Objective.LRP),
                Map.of("tail", 8),
                false,
                Plan.of(3).settings());
        assertThatThrownBy(() -> Quantization.run(graph, examples, plan, Progress.SILENT))
                .isInstanceOf(WhenceException.class)
                .hasMessageContaining("There is no layer 'tail' to pin")
                .hasMessageContaining(graphLayers().getLast());
    }

    private List<String> graphLayers() {
        return dev.whence.quantize.model.QuantizableModel.of(
                        graph,
                        Map.of(
                                graph.inputs().getFirst().name(),
                                examples.values().iterator().next().rows(0, 1)))
                .layers()
                .stream()
                .map(layer -> layer.name())
                .toList();
    }
}
