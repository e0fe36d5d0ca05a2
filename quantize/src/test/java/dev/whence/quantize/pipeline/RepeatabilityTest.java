package dev.whence.quantize.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.whence.core.NdArray;
import dev.whence.core.Progress;
import dev.whence.graph.Graph;
import dev.whence.quantize.UniformQuantizer;
import dev.whence.quantize.VisionTransformerShape;
import dev.whence.quantize.calibration.Calibration;
import dev.whence.quantize.calibration.QuantizedLayer;
import dev.whence.quantize.calibration.QuantizedModel;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The same examples give the same bits. */
class RepeatabilityTest {
    private static final VisionTransformerShape SHAPE = new VisionTransformerShape(8, 1, 4, 16, 2, 2, 5);
    private static final int EXAMPLES = 40;
    private static final double ROUNDING = 1e-5;

    private final Graph graph = SHAPE.graph(1);
    private final Map<String, NdArray> examples = Map.of("image", SHAPE.images(EXAMPLES, 2));

    private Outcome outcome() {
        return Quantization.run(graph, examples, Plan.of(3), Progress.SILENT);
    }

    @Test
    void two_runs_give_identical_codes() {
        Outcome first = outcome();
        Outcome second = outcome();
        assertThat(second.chosen().objective()).isEqualTo(first.chosen().objective());
        assertThat(second.chosen().allocation().widths())
                .isEqualTo(first.chosen().allocation().widths());
        assertSame(first.quantized(), second.quantized());
    }

    private static void assertSame(QuantizedModel first, QuantizedModel second) {
        for (QuantizedLayer one : first.layers()) {
            QuantizedLayer other = second.layer(one.layer().name()).orElseThrow();
            assertThat(other.weight()).as(one.layer().name()).isEqualTo(one.weight());
            assertThat(other.bias()).as(one.layer().name()).isEqualTo(one.bias());
            UniformQuantizer weight = one.weightQuantizer();
            if (weight != null) {
                UniformQuantizer its = Objects.requireNonNull(other.weightQuantizer());
                assertThat(its.scales()).isEqualTo(weight.scales());
                assertThat(its.zeroPoints()).isEqualTo(weight.zeroPoints());
            }
            for (int k = 0; k < one.operands().size(); k++) {
                if (one.operands().get(k) instanceof UniformQuantizer operand) {
                    UniformQuantizer its = (UniformQuantizer) other.operands().get(k);
                    assertThat(its.scales()).isEqualTo(operand.scales());
                    assertThat(its.zeroPoints()).isEqualTo(operand.zeroPoints());
                }
            }
        }
    }

    @Test
    void answers_do_not_depend_on_how_many_are_asked_at_a_time() {
        Outcome outcome = outcome();
        QuantizedModel before = outcome.quantized();
        try (Calibration calibration = Calibration.of(before.model(), Plan.of(3).settings())) {
            double[] together = calibration.run(before, examples).get("logits").toDoubles();
            int classes = together.length / EXAMPLES;
            for (int i = 0; i < EXAMPLES; i++) {
                Map<String, NdArray> alone = Map.of(
                        "image", Objects.requireNonNull(examples.get("image")).rows(i, i + 1));
                double[] one = Objects.requireNonNull(
                                calibration.run(before, alone).get("logits"))
                        .toDoubles();
                for (int c = 0; c < classes; c++) {
                    assertThat(one[c]).isCloseTo(together[i * classes + c], within(ROUNDING));
                }
            }
        }
        assertSame(before, outcome().quantized());
    }
}
