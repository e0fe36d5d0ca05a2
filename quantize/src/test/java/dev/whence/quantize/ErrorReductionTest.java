package dev.whence.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.whence.core.WhenceException;
import dev.whence.testkit.Cases;
import dev.whence.testkit.Cases.Draw;
import org.junit.jupiter.api.Test;

class ErrorReductionTest {
    /** A layer with data whose inputs hang together, as activations do. */
    private record Example(LinearWeights layer, float[] quantized, float[] targets, LayerStatistics statistics) {
        static Example of(Draw draw) {
            int inputs = draw.size(1, 24);
            int outputs = draw.size(1, 9);
            int rows = draw.size(2, 120);
            LinearLayout layout = new LinearLayout(outputs, inputs, draw.truth());
            LinearWeights layer = new LinearWeights(draw.floats(inputs * outputs), draw.floats(outputs), layout);
            float[] mix = draw.floats(inputs * inputs);
            float[] latent = draw.floats(rows * inputs);
            float[] x = new float[rows * inputs];
            for (int row = 0; row < rows; row++) {
                for (int i = 0; i < inputs; i++) {
                    double sum = 0.3;
                    for (int k = 0; k < (inputs + 2) / 3; k++) {
                        sum += latent[row * inputs + k] * mix[k * inputs + i];
                    }
                    x[row * inputs + i] = (float) sum + 0.1f * latent[row * inputs + i];
                }
            }
            float[] quantized =
                    new UniformFit(3, Granularity.perTensor()).fit(x, x.length).apply(x, x.length);
            float[] targets = run(layer, x, rows);
            LayerStatistics statistics = new LayerStatistics(inputs, outputs);
            int half = rows / 2;
            statistics.add(part(quantized, 0, half * inputs), part(targets, 0, half * outputs));
            statistics.add(
                    part(quantized, half * inputs, quantized.length), part(targets, half * outputs, targets.length));
            return new Example(layer, quantized, targets, statistics);
        }

        double error(LinearWeights changed) {
            float[] found =
                    run(changed, quantized, targets.length / changed.layout().outputs());
            double sum = 0;
            for (int i = 0; i < found.length; i++) {
                sum += Math.pow((double) found[i] - targets[i], 2);
            }
            return sum / found.length;
        }

        private static float[] part(float[] values, int from, int to) {
            return java.util.Arrays.copyOfRange(values, from, to);
        }

        private static float[] run(LinearWeights layer, float[] x, int rows) {
            LinearLayout layout = layer.layout();
            float[] out = new float[rows * layout.outputs()];
            for (int row = 0; row < rows; row++) {
                for (int o = 0; o < layout.outputs(); o++) {
                    double sum = layer.bias()[o];
                    for (int i = 0; i < layout.inputs(); i++) {
                        sum += (double) x[row * layout.inputs() + i] * layer.weight()[layout.place(o, i)];
                    }
                    out[row * layout.outputs() + o] = (float) sum;
                }
            }
            return out;
        }
    }

    @Test
    void the_error_from_sums_is_the_error_row_by_row() {
        Cases.check(30, draw -> {
            Example example = Example.of(draw);
            double expected = example.error(example.layer());

            assertThat(example.layer().error(example.statistics())).isCloseTo(expected, within(1e-4 * expected + 1e-6));
        });
    }

    @Test
    void the_ridge_correction_never_makes_the_error_larger() {
        Cases.check(40, draw -> {
            Example example = Example.of(draw);

            LinearWeights corrected = new RidgeCorrection().correct(example.layer(), example.statistics());

            assertThat(example.error(corrected))
                    .isLessThanOrEqualTo(example.error(example.layer()) * (1 + 1e-5) + 1e-9);
        });
    }

    @Test
    void a_weak_ridge_finds_the_least_squares_solution() {
        LayerStatistics statistics = new LayerStatistics(1, 1);
        statistics.add(new float[] {0, 1, 2, 3}, new float[] {1, 3, 5, 7});
        LinearWeights layer = new LinearWeights(new float[1], new float[1], LinearLayout.inputsFirst(1, 1));

        LinearWeights corrected = new RidgeCorrection(1e-9).correct(layer, statistics);

        assertThat(corrected.weight()[0]).isCloseTo(2, within(1e-6f));
        assertThat(corrected.bias()[0]).isCloseTo(1, within(1e-6f));
    }

    @Test
    void the_bias_correction_never_makes_the_error_of_rounding_larger() {
        Cases.check(40, draw -> {
            Example example = Example.of(draw);
            LinearLayout layout = example.layer().layout();
            float[] rounded = new UniformFit(2, layout.perOutput())
                    .fit(example.layer().weight(), layout.shape())
                    .apply(example.layer().weight(), layout.shape());
            LayerStatistics own = new LayerStatistics(layout.inputs(), layout.outputs());
            own.add(
                    example.quantized(),
                    Example.run(example.layer(), example.quantized(), example.quantized().length / layout.inputs()));

            LinearWeights corrected = BiasCorrection.correct(example.layer(), rounded, own);

            double before = new LinearWeights(rounded, example.layer().bias(), layout).error(own);
            assertThat(corrected.error(own)).isLessThanOrEqualTo(before * (1 + 1e-6) + 1e-9);
        });
    }

    @Test
    void rounding_with_independent_inputs_is_rounding_to_the_nearest() {
        Cases.check(20, draw -> {
            int inputs = draw.size(1, 12);
            LinearLayout layout = new LinearLayout(5, inputs, draw.truth());
            LayerStatistics statistics = new LayerStatistics(inputs, 5);
            for (int i = 0; i < inputs; i++) {
                float[] row = new float[inputs];
                row[i] = 2;
                statistics.add(row);
            }
            float[] weight = draw.floats(5 * inputs);
            UniformQuantizer quantizer = new UniformFit(3, layout.perOutput()).fit(weight, layout.shape());

            float[] rounded = new SecondOrderRounding().round(weight, layout, quantizer, statistics);

            assertThat(rounded).containsExactly(quantizer.apply(weight, layout.shape()));
        });
    }

    @Test
    void second_order_rounding_gives_levels_and_a_smaller_error() {
        double[] sums = new double[2];
        Cases.check(30, draw -> {
            Example example = Example.of(draw);
            LinearLayout layout = example.layer().layout();
            float[] weight = example.layer().weight();
            UniformQuantizer quantizer = new UniformFit(3, layout.perOutput()).fit(weight, layout.shape());
            float[] nearest = quantizer.apply(weight, layout.shape());
            LayerStatistics own = new LayerStatistics(layout.inputs(), layout.outputs());
            own.add(
                    example.quantized(),
                    Example.run(example.layer(), example.quantized(), example.quantized().length / layout.inputs()));

            float[] rounded = new SecondOrderRounding().round(weight, layout, quantizer, own);

            assertThat(quantizer.apply(rounded, layout.shape())).containsExactly(rounded);
            sums[0] += new LinearWeights(nearest, example.layer().bias(), layout).error(own);
            sums[1] += new LinearWeights(rounded, example.layer().bias(), layout).error(own);
        });
        assertThat(sums[1]).isLessThan(0.7 * sums[0]);
    }

    @Test
    void all_steps_together_reduce_the_error_of_layers() {
        double[] sums = new double[2];
        Cases.check(30, draw -> {
            Example example = Example.of(draw);
            LinearLayout layout = example.layer().layout();
            UniformFit fit = new UniformFit(3, layout.perOutput(), RangeSearch.SHRINK);

            ErrorReduction.Reduced reduced =
                    new ErrorReduction().reduce(example.layer(), fit::fit, example.statistics());

            assertThat(reduced.error())
                    .isCloseTo(example.error(reduced.layer()), within(1e-4 * reduced.error() + 1e-6));
            assertThat(reduced.quantizer().apply(reduced.layer().weight(), layout.shape()))
                    .containsExactly(reduced.layer().weight());
            sums[0] += reduced.plainError();
            sums[1] += reduced.error();
        });
        assertThat(sums[1]).isLessThan(0.5 * sums[0]);
    }

    @Test
    void dead_inputs_are_no_obstacle() {
        LayerStatistics statistics = new LayerStatistics(3, 2);
        statistics.add(new float[6], new float[4]);
        LinearWeights layer =
                new LinearWeights(new float[] {1, 2, 3, 4, 5, 6}, new float[2], LinearLayout.inputsFirst(3, 2));
        UniformFit fit = new UniformFit(4, layer.layout().perOutput(), RangeSearch.MINMAX);

        ErrorReduction.Reduced reduced = new ErrorReduction().reduce(layer, fit::fit, statistics);

        assertThat(reduced.error()).isZero();
    }

    @Test
    void data_that_cannot_be_used_is_refused() {
        LayerStatistics statistics = new LayerStatistics(2, 1);
        assertThatExceptionOfType(WhenceException.class)
                .isThrownBy(() -> statistics.add(1, Float.POSITIVE_INFINITY))
                .withMessageContaining("Infinity at element 1");
        statistics.add(1, 2);
        LinearWeights layer = new LinearWeights(new float[2], new float[1], LinearLayout.inputsFirst(2, 1));
        assertThatIllegalStateException().isThrownBy(() -> layer.error(statistics));
    }
}
