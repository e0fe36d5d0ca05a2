package dev.whence.explain;

import dev.whence.core.ConfidenceInterval;
import java.util.List;

/**
 * How far scores are from Shapley values, estimated without bias from random permutations (Castro, Gómez, Tejada 2009): in
 * the game that is meant, a player that has joined has its value of the input, any other that of the reference.
 *
 * @param explanation the scores that were looked at
 * @param sampling how the estimate was made
 * @param players how many players an example has
 * @param examples the examples that were drawn
 * @param error the mean of the players' squared errors
 * @param size the mean of the players' squared Shapley values
 */
public record ShapleyAccuracy(
        Explanation explanation,
        ShapleySampling sampling,
        int players,
        List<Example> examples,
        ConfidenceInterval error,
        ConfidenceInterval size) {
    /** Copies the examples in. */
    public ShapleyAccuracy {
        examples = List.copyOf(examples);
    }

    /**
     * One example.
     *
     * @param index its place among all
     * @param error unbiased estimate of the mean squared error of a player's score; may be a little below 0
     * @param size unbiased estimate of a player's mean squared Shapley value
     */
    public record Example(int index, double error, double size) {}

    /** The root of the mean squared error, in units of the target. */
    public double rootError() {
        return root(error.mean());
    }

    /** The lower end of the confidence interval of {@link #rootError}. */
    public double lowestRootError() {
        return root(error.low());
    }

    /** The upper end of the confidence interval of {@link #rootError}. */
    public double highestRootError() {
        return root(error.high());
    }

    /** The root of the mean squared Shapley value: what the error is to be compared with. */
    public double rootSize() {
        return root(size.mean());
    }

    private static double root(double square) {
        return Math.sqrt(Math.max(0, square));
    }
}
