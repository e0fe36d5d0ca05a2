package dev.whence.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.whence.testkit.Cases;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CorrelationTest {
    @Test
    void spearmanSharesRanksBetweenTies() {
        double[] first = {1, 2, 2, 3};
        double[] second = {1, 3, 2, 4};
        assertThat(Correlation.spearman(first, second)).isCloseTo(0.9486832980505138, within(1e-15));
    }

    @Test
    void anyIncreasingFunctionKeepsTheRanks() {
        Cases.check(50, draw -> {
            double[] x = draw.doubles(draw.integer(2, 40));
            double[] y = Arrays.stream(x).map(v -> Math.exp(3 * v) - 7).toArray();
            double[] down = Arrays.stream(x).map(v -> -v).toArray();
            assertThat(Correlation.spearman(x, y)).isCloseTo(1, within(1e-12));
            assertThat(Correlation.kendall(x, y)).isCloseTo(1, within(1e-12));
            assertThat(Correlation.spearman(x, down)).isCloseTo(-1, within(1e-12));
            assertThat(Correlation.pearson(x, down)).isCloseTo(-1, within(1e-12));
        });
    }

    @Test
    void kendallAgreesWithCountingPairs() {
        Cases.check(50, draw -> {
            int n = draw.integer(2, 25);
            double[] x = Arrays.stream(draw.longs(n, -3, 3)).asDoubleStream().toArray();
            double[] y = Arrays.stream(draw.longs(n, -3, 3)).asDoubleStream().toArray();
            double balance = 0;
            double inX = 0;
            double inY = 0;
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < i; j++) {
                    balance += Math.signum(x[i] - x[j]) * Math.signum(y[i] - y[j]);
                    inX += x[i] == x[j] ? 0 : 1;
                    inY += y[i] == y[j] ? 0 : 1;
                }
            }
            double tau = Correlation.kendall(x, y);
            if (inX == 0 || inY == 0) {
                assertThat(tau).isNaN();
            } else {
                assertThat(tau).isCloseTo(balance / Math.sqrt(inX * inY), within(1e-12));
            }
        });
    }

    @Test
    void spearmanAgreesWithPearsonOfCountedRanks() {
        Cases.check(50, draw -> {
            int n = draw.integer(2, 25);
            double[] x = Arrays.stream(draw.longs(n, -3, 3)).asDoubleStream().toArray();
            double[] y = draw.doubles(n);
            double rho = Correlation.spearman(x, y);
            double byHand = Correlation.pearson(ranks(x), ranks(y));
            if (Double.isNaN(byHand)) {
                assertThat(rho).isNaN();
            } else {
                assertThat(rho).isCloseTo(byHand, within(1e-12));
            }
        });
    }

    @Test
    void bothZerosAreTheSame() {
        double[] plus = {0.0, 0.0, 1, 2};
        double[] minus = {0.0, -0.0, 1, 2};
        assertThat(Correlation.spearman(plus, minus)).isCloseTo(1, within(1e-15));
        assertThat(Correlation.kendall(plus, minus)).isCloseTo(1, within(1e-15));
    }

    @Test
    void whereItHasNoMeaningItIsNan() {
        double[] x = {1, 2, 3};
        assertThat(Correlation.spearman(new double[0], new double[0])).isNaN();
        assertThat(Correlation.spearman(new double[] {1}, new double[] {2})).isNaN();
        assertThat(Correlation.kendall(x, new double[] {5, 5, 5})).isNaN();
        assertThat(Correlation.pearson(x, new double[] {5, Double.NaN, 6})).isNaN();
        assertThat(Correlation.pearson(x, new double[] {5, Double.POSITIVE_INFINITY, 6}))
                .isNaN();
    }

    @Test
    void lengthsMustAgree() {
        assertThatThrownBy(() -> Correlation.spearman(new double[2], new double[3]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("found 2 and 3");
    }

    private static double[] ranks(double[] values) {
        double[] out = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            double rank = 0.5;
            for (double v : values) {
                rank += v < values[i] ? 1 : v == values[i] ? 0.5 : 0;
            }
            out[i] = rank;
        }
        return out;
    }
}
