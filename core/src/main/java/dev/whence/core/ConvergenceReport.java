package dev.whence.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether the scores of an attribution add up to what they should: for each example {@code delta = sum of all scores -
 * (target - reference)}, its size relative to the change that is explained, and the verdict.
 *
 * <p>Thread-safe and immutable.
 *
 * @param precision the precision that the scores were computed in
 * @param completeness what the method promises
 * @param examples the examples in order
 */
public record ConvergenceReport(Precision precision, Completeness completeness, List<Example> examples) {
    private static final double RELATIVE_FLOOR = 1e-12;
    private static final int MOST_LISTED = 10;

    /** How many roundings a score passes through that are not evened out by others, about one a layer. */
    static final int ROUNDINGS = 32;

    /** Copies the list in. */
    public ConvergenceReport {
        examples = List.copyOf(examples);
    }

    /** How exact the arithmetic was, and with it how large a delta may be. */
    public enum Precision {
        /** Tolerance {@code 1e-3 * max(1, |target - reference|)}, or what rounding alone may lose. */
        FLOAT32("float32", 1e-3, 0x1p-23),
        /** Tolerance {@code 1e-9 * max(1, |target - reference|)}, or what rounding alone may lose. */
        FLOAT64("float64", 1e-9, 0x1p-52);

        private final String text;
        private final double tolerance;
        private final double epsilon;

        Precision(String text, double tolerance, double epsilon) {
            this.text = text;
            this.tolerance = tolerance;
            this.epsilon = epsilon;
        }

        /** The largest delta that passes for a change of the target by {@code change}. */
        public double tolerance(double change) {
            return tolerance * Math.max(1, Math.abs(change));
        }

        /**
         * The largest delta that passes where scores cancel: no sum is more exact than its terms, so each of them may be
         * wrong by {@value ConvergenceReport#ROUNDINGS} units in the last place.
         *
         * @param change by how much the target changed
         * @param size the sum of all absolute scores
         */
        public double tolerance(double change, double size) {
            double rounding = ROUNDINGS * epsilon * size;
            return Double.isFinite(rounding) ? Math.max(tolerance(change), rounding) : tolerance(change);
        }

        /** As the command line says it: {@code float32} or {@code float64}. */
        @Override
        public String toString() {
            return text;
        }
    }

    /** What the report says in one word. */
    public enum Verdict {
        /** Every example is within the tolerance. */
        PASS,
        /** The method promises the sum, at least in the limit, and an example is outside the tolerance. */
        FAIL,
        /** An example is outside the tolerance, but the method does not promise the sum. */
        NOT_PROMISED
    }

    /**
     * The check of one example.
     *
     * @param index its place in the batch, from 0
     * @param target the target's value
     * @param reference the target's value at the reference
     * @param delta sum of scores - (target - reference)
     * @param relative {@code |delta| / max(|target - reference|, 1e-12 * max(1, |target|, |reference|))}
     * @param tolerance the largest {@code |delta|} that passes
     */
    public record Example(int index, double target, double reference, double delta, double relative, double tolerance) {
        /** Whether the delta is within the tolerance; NaN and infinities are not. */
        public boolean passed() {
            return Math.abs(delta) <= tolerance;
        }

        /** By how much the target changed from the reference. */
        public double change() {
            return target - reference;
        }

        /** {@code |delta|} in units of the tolerance; NaN counts as infinite. */
        private double severity() {
            double severity = Math.abs(delta) / tolerance;
            return Double.isNaN(severity) ? Double.POSITIVE_INFINITY : severity;
        }
    }

    /** The report on an attribution that was computed in the given precision. */
    public static ConvergenceReport of(Attribution attribution, Precision precision) {
        double[] targets = attribution.target().values();
        double[] references = attribution.reference().values();
        double[] deltas = attribution.delta();
        List<Example> examples = new ArrayList<>();
        for (int i = 0; i < deltas.length; i++) {
            double change = targets[i] - references[i];
            double size = attribution.sumOfAbsolutes(i);
            double scale = Math.max(1, Math.max(Math.abs(targets[i]), Math.abs(references[i])));
            double relative = Math.abs(deltas[i]) / Math.max(Math.abs(change), RELATIVE_FLOOR * scale);
            examples.add(
                    new Example(i, targets[i], references[i], deltas[i], relative, precision.tolerance(change, size)));
        }
        return new ConvergenceReport(precision, attribution.method().completeness(), examples);
    }

    /** The verdict on the whole batch; an empty batch passes. */
    public Verdict verdict() {
        if (examples.stream().allMatch(Example::passed)) {
            return Verdict.PASS;
        }
        return completeness == Completeness.NONE ? Verdict.NOT_PROMISED : Verdict.FAIL;
    }

    /** The example whose delta is largest in units of its tolerance, the first of several; none in an empty batch. */
    public Optional<Example> worst() {
        Example worst = null;
        for (Example e : examples) {
            if (worst == null || e.severity() > worst.severity()) {
                worst = e;
            }
        }
        return Optional.ofNullable(worst);
    }

    /** The examples outside the tolerance, in order. */
    public List<Example> failures() {
        return examples.stream().filter(e -> !e.passed()).toList();
    }

    /** The report as a person reads it, in a few lines that end with a line break. */
    public String toText() {
        StringBuilder text = new StringBuilder("Convergence: ")
                .append(words(verdict()))
                .append(" (")
                .append(precision)
                .append(", tolerance ")
                .append(precision == Precision.FLOAT32 ? "1e-3" : "1e-9")
                .append(" x max(1, |target - reference|)")
                .append(isWidened() ? ", more where large scores cancel)\n" : ")\n");
        worst().ifPresent(w -> line(text, "worst of " + examples.size() + ", ", w));
        List<Example> failures = failures();
        if (!failures.isEmpty()) {
            text.append("  outside the tolerance: ")
                    .append(failures.size())
                    .append(" of ")
                    .append(examples.size())
                    .append('\n');
            failures.stream().limit(MOST_LISTED).forEach(e -> line(text, "  ", e));
            if (failures.size() > MOST_LISTED) {
                text.append("    and ").append(failures.size() - MOST_LISTED).append(" more\n");
            }
        }
        return text.toString();
    }

    private boolean isWidened() {
        return examples.stream().anyMatch(e -> e.tolerance() > precision.tolerance(e.change()));
    }

    private String words(Verdict verdict) {
        return switch (verdict) {
            case PASS -> "PASS";
            case FAIL -> completeness == Completeness.APPROXIMATE ? "FAIL, more steps bring the delta down" : "FAIL";
            case NOT_PROMISED -> "not promised by this method";
        };
    }

    private static void line(StringBuilder text, String before, Example e) {
        text.append(String.format(
                Locale.ROOT,
                "  %sexample %d: delta %.3g, relative %.3g, target %.6g, reference %.6g, change %.6g\n",
                before,
                e.index(),
                e.delta(),
                e.relative(),
                e.target(),
                e.reference(),
                e.change()));
    }
}
