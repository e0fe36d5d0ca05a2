package dev.whence.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ConvergenceReportTest {
    @Test
    void smallDeltasPassAndTheWorstIsNamed() {
        ConvergenceReport report = report(Completeness.EXACT, ConvergenceReport.Precision.FLOAT32, 1e-6, -9e-4, 0);
        assertThat(report.verdict()).isEqualTo(ConvergenceReport.Verdict.PASS);
        assertThat(report.failures()).isEmpty();
        ConvergenceReport.Example worst = report.worst().orElseThrow();
        assertThat(worst.index()).isEqualTo(1);
        assertThat(worst.relative()).isCloseTo(9e-4 / 3, within(1e-15));
        assertThat(report.toText()).isEqualTo("""
                        Convergence: PASS (float32, tolerance 1e-3 x max(1, |target - reference|))
                          worst of 3, example 1: delta -0.000900, relative 0.000300, target 4.00000, reference 1.00000, \
                        change 3.00000
                        """);
    }

    @Test
    void theToleranceGrowsWithTheChangeThatIsExplained() {
        Attribution a = Attributions.of(new double[] {1000, 1}, new double[] {0, 0}, new double[] {0.5, 0.5});
        ConvergenceReport report = ConvergenceReport.of(a, ConvergenceReport.Precision.FLOAT32);
        assertThat(report.examples())
                .extracting(ConvergenceReport.Example::passed)
                .containsExactly(true, false);
        assertThat(report.worst().orElseThrow().index()).isEqualTo(1);
        assertThat(report.verdict()).isEqualTo(ConvergenceReport.Verdict.FAIL);
        assertThat(report.toText())
                .startsWith("Convergence: FAIL (float32")
                .contains("outside the tolerance: 1 of 2", "example 1: delta 0.500");
    }

    @Test
    void doublePrecisionIsHeldToATighterTolerance() {
        double[] deltas = {1e-6};
        assertThat(report(Completeness.EXACT, ConvergenceReport.Precision.FLOAT32, deltas)
                        .verdict())
                .isEqualTo(ConvergenceReport.Verdict.PASS);
        assertThat(report(Completeness.EXACT, ConvergenceReport.Precision.FLOAT64, deltas)
                        .verdict())
                .isEqualTo(ConvergenceReport.Verdict.FAIL);
    }

    @Test
    void aMethodWithoutPromiseDoesNotFail() {
        ConvergenceReport report = report(Completeness.NONE, ConvergenceReport.Precision.FLOAT32, 2);
        assertThat(report.verdict()).isEqualTo(ConvergenceReport.Verdict.NOT_PROMISED);
        assertThat(report.toText()).startsWith("Convergence: not promised by this method");
    }

    @Test
    void anApproximateMethodIsToldWhatHelps() {
        assertThat(report(Completeness.APPROXIMATE, ConvergenceReport.Precision.FLOAT32, 2)
                        .toText())
                .contains("FAIL, more steps bring the delta down");
    }

    @Test
    void nanFailsAndIsTheWorst() {
        ConvergenceReport report = report(Completeness.EXACT, ConvergenceReport.Precision.FLOAT32, 5, Double.NaN, 1e9);
        assertThat(report.verdict()).isEqualTo(ConvergenceReport.Verdict.FAIL);
        assertThat(report.worst().orElseThrow().index()).isEqualTo(1);
    }

    @Test
    void noChangeAtAllLeavesTheRelativeDeltaFinite() {
        Attribution a = Attributions.of(new double[] {2}, new double[] {2}, new double[] {0});
        ConvergenceReport report = ConvergenceReport.of(a, ConvergenceReport.Precision.FLOAT64);
        assertThat(report.worst().orElseThrow().relative()).isZero();
        assertThat(report.verdict()).isEqualTo(ConvergenceReport.Verdict.PASS);
    }

    @Test
    void scoresThatCancelMayLoseWhatRoundingLoses() {
        Units units = Units.of("x", NdArray.of(new double[] {1e11, -1e11, 1}, 1, 3));
        double[] lost = {1e-5};
        Attribution a = Attributions.of(new double[] {1}, new double[] {0}, lost, units);
        ConvergenceReport report = ConvergenceReport.of(a, ConvergenceReport.Precision.FLOAT64);
        assertThat(report.verdict()).isEqualTo(ConvergenceReport.Verdict.PASS);
        assertThat(report.toText()).contains("more where large scores cancel");
        Attribution more = Attributions.of(new double[] {1}, new double[] {0}, new double[] {1e-2}, units);
        assertThat(ConvergenceReport.of(more, ConvergenceReport.Precision.FLOAT64)
                        .verdict())
                .isEqualTo(ConvergenceReport.Verdict.FAIL);
    }

    @Test
    void anEmptyBatchPasses() {
        ConvergenceReport report = report(Completeness.EXACT, ConvergenceReport.Precision.FLOAT32);
        assertThat(report.verdict()).isEqualTo(ConvergenceReport.Verdict.PASS);
        assertThat(report.worst()).isEmpty();
    }

    @Test
    void manyFailuresAreCutShort() {
        double[] deltas = new double[25];
        java.util.Arrays.fill(deltas, 7);
        String text = report(Completeness.EXACT, ConvergenceReport.Precision.FLOAT32, deltas)
                .toText();
        assertThat(text).contains("outside the tolerance: 25 of 25", "and 15 more");
        assertThat(text.lines()).hasSize(14);
    }

    private static ConvergenceReport report(
            Completeness completeness, ConvergenceReport.Precision precision, double... deltas) {
        double[] targets = new double[deltas.length];
        double[] references = new double[deltas.length];
        java.util.Arrays.fill(targets, 4);
        java.util.Arrays.fill(references, 1);
        return ConvergenceReport.of(Attributions.of(completeness, targets, references, deltas), precision);
    }
}
