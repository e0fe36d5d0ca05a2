package dev.whence.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CloseTest {
    @Test
    void equalArraysAreCloseWithoutTolerance() {
        double[] x = {1, Double.NaN, Double.POSITIVE_INFINITY, -0.0};
        assertThat(Close.elementwise(x, x.clone(), 0, 0).holds()).isTrue();
    }

    @Test
    void relativeToMaxForgivesSmallElementsBesideLargeOnes() {
        double[] expected = {1000, 0.001};
        double[] actual = {1000, 0.0015};
        assertThat(Close.relativeToMax(actual, expected, 1e-6).holds()).isTrue();
        assertThat(Close.elementwise(actual, expected, 1e-6, 0).holds()).isFalse();
    }

    @Test
    void theMessageNamesTheWorstElementItsIndexBothValuesAndHowManyDiffer() {
        double[] expected = {1, 2, 3, 4, 5, 6};
        double[] actual = {1, 2.1, 3, 4, 7, 6};
        assertThatThrownBy(() -> Close.assertElementwise("scores", actual, expected, 0, 0.01, 2, 3))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("scores: worst element [1, 1]: found 7.0, expected 5.0")
                .hasMessageContaining("2 of 6 elements differ");
    }

    @Test
    void nanIsNotCloseToANumber() {
        double[] nan = {Double.NaN};
        double[] one = {1};
        assertThat(Close.relativeToMax(nan, one, 1).holds()).isFalse();
        assertThat(Close.relativeToMax(one, nan, 1).holds()).isFalse();
    }

    @Test
    void anInfinityIsCloseToItselfOnly() {
        double[] up = {Double.POSITIVE_INFINITY};
        double[] down = {Double.NEGATIVE_INFINITY};
        assertThat(Close.elementwise(up, up, 1, 1).holds()).isTrue();
        assertThat(Close.elementwise(up, down, 1, 1).holds()).isFalse();
        assertThat(Close.elementwise(new double[] {1e300}, up, 1, 1).holds()).isFalse();
    }

    @Test
    void differentLengthsAreNotClose() {
        Close close = Close.relativeToMax(new double[2], new double[3], 1);
        assertThat(close.holds()).isFalse();
        assertThat(close.message()).isEqualTo("found 2 elements, expected 3");
    }

    @Test
    void emptyArraysAreClose() {
        assertThat(Close.relativeToMax(new double[0], new double[0], 0).holds()).isTrue();
    }
}
