package dev.whence.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.whence.core.WhenceException;
import dev.whence.testkit.Cases;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FitTest {
    @Test
    void quantiles_of_large_arrays_are_those_of_the_sorted_array() {
        Cases.check(6, draw -> {
            float[] values = draw.floats(40_000 + draw.integer(0, 1000));
            for (int i = 0; i < values.length; i += draw.integer(1, 50)) {
                values[i] = draw.one(List.of(0f, -0f, 1e-40f, -3e8f, 2f));
            }
            float[] sorted = values.clone();
            Arrays.sort(sorted);

            float[] found = Quantiles.of(values, 0, 0.001, 0.25, 0.999, 1);

            assertThat(found[0]).isEqualTo(sorted[0]);
            assertThat(found[4]).isEqualTo(sorted[sorted.length - 1]);
            assertThat(found[1]).isBetween(sorted[sorted.length / 1000 - 1], sorted[sorted.length / 1000 + 1]);
            assertThat(found[2]).isBetween(sorted[sorted.length / 4 - 1], sorted[sorted.length / 4 + 1]);
            int high = (int) (0.999 * sorted.length);
            assertThat(found[3]).isBetween(sorted[high - 2], sorted[high + 1]);
        });
    }

    @Test
    void a_quantile_lies_between_its_two_neighbours() {
        assertThat(Quantiles.of(new float[] {4, 1, 2, 3}, 0.5, 0.25, 0.75)).containsExactly(2.5f, 1.75f, 3.25f);
        assertThat(Quantiles.of(new float[] {7}, 0.999)).containsExactly(7);
    }

    @ParameterizedTest
    @EnumSource
    void a_group_of_one_value_keeps_it(RangeSearch search) {
        float[] values = {0, 0, 0, 3.3f, 3.3f, 3.3f, -1e-20f, -1e-20f, -1e-20f, 5e8f, 5e8f, 5e8f};
        UniformQuantizer fitted = new UniformFit(4, Granularity.perAxis(0), search).fit(values, 4, 3);

        float[] out = fitted.apply(values, 4, 3);

        for (int i = 0; i < out.length; i++) {
            assertThat(out[i]).isCloseTo(values[i], within(1e-6f * Math.abs(values[i])));
        }
        assertThat(fitted.scales()[0]).isEqualTo(1);
        assertThat(fitted.zeroPoints()[0]).isZero();
    }

    @Test
    void a_group_with_rare_values_keeps_its_range() {
        float[] values = new float[5000];
        values[17] = 8;

        UniformQuantizer fitted = new UniformFit(4, Granularity.perTensor()).fit(values, values.length);

        assertThat(fitted.apply(values, values.length)[0]).isZero();
        assertThat(fitted.scales()[0]).isPositive();
    }

    @Test
    void values_that_are_not_finite_are_refused() {
        assertThatExceptionOfType(WhenceException.class)
                .isThrownBy(() -> new UniformFit(4, Granularity.perTensor()).fit(new float[] {1, Float.NaN}, 2))
                .withMessageContaining("element 1 is NaN");
        assertThatExceptionOfType(WhenceException.class)
                .isThrownBy(() -> new LogFit(4, ZeroCode.INSIDE).sqrt2())
                .withMessageContaining("no values");
    }

    @Test
    void more_bits_never_make_the_error_much_larger() {
        Cases.check(20, draw -> {
            float[] values = draw.floats(200);
            for (RangeSearch search : RangeSearch.values()) {
                double before = Double.POSITIVE_INFINITY;
                for (int bits = 2; bits <= 8; bits++) {
                    double now = error(new UniformFit(bits, Granularity.perTensor(), search).fit(values, 200), values);
                    assertThat(now).isLessThan(before);
                    before = now;
                }
            }
        });
    }

    @Test
    void a_symmetric_fit_has_zero_in_the_middle_and_keeps_it() {
        Cases.check(20, draw -> {
            float[] values = draw.floats(60);
            values[3] = 0;
            int bits = draw.integer(2, 8);

            UniformQuantizer fitted = new SymmetricFit(bits, Granularity.perAxis(1)).fit(values, 10, 6);

            assertThat(fitted.zeroPoints()).containsOnly(1 << bits - 1);
            assertThat(fitted.apply(values, 10, 6)[3]).isZero();
        });
        assertThat(new SymmetricFit(8, Granularity.perTensor())
                        .fit(new float[4], 4)
                        .scales())
                .containsExactly(1);
    }

    @Test
    void the_search_of_a_symmetric_fit_is_no_worse_than_the_whole_range() {
        Cases.check(20, draw -> {
            float[] values = draw.floats(100);
            UniformQuantizer fitted = new SymmetricFit(3, Granularity.perTensor()).fit(values, 100);
            float[] extremes = Levels.extremes(values);
            float whole = Math.max(-extremes[0], extremes[1]) / 3;

            assertThat(error(fitted, values))
                    .isLessThanOrEqualTo(error(UniformQuantizer.perTensor(3, whole, 4), values));
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 6, 8})
    void codes_with_zero_inside_fit_their_bits_and_go_back_to_the_same_values(int bits) {
        float[] values = softmax(300, 7);
        values[5] = 0;
        for (LogQuantizer quantizer : List.of(
                new LogFit(bits, ZeroCode.INSIDE).sqrt2(values),
                new LogFit(bits, ZeroCode.INSIDE).log2(values),
                new AdaLogFit(bits, 0, ZeroCode.INSIDE).fit(values))) {
            int[] codes = quantizer.codes(values, 300);

            assertThat(Arrays.stream(codes)).allMatch(code -> code >= 0 && code < 1 << bits);
            assertThat(codes[5]).isEqualTo((1 << bits) - 1);
            assertThat(quantizer.dequantize(codes, 300)).containsExactly(quantizer.apply(values, 300));
            assertThat(quantizer.apply(values, 300)[5]).isZero();
        }
    }

    @Test
    void the_fitted_base_is_no_worse_than_the_fixed_ones() {
        for (int bits : new int[] {3, 4, 6}) {
            float[] values = softmax(2000, bits);
            double fitted = error(new AdaLogFit(bits, 0, ZeroCode.INSIDE).fit(values), values);

            assertThat(fitted)
                    .isLessThanOrEqualTo(1.02 * error(new LogFit(bits, ZeroCode.INSIDE).log2(values), values));
            assertThat(fitted)
                    .isLessThanOrEqualTo(1.1 * error(new LogFit(bits, ZeroCode.INSIDE).sqrt2(values), values));
        }
    }

    @Test
    void the_error_by_sums_is_the_error_value_by_value() {
        float[] values = softmax(500, 3);
        SortedValues sorted = SortedValues.of(values, 0);
        for (int q : new int[] {1, 5, 18, 37, 60}) {
            AdaLogQuantizer quantizer = new AdaLogQuantizer(4, 0.3f, q, 0, ZeroCode.INSIDE);
            assertThat(sorted.error(quantizer)).isCloseTo(500 * error(quantizer, values), within(1e-5));
        }
    }

    @Test
    void values_behind_a_gelu_suit_the_twin_and_the_shifted_logarithm() {
        float[] values = Cases.draws(1).findFirst().orElseThrow().floats(3000);
        for (int i = 0; i < values.length; i++) {
            values[i] *=
                    (float) (0.5 * (1 + Math.tanh(0.7978845608 * (values[i] + 0.044715 * Math.pow(values[i], 3)))));
        }
        double uniform = error(new UniformFit(4, Granularity.perTensor()).fit(values, values.length), values);

        assertThat(error(new TwinUniformFit(4).fit(values), values)).isLessThan(2 * uniform);
        assertThat(error(new AdaLogFit(4, AdaLogQuantizer.GELU_SHIFT, ZeroCode.INSIDE).fit(values), values))
                .isLessThan(2 * uniform);
    }

    @Test
    void all_zero_values_fit_every_quantizer() {
        float[] zeros = new float[10];

        assertThat(new LogFit(4, ZeroCode.INSIDE).sqrt2(zeros).apply(zeros, 10)).containsOnly(0);
        assertThat(new AdaLogFit(4, 0, ZeroCode.INSIDE).fit(zeros).apply(zeros, 10))
                .containsOnly(0);
        assertThat(new TwinUniformFit(4).fit(zeros).apply(zeros, 10)).containsOnly(0);
    }

    private static float[] softmax(int count, int seed) {
        float[] values = Cases.draws(seed + 1).toList().get(seed).floats(count);
        float total = 0;
        for (int i = 0; i < count; i++) {
            values[i] = (float) Math.exp(2 * values[i]);
            total += values[i];
        }
        for (int i = 0; i < count; i++) {
            values[i] *= 10 / total;
        }
        return values;
    }

    private static double error(Quantizer quantizer, float[] values) {
        float[] out = quantizer.apply(values, values.length);
        double sum = 0;
        for (int i = 0; i < out.length; i++) {
            sum += Math.pow(out[i] - (double) values[i], 2);
        }
        return sum / values.length;
    }
}
