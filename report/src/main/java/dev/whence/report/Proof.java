package dev.whence.report;

import dev.whence.core.Attribution;
import dev.whence.core.Completeness;
import dev.whence.core.ConvergenceReport.Precision;
import dev.whence.core.Units;

/**
 * The account of one example: reference value + contributions = target value, and by how much that fails.
 *
 * @param reference the target's value at the reference
 * @param positive the sum of all positive scores
 * @param negative the sum of all negative scores, at most 0
 * @param target the target's value at the input
 * @param delta sum of scores minus (target - reference)
 * @param tolerance the size of delta that still passes
 * @param completeness what the method promises about delta
 */
public record Proof(
        double reference,
        double positive,
        double negative,
        double target,
        double delta,
        double tolerance,
        Completeness completeness) {

    /** What the account says. */
    public enum Verdict {
        /** The delta is within the tolerance. */
        PASS("✓ PASS", "pass"),
        /** The method promises that the scores add up, and they do not. */
        FAIL("✗ FAIL", "fail"),
        /** The scores do not add up, and the method never promised that they would. */
        NO_PROMISE("– no promise", "none");

        private final String text;
        private final String style;

        Verdict(String text, String style) {
            this.text = text;
            this.style = style;
        }

        /** The verdict as shown, with a sign that does not depend on colour. */
        public String text() {
            return text;
        }

        Block badge() {
            return () -> new Markup()
                    .element("span", text, "class", "badge " + style)
                    .toString();
        }
    }

    /**
     * The account of one example of an attribution. The tolerance is that of {@link Precision#FLOAT64} where
     * the environment of the provenance says {@code precision = float64}, else that of {@link Precision#FLOAT32}.
     */
    public static Proof of(Attribution attribution, int example) {
        double positive = 0;
        double negative = 0;
        for (Units units : attribution.units()) {
            int row = units.scores().size() / attribution.examples();
            for (int i = example * row; i < (example + 1) * row; i++) {
                double score = units.scores().getDouble(i);
                positive += score > 0 ? score : 0;
                negative += score < 0 ? score : 0;
            }
        }
        double target = attribution.target().values()[example];
        double reference = attribution.reference().values()[example];
        String stated = attribution.provenance().environment().getOrDefault("precision", "");
        Precision precision = stated.equals(Precision.FLOAT64.toString()) ? Precision.FLOAT64 : Precision.FLOAT32;
        return new Proof(
                reference,
                positive,
                negative,
                target,
                attribution.delta()[example],
                precision.tolerance(target - reference, positive - negative),
                attribution.method().completeness());
    }

    /** Whether the scores add up to what they explain. */
    public Verdict verdict() {
        if (Math.abs(delta) <= tolerance) {
            return Verdict.PASS;
        }
        return completeness == Completeness.NONE ? Verdict.NO_PROMISE : Verdict.FAIL;
    }

    /** The account as one line of text. */
    public String sentence() {
        return Numbers.plain(reference) + " " + Numbers.signed(positive) + " " + Numbers.signed(negative) + " − "
                + Numbers.plain(target) + " = δ " + Numbers.signed(delta);
    }
}
