package dev.whence.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CasesTest {
    @Test
    void theSameSeedDrawsTheSame() {
        List<double[]> first = new ArrayList<>();
        Cases.check(5, draw -> first.add(draw.doubles(4)));
        List<double[]> second = new ArrayList<>();
        Cases.check(5, draw -> second.add(draw.doubles(4)));
        for (int i = 0; i < 5; i++) {
            assertThat(first.get(i)).isEqualTo(second.get(i));
        }
        assertThat(first.get(0)).isNotEqualTo(first.get(1));
    }

    @Test
    void aFailureNamesItsSeed() {
        assertThatThrownBy(() -> Cases.check(10, draw -> assertThat(draw.seed()).isLessThan(7)))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("the law fails for seed 7 (again: -Dwhence.seed=7)");
    }

    @Test
    void anExceptionIsAFailureToo() {
        assertThatThrownBy(() -> Cases.check(1, draw -> {
                    throw new java.io.IOException("broken");
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("broken");
    }

    @Test
    void drawsStayWithinTheirBounds() {
        Cases.check(200, draw -> {
            assertThat(draw.integer(-3, 3)).isBetween(-3, 3);
            assertThat(draw.size(1, 9)).isBetween(1, 9);
            assertThat(draw.real(2, 3)).isBetween(2.0, 3.0);
            assertThat(Arrays.stream(draw.longs(3, -1, 1)).allMatch(v -> v >= -1 && v <= 1))
                    .isTrue();
            long[] shape = draw.shape(1, 4, 2, 5);
            assertThat(shape).hasSizeBetween(1, 4);
            assertThat(Arrays.stream(shape).allMatch(d -> d >= 2 && d <= 5)).isTrue();
            assertThat(draw.shuffled(List.of(1, 2, 3))).containsExactlyInAnyOrder(1, 2, 3);
        });
    }

    @Test
    void earlyCasesAreSmall() {
        int early =
                Cases.draws(100).limit(5).mapToInt(d -> d.size(0, 100)).max().orElseThrow();
        assertThat(early).isLessThanOrEqualTo(5);
    }

    static java.util.stream.Stream<Cases.Draw> draws() {
        return Cases.draws(3);
    }

    @ParameterizedTest
    @MethodSource("draws")
    void casesServeAsParameters(Cases.Draw draw) {
        assertThat(draw).hasToString("seed " + draw.seed());
    }
}
