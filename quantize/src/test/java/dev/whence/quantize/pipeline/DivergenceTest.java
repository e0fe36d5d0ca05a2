package dev.whence.quantize.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DivergenceTest {
    private static final double CLOSE = 1e-6;
    private static final float MASKED = Float.NEGATIVE_INFINITY;

    private static double of(float[] exact, float[] found) {
        return Divergence.of(
                Map.of("y", NdArray.of(exact, 1, exact.length)), Map.of("y", NdArray.of(found, 1, found.length)));
    }

    @Test
    void probabilities_are_taken_as_they_are() {
        double expected = 0.75 * Math.log(0.75 / 0.5) + 0.25 * Math.log(0.25 / 0.5);
        assertThat(of(new float[] {0.75f, 0.25f}, new float[] {0.5f, 0.5f})).isCloseTo(expected, within(CLOSE));
    }

    @Test
    void scores_become_probabilities() {
        float shift = 7;
        double expected = 0.75 * Math.log(0.75 / 0.5) + 0.25 * Math.log(0.25 / 0.5);
        float[] scores = {(float) Math.log(3) + shift, shift};
        assertThat(of(scores, new float[] {2, 2})).isCloseTo(expected, within(CLOSE));
    }

    @Test
    void a_class_that_both_exclude_counts_nothing() {
        assertThat(of(new float[] {1, 2, MASKED}, new float[] {1, 2, MASKED})).isCloseTo(0, within(CLOSE));
        assertThat(of(new float[] {1, 0, 0}, new float[] {1, 0, 0})).isCloseTo(0, within(CLOSE));
    }

    @Test
    void a_class_that_is_wrongly_excluded_counts_much_but_not_without_end() {
        assertThat(of(new float[] {1, 2}, new float[] {MASKED, 2})).isBetween(1.0, 30.0);
    }

    @Test
    void answers_that_are_no_numbers_are_refused_with_the_output() {
        assertThatThrownBy(() -> of(new float[] {1, Float.NaN}, new float[] {1, 2}))
                .isInstanceOf(WhenceException.class)
                .hasMessageContaining("Output 'y' of the float network is NaN at element 1");
        assertThatThrownBy(() -> of(new float[] {1, 2}, new float[] {Float.POSITIVE_INFINITY, 2}))
                .isInstanceOf(WhenceException.class)
                .hasMessageContaining("of the quantized network is Infinity at element 0");
    }
}
