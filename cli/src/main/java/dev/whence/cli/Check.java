package dev.whence.cli;

import dev.whence.core.Attribution;
import dev.whence.core.Completeness;
import dev.whence.core.ConvergenceReport;
import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whether scores add up: by the tolerance of the precision, or by the one that the user set, which is a share of
 * {@code max(1, |target - reference|)}.
 *
 * @param report the report in the precision of the run
 * @param tolerance the user's tolerance, or null
 */
record Check(ConvergenceReport report, @Nullable Double tolerance) {
    /** Checks a result. */
    static Check of(Attribution attribution, String precision, @Nullable Double tolerance) {
        boolean wide = precision.equalsIgnoreCase("float64");
        return new Check(
                ConvergenceReport.of(
                        attribution, wide ? ConvergenceReport.Precision.FLOAT64 : ConvergenceReport.Precision.FLOAT32),
                tolerance);
    }

    /** Refuses what cannot be a tolerance. */
    static void requirePossible(@Nullable Double tolerance) {
        if (tolerance != null && !(tolerance > 0 && tolerance < Double.POSITIVE_INFINITY)) {
            throw new WhenceException(
                    ErrorCode.USAGE, "Option --tolerance must be a number greater than 0; found " + tolerance + ".");
        }
    }

    /** Whether one example's scores add up. */
    boolean passed(ConvergenceReport.Example example) {
        return tolerance == null
                ? example.passed()
                : Math.abs(example.delta()) <= tolerance * Math.max(1, Math.abs(example.change()));
    }

    /** Whether the user asked for a tolerance that an example misses. */
    boolean foundBad() {
        return tolerance != null && report.examples().stream().anyMatch(e -> !passed(e));
    }

    /** How many examples add up. */
    long passes() {
        return report.examples().stream().filter(this::passed).count();
    }

    /** Whether the method promises nothing that an example could miss. */
    boolean isPromised() {
        return tolerance != null || report.completeness() != Completeness.NONE;
    }

    /** The verdict on one example, such as {@code PASS}. */
    String verdict(ConvergenceReport.Example example) {
        return passed(example) ? "PASS" : failure();
    }

    private String failure() {
        if (!isPromised()) {
            return "not promised by this method";
        }
        return report.completeness() == Completeness.APPROXIMATE
                ? "FAIL, more --steps or --samples bring the delta down"
                : "FAIL";
    }

    /** One sentence on all examples. */
    String sentence() {
        int count = report.examples().size();
        double worst = report.examples().stream()
                .mapToDouble(e -> Math.abs(e.delta()))
                .max()
                .orElse(0);
        String verdict = passes() == count ? "PASS" : failure();
        return String.format(
                Locale.ROOT,
                "%s: the scores of %d of %d example%s add up; the largest |delta| is %.3g",
                verdict,
                passes(),
                count,
                count == 1 ? "" : "s",
                worst);
    }
}
