package dev.whence.quantize.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatisticsTest {
    /** Examples of Newcombe 1998, table I; the last is its 0 of 29 turned round. */
    @ParameterizedTest
    @CsvSource({
        "81, 263, 0.2553, 0.3662",
        "15, 148, 0.0624, 0.1605",
        "0, 20, 0, 0.1611",
        "1, 29, 0.0061, 0.1718",
        "29, 29, 0.8830, 1"
    })
    void the_interval_is_that_of_Wilson(int hits, int of, double low, double high) {
        Proportion share = new Proportion(hits, of);

        assertThat(share.low()).isCloseTo(low, within(6e-5));
        assertThat(share.high()).isCloseTo(high, within(6e-5));
        assertThat(share.rate()).isBetween(share.low(), share.high());
    }

    /** Two-sided sums of the binomial distribution, by hand. */
    @ParameterizedTest
    @CsvSource({
        "0, 0, 1",
        "1, 0, 1",
        "0, 5, 0.0625",
        "1, 9, 0.021484375",
        "6, 6, 1",
        "10, 0, 0.001953125",
        "5, 15, 0.04138946533203125"
    })
    void the_test_of_McNemar_is_exact(int first, int second, double probability) {
        assertThat(new McNemar(first, second).probability()).isCloseTo(probability, within(1e-12));
        assertThat(new McNemar(second, first).probability()).isCloseTo(probability, within(1e-12));
    }

    @Test
    void the_sentence_reads_right_for_any_counts() {
        assertThat(new McNemar(0, 0).sentence()).isEqualTo("Both networks are right on the same examples.");
        assertThat(new McNemar(1, 0).sentence())
                .isEqualTo(
                        "Only the original is right on 1 example, only the quantized network on none; with fewer than 6"
                                + " such examples any difference may be chance.");
        assertThat(new McNemar(0, 2).sentence())
                .startsWith("Only the original is right on no example, only the quantized network on 2; with fewer");
        assertThat(new McNemar(6, 0).sentence())
                .isEqualTo(
                        "Only the original is right on 6 examples, only the quantized network on none; two equally good"
                                + " networks would differ by as much with a probability of 0.031, so the difference is more than"
                                + " chance.");
        assertThat(new McNemar(3, 3).sentence())
                .endsWith("would differ by as much always, so the difference may be chance.");
        assertThat(new McNemar(2, 5).sentence())
                .endsWith("with a probability of 0.45, so the difference may be chance.");
        assertThat(new McNemar(5, 0).probability()).isGreaterThan(0.05);
        assertThat(new McNemar(6, 0).probability()).isLessThan(0.05);
    }

    @Test
    void many_discordant_pairs_do_not_underflow() {
        assertThat(new McNemar(5000, 5000).probability()).isEqualTo(1);
        // Near the normal approximation with continuity correction: z = (5100 - 4900 - 1) / 100.
        assertThat(new McNemar(4900, 5100).probability()).isCloseTo(0.0466, within(2e-4));
    }

    @Test
    void counts_that_contradict_each_other_are_refused() {
        assertThatThrownBy(() -> new Proportion(3, 2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new McNemar(-1, 2)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_vector_and_its_half_point_the_same_way_but_differ() {
        Fidelity.Sums sums = new Fidelity.Sums("y");
        sums.add(new float[] {2, -4}, new float[] {1, -2});
        Fidelity found = sums.fidelity("y");

        assertThat(found.cosine()).isCloseTo(1, within(1e-12));
        assertThat(found.relativeError()).isCloseTo(0.5, within(1e-12));
        assertThat(found.decibels()).isCloseTo(10 * Math.log10(4), within(1e-12));
    }

    @Test
    void equal_values_have_no_noise() {
        Fidelity.Sums sums = new Fidelity.Sums("y");
        sums.add(new float[] {2, -4}, new float[] {2, -4});

        assertThat(sums.fidelity("y").decibels()).isPositive().isInfinite();
        assertThat(sums.fidelity("y").relativeError()).isZero();
    }

    @Test
    void examples_are_counted_by_rank_and_label() {
        Classification.Counts counts = new Classification.Counts(3, false);
        counts.add(new double[] {1, 0, 0}, new double[] {1, 0, 0}, 0);
        counts.add(new double[] {1, 0, 0}, new double[] {0, 1, 0}, 0);
        counts.add(new double[] {0, 0, 1}, new double[] {0, 1, 0}, 1);
        Classification found = counts.classification();
        Classification.Accuracy accuracy = found.accuracy();

        assertThat(found.agreement()).isEqualTo(new Proportion(1, 3));
        assertThat(accuracy).isNotNull();
        assertThat(accuracy.original()).isEqualTo(new Proportion(2, 3));
        assertThat(accuracy.quantized()).isEqualTo(new Proportion(2, 3));
        assertThat(accuracy.originalTop5()).isEqualTo(new Proportion(3, 3));
        assertThat(accuracy.difference()).isEqualTo(new McNemar(1, 1));
        // softmax (1, 0, 0) against (0, 1, 0): p1 - p2 of the first, twice, and once the same for the third.
        double e = Math.E;
        assertThat(found.divergence()).isCloseTo(2 * (e - 1) / (e + 2) / 3, within(1e-12));
    }

    @Test
    void probabilities_are_compared_as_they_are() {
        Classification.Counts counts = new Classification.Counts(2, true);
        counts.add(new double[] {0.5, 0.5}, new double[] {0.25, 0.75}, -1);
        Classification found = counts.classification();

        assertThat(found.divergence()).isCloseTo(0.5 * Math.log(2) + 0.5 * Math.log(0.5 / 0.75), within(1e-12));
        assertThat(found.accuracy()).isNull();
    }

    @Test
    void a_class_that_both_networks_mask_counts_nothing() {
        Classification.Counts counts = new Classification.Counts(3, false);
        double masked = Double.NEGATIVE_INFINITY;
        counts.add(new double[] {1, 1, masked}, new double[] {2, 2, masked}, -1);

        assertThat(counts.classification().divergence()).isCloseTo(0, within(1e-12));
    }
}
