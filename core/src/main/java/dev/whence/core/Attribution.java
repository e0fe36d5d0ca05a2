package dev.whence.core;

import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * What contributed to a result, and by how much, together with its proof: the convergence delta tells how much of
 * {@code value(target) - value(reference)} the scores fail to explain.
 *
 * <p>One {@code Attribution} holds a batch of examples; the batch is the first axis of every score array and the index
 * into every per-example array.
 *
 * @param method how the scores were made
 * @param target what is explained, with its value for each example
 * @param reference what it is compared with, with the target's value there
 * @param units the scores, one entry for each attributed input
 * @param delta sum of an example's scores minus (target value - reference value), accumulated in float64
 * @param warnings sentences that change how the numbers must be read
 * @param provenance where the result comes from
 */
public record Attribution(
        Method method,
        Target target,
        Reference reference,
        List<Units> units,
        double[] delta,
        List<String> warnings,
        Provenance provenance) {

    /** Checks that every part speaks of the same number of examples. */
    public Attribution {
        units = List.copyOf(units);
        warnings = List.copyOf(warnings);
        delta = delta.clone();
        int n = delta.length;
        if (target.values().length != n || reference.values().length != n) {
            throw new IllegalArgumentException("target, reference and delta must have one value an example");
        }
        for (Units u : units) {
            if (u.scores().rank() == 0 || u.scores().dimension(0) != n) {
                throw new IllegalArgumentException(
                        "scores of '" + u.name() + "' are " + u.scores() + " but there are " + n + " examples");
            }
        }
    }

    /** A copy of the convergence deltas, one an example. */
    @Override
    public double[] delta() {
        return delta.clone();
    }

    /** The number of examples. */
    public int examples() {
        return delta.length;
    }

    /** The sum of all scores of one example, accumulated in float64. */
    public double sum(int example) {
        return total(example, score -> score);
    }

    /** The sum of the absolute values of all scores of one example: how large the terms are that may cancel. */
    public double sumOfAbsolutes(int example) {
        return total(example, Math::abs);
    }

    private double total(int example, DoubleUnaryOperator part) {
        double total = 0;
        for (Units u : units) {
            int row = u.scores().size() / examples();
            for (int i = example * row; i < (example + 1) * row; i++) {
                total += part.applyAsDouble(u.scores().getDouble(i));
            }
        }
        return total;
    }
}
