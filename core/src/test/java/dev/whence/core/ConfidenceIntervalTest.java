package dev.whence.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ConfidenceIntervalTest {
    @Test
    void theIntervalIsThatOfStudent() {
        // t(0.975; 4) = 2.776445; standard error sqrt(2.5 / 5).
        ConfidenceInterval found = ConfidenceInterval.ofMean(new double[] {1, 2, 3, 4, 5}, 0.95);
        assertThat(found.mean()).isEqualTo(3);
        assertThat(found.high()).isCloseTo(3 + 2.776445 * Math.sqrt(0.5), within(1e-5));
        assertThat(found.low()).isCloseTo(3 - 2.776445 * Math.sqrt(0.5), within(1e-5));
    }

    @Test
    void oneMeasurementSaysNothingOfItsSpread() {
        ConfidenceInterval found = ConfidenceInterval.ofMean(new double[] {7}, 0.9);
        assertThat(found.mean()).isEqualTo(7);
        assertThat(found.low()).isInfinite();
        assertThat(found.high()).isInfinite();
        assertThatThrownBy(() -> ConfidenceInterval.ofMean(new double[0], 0.9))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
