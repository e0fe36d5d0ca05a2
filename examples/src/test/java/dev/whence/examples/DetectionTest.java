package dev.whence.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

class DetectionTest {
    @Test
    void numbers_that_tell_everything_are_perfect() {
        Detection found = Detection.of(new double[] {3, -1, 2, -2}, new boolean[] {true, false, true, false}, 0);
        assertThat(found).isEqualTo(new Detection(1, 1, 1));
    }

    @Test
    void numbers_that_are_all_the_same_tell_nothing() {
        Detection found = Detection.of(new double[4], new boolean[] {true, false, false, false}, 0);
        assertThat(found.auroc()).isEqualTo(0.5);
        assertThat(found.averagePrecision()).isEqualTo(0.25);
        assertThat(found.accuracy()).isEqualTo(0.75);
    }

    @Test
    void the_auroc_is_the_share_of_pairs_in_the_right_order() {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(4);
        double[] scores = random.ints(200, 0, 40).asDoubleStream().toArray();
        boolean[] there = new boolean[scores.length];
        for (int i = 0; i < there.length; i++) {
            there[i] = random.nextInt(60) < scores[i] + 10;
        }
        double right = 0;
        double pairs = 0;
        for (int i = 0; i < there.length; i++) {
            for (int j = 0; j < there.length; j++) {
                if (there[i] && !there[j]) {
                    pairs++;
                    right += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
                }
            }
        }
        assertThat(Detection.of(scores, there, 20).auroc()).isCloseTo(right / pairs, within(1e-12));
    }

    @Test
    void the_average_precision_is_the_mean_over_what_is_there() {
        Detection found = Detection.of(new double[] {4, 3, 2, 1}, new boolean[] {true, false, true, false}, 0);
        assertThat(found.averagePrecision()).isCloseTo((1 + 2.0 / 3) / 2, within(1e-12));
    }
}
