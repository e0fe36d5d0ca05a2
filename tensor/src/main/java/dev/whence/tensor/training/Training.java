package dev.whence.tensor.training;

import dev.whence.core.Progress;
import dev.whence.tensor.Draws;
import dev.whence.tensor.Gradients;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;

/**
 * The loop over shuffled batches.
 *
 * @param epochs how often every example is seen
 * @param batchSize examples a step; the last batch of an epoch may be smaller
 * @param seed decides the order of examples and all other chance
 * @param optimizer settings of Adam
 * @param schedule how the rate changes over the steps
 */
public record Training(int epochs, int batchSize, long seed, Adam.Settings optimizer, Schedule schedule) {
    /** Ten epochs, 32 examples a step, seed 0, a constant rate. */
    public static final Training DEFAULT = new Training(10, 32, 0, Adam.Settings.DEFAULT, Schedule.CONSTANT);

    /** How the rate changes from the first step to the last. */
    public enum Schedule {
        /** It stays. */
        CONSTANT,
        /** It falls to zero along half a cosine wave (Loshchilov and Hutter 2017, without restarts). */
        COSINE;

        double factor(double progress) {
            return this == CONSTANT ? 1 : (1 + Math.cos(Math.PI * progress)) / 2;
        }
    }

    /** What training makes small. */
    @FunctionalInterface
    public interface Objective {
        /**
         * The loss of some examples, one element, computed from the parameters.
         *
         * @param rows int64 numbers of the examples
         * @param pass hand it to the layers
         */
        Tensor loss(Tensor rows, Pass pass);
    }

    /** Looks at the network after each epoch. */
    @FunctionalInterface
    public interface EpochEnd {
        /** Whether training goes on. */
        boolean goesOn(int epoch, double meanLoss);
    }

    /** Checks the ranges. */
    public Training {
        if (epochs < 0 || batchSize < 1) {
            throw new IllegalArgumentException("epochs must not be negative and batchSize must be positive");
        }
    }

    /** The same with another number of epochs. */
    public Training withEpochs(int newEpochs) {
        return new Training(newEpochs, batchSize, seed, optimizer, schedule);
    }

    /** The same with another batch size. */
    public Training withBatchSize(int newBatchSize) {
        return new Training(epochs, newBatchSize, seed, optimizer, schedule);
    }

    /** The same with another seed. */
    public Training withSeed(long newSeed) {
        return new Training(epochs, batchSize, newSeed, optimizer, schedule);
    }

    /** The same with other settings of Adam. */
    public Training withOptimizer(Adam.Settings newOptimizer) {
        return new Training(epochs, batchSize, seed, newOptimizer, schedule);
    }

    /** The same with another schedule. */
    public Training withSchedule(Schedule newSchedule) {
        return new Training(epochs, batchSize, seed, optimizer, newSchedule);
    }

    /** As {@link #run(Parameters, int, Objective, EpochEnd, Progress)}, to the end and in silence. */
    public List<Double> run(Parameters parameters, int examples, Objective objective) {
        return run(parameters, examples, objective, (epoch, loss) -> true, Progress.SILENT);
    }

    /**
     * Trains.
     *
     * @param parameters what is learnt; changed in place
     * @param examples how many there are
     * @param objective what is made small
     * @param epochEnd asked after each epoch
     * @param progress told after each step; may cancel, and the parameters then keep what they have learnt
     * @return the mean loss of each epoch that was run
     */
    public List<Double> run(
            Parameters parameters, int examples, Objective objective, EpochEnd epochEnd, Progress progress) {
        if (examples < 1) {
            throw new IllegalArgumentException("examples must be positive, found " + examples);
        }
        List<Double> losses = new ArrayList<>();
        try (Draws draws = Draws.seeded(seed);
                Adam adam = new Adam(parameters.tensors(), optimizer)) {
            Steps steps = new Steps(parameters, examples, objective, progress, draws, adam);
            for (int epoch = 0; epoch < epochs; epoch++) {
                double loss = steps.epoch(epoch);
                losses.add(loss);
                if (!epochEnd.goesOn(epoch, loss)) {
                    break;
                }
            }
        }
        return losses;
    }

    private final class Steps {
        private final Parameters parameters;
        private final int examples;
        private final Objective objective;
        private final Progress progress;
        private final Draws draws;
        private final Adam adam;

        Steps(Parameters parameters, int examples, Objective objective, Progress progress, Draws draws, Adam adam) {
            this.parameters = parameters;
            this.examples = examples;
            this.objective = objective;
            this.progress = progress;
            this.draws = draws;
            this.adam = adam;
        }

        /** Sees every example once; returns the mean loss. */
        double epoch(int epoch) {
            int perEpoch = (examples + batchSize - 1) / batchSize;
            long total = (long) perEpoch * epochs;
            double sum = 0;
            try (TensorScope _ = TensorScope.open()) {
                Tensor order = draws.permutation(examples);
                for (int i = 0; i < perEpoch; i++) {
                    int from = i * batchSize;
                    int size = Math.min(batchSize, examples - from);
                    long step = (long) epoch * perEpoch + i;
                    sum += size * step(order, from, size, schedule.factor(step / (double) total));
                    progress.step(step + 1, total, "training steps");
                }
            }
            return sum / examples;
        }

        private double step(Tensor order, int from, int size, double rateFactor) {
            try (TensorScope _ = TensorScope.open()) {
                Tensor loss = objective.loss(order.narrow(0, from, size), Pass.training(draws));
                adam.step(Gradients.of(loss, parameters.tensors()), rateFactor);
                return loss.item();
            }
        }
    }
}
