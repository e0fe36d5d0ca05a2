package dev.whence.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.testkit.Cases;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RankingTest {
    @Test
    void tiesKeepTheirOrderAndNanComesLast() {
        double[] scores = {1, Double.NaN, -3, 1, 0.0, -0.0, 3};
        assertThat(Ranking.top(scores, 9, Ranking.Order.HIGHEST)).containsExactly(6, 0, 3, 4, 5, 2, 1);
        assertThat(Ranking.top(scores, 3, Ranking.Order.LOWEST)).containsExactly(2, 4, 5);
        assertThat(Ranking.top(scores, 4, Ranking.Order.LARGEST)).containsExactly(2, 6, 0, 3);
        assertThat(Ranking.top(scores, 0, Ranking.Order.LARGEST)).isEmpty();
    }

    @Test
    void theFirstOnesAreNeverBeatenByTheRest() {
        Cases.check(100, draw -> {
            double[] scores = Arrays.stream(draw.longs(draw.size(0, 30), -4, 4))
                    .asDoubleStream()
                    .toArray();
            int count = draw.integer(0, 30);
            int[] top = Ranking.top(scores, count, Ranking.Order.HIGHEST);
            assertThat(top).hasSize(Math.min(count, scores.length)).doesNotHaveDuplicates();
            for (int i = 0; i < scores.length; i++) {
                int index = i;
                boolean among = Arrays.stream(top).anyMatch(t -> t == index);
                int last = top.length == 0 ? -1 : top[top.length - 1];
                if (!among && last >= 0) {
                    assertThat(scores[i] < scores[last] || (scores[i] == scores[last] && i > last))
                            .isTrue();
                }
            }
        });
    }

    @Test
    void unitsOfAllInputsAreRankedTogether() {
        Attribution a = Attributions.of(
                new double[] {0, 0},
                new double[] {0, 0},
                new double[] {0, 0},
                new Units("x", NdArray.of(new float[] {9, 9, 9, 9, 1, -5, 2, 0}, 2, 2, 2), List.of("a", "b")),
                Units.of("y", NdArray.of(new double[] {9, 2}, 2, 1)));
        assertThat(Ranking.top(a, 1, 3, Ranking.Order.LARGEST))
                .containsExactly(
                        new Ranking.Place("x", List.of(0L, 1L), "b", -5),
                        new Ranking.Place("x", List.of(1L, 0L), "a", 2),
                        new Ranking.Place("y", List.of(0L), "", 2));
        assertThatThrownBy(() -> Ranking.top(a, 2, 1, Ranking.Order.HIGHEST))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("from 0 to 1, found 2");
    }
}
