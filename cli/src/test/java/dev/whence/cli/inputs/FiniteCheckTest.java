package dev.whence.cli.inputs;

import static dev.whence.cli.inputs.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import org.junit.jupiter.api.Test;

class FiniteCheckTest {
    @Test
    void finiteNumbersAndIntegersPass() {
        assertThatCode(() -> FiniteCheck.require("a.npy", NdArray.of(new float[] {1, -0f, Float.MAX_VALUE}, 3)))
                .doesNotThrowAnyException();
        assertThatCode(() -> FiniteCheck.require("a.npy", NdArray.of(new long[] {1, 2}, 2)))
                .doesNotThrowAnyException();
    }

    @Test
    void theFirstBadNumberIsNamedWithItsPlace() {
        float[] values = new float[4 * 2 * 20];
        values[3 * 40 + 17] = Float.NaN;
        refused(
                () -> FiniteCheck.require("input.npy", NdArray.of(values, 4, 2, 20)),
                ErrorCode.INPUT_INVALID,
                "input.npy: NaN at [3, 0, 17]; every number must be finite.");
    }

    @Test
    void furtherBadNumbersAreCounted() {
        double[] values = {0, Double.NEGATIVE_INFINITY, Double.NaN, Double.POSITIVE_INFINITY};
        refused(
                () -> FiniteCheck.require("reference zeros.npy", NdArray.of(values, 2, 2)),
                ErrorCode.INPUT_INVALID,
                "reference zeros.npy: -infinity at [0, 1], and 2 more of 4 numbers; every number must be finite.");
    }
}
