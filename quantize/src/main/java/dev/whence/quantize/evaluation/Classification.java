package dev.whence.quantize.evaluation;

import dev.whence.quantize.ClassScores;
import org.jspecify.annotations.Nullable;

/**
 * How two networks classify the same examples.
 *
 * @param classes how many classes there are
 * @param areProbabilities whether the output holds probabilities; else its softmax does
 * @param agreement how often both have the same largest class
 * @param cosine the cosine of the angle between both outputs of an example, the mean over examples
 * @param divergence the Kullback-Leibler divergence of the quantized network's probabilities from the original's, in nats, the
 *     mean over examples
 * @param largestDivergence the largest of any example
 * @param accuracy how often each is right, or null without labels
 */
public record Classification(
        int classes,
        boolean areProbabilities,
        Proportion agreement,
        double cosine,
        double divergence,
        double largestDivergence,
        @Nullable Accuracy accuracy) {
    /** How many of the largest classes are looked at beside the largest. */
    static final int TOP = 5;

    /**
     * How often each network is right.
     *
     * @param original how often the original's largest class is the label
     * @param quantized how often the quantized network's is
     * @param originalTop5 how often the label is among the original's five largest; of any class where there are fewer
     * @param quantizedTop5 how often it is among the quantized network's
     * @param difference whether the two differ by more than chance
     */
    public record Accuracy(
            Proportion original,
            Proportion quantized,
            Proportion originalTop5,
            Proportion quantizedTop5,
            McNemar difference) {}

    /** Counts that grow example by example. */
    static final class Counts {

        private final int classes;
        private final boolean areProbabilities;
        private int examples;
        private int agreements;
        private double cosines;
        private double divergences;
        private double largest;
        private int labelled;
        private final int[] right = new int[2];
        private final int[] near = new int[2];
        private final int[] only = new int[2];

        Counts(int classes, boolean areProbabilities) {
            this.classes = classes;
            this.areProbabilities = areProbabilities;
        }

        /**
         * Counts one example.
         *
         * @param label its class, or -1 if it is not known
         */
        void add(double[] original, double[] quantized, long label) {
            examples++;
            agreements += largest(original) == largest(quantized) ? 1 : 0;
            double cosine = cosine(original, quantized);
            cosines += Double.isNaN(cosine) ? 0 : cosine;
            double divergence = Math.max(0, ClassScores.divergence(areProbabilities, original, quantized));
            divergences += divergence;
            largest = Math.max(largest, divergence);
            if (label >= 0) {
                labelled++;
                boolean[] isRight = new boolean[2];
                for (int i = 0; i < 2; i++) {
                    int rank = rank(i == 0 ? original : quantized, (int) label);
                    isRight[i] = rank == 0;
                    right[i] += isRight[i] ? 1 : 0;
                    near[i] += rank < TOP ? 1 : 0;
                }
                only[0] += isRight[0] && !isRight[1] ? 1 : 0;
                only[1] += isRight[1] && !isRight[0] ? 1 : 0;
            }
        }

        Classification classification() {
            Accuracy accuracy = labelled == 0
                    ? null
                    : new Accuracy(
                            new Proportion(right[0], labelled),
                            new Proportion(right[1], labelled),
                            new Proportion(near[0], labelled),
                            new Proportion(near[1], labelled),
                            new McNemar(only[0], only[1]));
            return new Classification(
                    classes,
                    areProbabilities,
                    new Proportion(agreements, examples),
                    cosines / examples,
                    divergences / examples,
                    largest,
                    accuracy);
        }

        /** The first of the largest, as ONNX's ArgMax takes it. */
        private static int largest(double[] scores) {
            int best = 0;
            for (int i = 1; i < scores.length; i++) {
                best = scores[i] > scores[best] ? i : best;
            }
            return best;
        }

        /** How many classes stand before one. */
        private static int rank(double[] scores, int label) {
            int rank = 0;
            for (int i = 0; i < scores.length; i++) {
                rank += scores[i] > scores[label] || (scores[i] == scores[label] && i < label) ? 1 : 0;
            }
            return rank;
        }

        static double cosine(double[] a, double[] b) {
            double product = 0;
            double first = 0;
            double second = 0;
            for (int i = 0; i < a.length; i++) {
                product += a[i] * b[i];
                first += a[i] * a[i];
                second += b[i] * b[i];
            }
            return product / Math.sqrt(first * second);
        }
    }
}
