package dev.whence.explain;

import java.util.Arrays;
import java.util.List;

/**
 * Whether scores depend on what the network has learned (Adebayo et al. 2018, "Sanity Checks for Saliency Maps", section 3.1):
 * its weights are put into random order layer by layer, from the target back, and after each stage the scores are compared
 * with the original ones. Scores that stay the same do not explain this network.
 *
 * @param explanation the original scores
 * @param layers how many layers hold weights on the way from what is attributed to the target
 * @param stages the stages, each with more layers in random order than the one before, the last with all
 */
public record RandomizationCheck(Explanation explanation, int layers, List<Stage> stages) {
    /** Copies the stages in. */
    public RandomizationCheck {
        stages = List.copyOf(stages);
    }

    /**
     * One stage.
     *
     * @param node the node of the layer that was last put into random order
     * @param operator its operator
     * @param layers how many layers are in random order, this one included
     * @param correlations Spearman's rank correlation with the original scores, one an example; NaN where it has no meaning
     * @param absolutes the same for absolute scores
     */
    public record Stage(String node, String operator, int layers, List<Double> correlations, List<Double> absolutes) {
        /** Copies the numbers in. */
        public Stage {
            correlations = List.copyOf(correlations);
            absolutes = List.copyOf(absolutes);
        }

        /** The mean over the examples where it has a meaning; NaN if there is none. */
        public double correlation() {
            return mean(correlations);
        }

        /** The same for absolute scores. */
        public double absolute() {
            return mean(absolutes);
        }

        private static double mean(List<Double> numbers) {
            return numbers.stream()
                    .mapToDouble(Double::doubleValue)
                    .filter(n -> !Double.isNaN(n))
                    .average()
                    .orElse(Double.NaN);
        }
    }

    /**
     * Whether the scores with all weights in random order are unlike the original ones: their mean rank correlation is at
     * most {@code limit}, or has no meaning because all scores became equal.
     */
    public boolean passed(double limit) {
        return !(stages.getLast().correlation() > limit);
    }

    /** Numbers as a list. */
    static List<Double> list(double[] numbers) {
        return Arrays.stream(numbers).boxed().toList();
    }
}
