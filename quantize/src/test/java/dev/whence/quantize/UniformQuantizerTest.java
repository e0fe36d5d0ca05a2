package dev.whence.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.Random;
import org.junit.jupiter.api.Test;

class UniformQuantizerTest {
    @Test
    void rounds_half_to_even_and_clips_at_both_ends() {
        UniformQuantizer quantizer = UniformQuantizer.perTensor(2, 0.5f, 1);

        float[] values = {-9, -0.25f, 0, 0.25f, 0.75f, 0.8f, 9};

        assertThat(quantizer.codes(values, 7)).containsExactly(0, 1, 1, 1, 3, 3, 3);
        assertThat(quantizer.apply(values, 7)).containsExactly(-0.5f, 0, 0, 0, 1, 1, 1);
    }

    @Test
    void every_index_of_the_axis_has_its_own_scale() {
        float[] values = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
        float[] scales = {0.4f, 0.6f, 0.9f};
        float[] zeros = {0, 0, 0};

        UniformQuantizer rows = new UniformQuantizer(4, Granularity.perAxis(0), scales, zeros);
        UniformQuantizer columns = new UniformQuantizer(4, Granularity.perAxis(-1), scales, zeros);
        UniformQuantizer middle = new UniformQuantizer(4, Granularity.perAxis(1), scales, zeros);

        assertThat(rows.codes(values, 3, 4)).containsExactly(2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1);
        assertThat(columns.apply(values, 4, 3)).startsWith(0.8f, 1.2f, 0.9f, 0.8f);
        assertThat(middle.apply(values, 2, 3, 2)).startsWith(0.8f, 0.8f, 1.2f, 1.2f, 0.9f, 0.9f, 0.8f);
    }

    @Test
    void codes_and_back_is_the_same_as_applying() {
        UniformQuantizer quantizer = UniformQuantizer.perTensor(3, 0.3f, 3);
        float[] values = {-2, -0.31f, 0.1f, 0.46f, 7};

        assertThat(quantizer.dequantize(quantizer.codes(values, 5), 5)).containsExactly(quantizer.apply(values, 5));
    }

    @Test
    void a_fractional_zero_point_applies_but_has_no_codes() {
        UniformQuantizer quantizer = UniformQuantizer.perTensor(4, 1, 7.5f);

        assertThat(quantizer.apply(new float[] {-20, 0.2f, 20}, 3)).containsExactly(-7.5f, 0, 7.5f);
        assertThatIllegalStateException().isThrownBy(() -> quantizer.codes(new float[] {0}, 1));
    }

    @Test
    void a_range_away_from_zero_is_widened_to_it() {
        UniformQuantizer above = UniformQuantizer.perTensor(2, 1, -3).reachingZero();
        UniformQuantizer below = UniformQuantizer.perTensor(2, 1, 9).reachingZero();
        UniformQuantizer across = UniformQuantizer.perTensor(2, 1, 2);

        assertThat(above.apply(new float[] {0, 6}, 2)).containsExactly(0, 6);
        assertThat(below.apply(new float[] {-9, 0}, 2)).containsExactly(-9, 0);
        assertThat(above.zeroPoints()).containsExactly(0);
        assertThat(below.zeroPoints()).containsExactly(3);
        assertThat(across.reachingZero().scales()).containsExactly(across.scales());
    }

    @Test
    void parts_that_do_not_belong_together_are_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> UniformQuantizer.perTensor(9, 1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> UniformQuantizer.perTensor(4, 0, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new UniformQuantizer(4, Granularity.perAxis(0), new float[2], new float[3]));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> UniformQuantizer.perTensor(4, 1, 0).apply(new float[3], 4));
    }

    @Test
    void a_scale_moves_where_values_are_multiples_of_half_of_it() {
        UniformQuantizer tied = UniformQuantizer.perTensor(3, 0.2f, 3);
        float[] halves = new float[50];
        for (int i = 0; i < halves.length; i++) {
            halves[i] = (i % 13 - 6) * 0.1f;
        }

        UniformQuantizer free = tied.awayFromTies(halves);

        assertThat(free.scales()[0]).isBetween(0.2001f, 0.205f);
        assertThat(free.zeroPoints()).containsExactly(3);
        for (float value : halves) {
            assertThat(free.codes(new float[] {Math.nextUp(value), Math.nextDown(value)}, 2))
                    .containsOnly(free.codes(new float[] {value}, 1)[0]);
        }
    }

    @Test
    void a_single_value_at_a_tie_moves_the_scale_if_there_are_few_different_ones() {
        float[] values = new float[1000];
        for (int i = 0; i < values.length; i++) {
            values[i] = i == 500 ? 0.5f : i % 3;
        }

        assertThat(UniformQuantizer.perTensor(2, 1, 0).awayFromTies(values).scales()[0])
                .isGreaterThan(1);
    }

    @Test
    void a_scale_stays_where_ties_are_chance_or_behind_the_last_code() {
        Random random = new Random(7);
        float[] real = new float[20_000];
        for (int i = 0; i < real.length; i++) {
            real[i] = (float) random.nextGaussian();
        }
        UniformQuantizer quantizer = UniformQuantizer.perTensor(4, 0.4f, 8);

        assertThat(quantizer.awayFromTies(real)).isSameAs(quantizer);
        assertThat(quantizer.awayFromTies(3, -3.4f, 100.2f)).isSameAs(quantizer);
        assertThat(quantizer.awayFromTies()).isSameAs(quantizer);
    }
}
