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

    /** How the examples came out together. */
    Tally tally() {
        Tally tally = new Tally(0, 0, 0, failure());
        for (ConvergenceReport.Example example : report.examples()) {
            tally = tally.plus(new Tally(1, passed(example) ? 1 : 0, Math.abs(example.delta()), failure()));
        }
        return tally;
    }

    /** Whether the user asked for a tolerance that an example misses. */
    boolean foundBad(Tally tally) {
        return tolerance != null && tally.passes() < tally.examples();
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

    /**
     * How many examples add up.
     *
     * @param examples how many there are
     * @param passes how many of them add up
     * @param largest the largest |delta|
     * @param failure the verdict unless all of them add up
     */
    record Tally(long examples, long passes, double largest, String failure) {
        /** The tally of these examples and of others. */
        Tally plus(Tally other) {
            return new Tally(
                    examples + other.examples, passes + other.passes, Math.max(largest, other.largest), failure);
        }

        /** Whether all of them add up. */
        boolean isClean() {
            return passes == examples;
        }

        /** One sentence on all examples. */
        String sentence() {
            return String.format(
                    Locale.ROOT,
                    "%s: the scores of %d of %d example%s add up; the largest |delta| is %.3g",
                    isClean() ? "PASS" : failure,
                    passes,
                    examples,
                    examples == 1 ? "" : "s",
                    largest);
        }
    }
}
