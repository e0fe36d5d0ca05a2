package dev.whence.tensor.training;

import dev.whence.tensor.Gradients;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;

/**
 * The Adam optimizer (Kingma and Ba 2015, algorithm 1), with the decoupled weight decay of Loshchilov and Hutter 2019,
 * algorithm 2. Keeps two averages a parameter until it is closed. Not thread-safe.
 */
public final class Adam implements AutoCloseable {
    private final TensorScope scope = TensorScope.detached();
    private final List<Tensor> parameters;
    private final List<Tensor> firstMoments = new ArrayList<>();
    private final List<Tensor> secondMoments = new ArrayList<>();
    private final Settings settings;
    private int steps;

    /**
     * How fast to learn and how far to look back.
     *
     * @param rate length of a step
     * @param firstDecay how much of the average gradient stays after a step
     * @param secondDecay how much of the average squared gradient stays
     * @param epsilon keeps the divisor from 0
     * @param weightDecay part of a weight, times the rate, that is lost in a step
     */
    public record Settings(double rate, double firstDecay, double secondDecay, double epsilon, double weightDecay) {
        /** The paper's values, without weight decay. */
        public static final Settings DEFAULT = new Settings(1e-3, 0.9, 0.999, 1e-8, 0);

        /** Checks the ranges. */
        public Settings {
            if (!(rate > 0) || !(epsilon > 0) || !(weightDecay >= 0)) {
                throw new IllegalArgumentException("rate and epsilon must be positive and weightDecay not negative");
            }
            if (!(firstDecay >= 0 && firstDecay < 1 && secondDecay >= 0 && secondDecay < 1)) {
                throw new IllegalArgumentException("firstDecay and secondDecay must be in [0, 1)");
            }
        }

        /** The same with another rate. */
        public Settings withRate(double newRate) {
            return new Settings(newRate, firstDecay, secondDecay, epsilon, weightDecay);
        }

        /** The same with another weight decay. */
        public Settings withWeightDecay(double newDecay) {
            return new Settings(rate, firstDecay, secondDecay, epsilon, newDecay);
        }
    }

    /** Starts with averages of zero. */
    public Adam(List<Tensor> parameters, Settings settings) {
        this.parameters = List.copyOf(parameters);
        this.settings = settings;
        try (TensorScope _ = TensorScope.open()) {
            for (Tensor parameter : parameters) {
                firstMoments.add(zeros(parameter));
                secondMoments.add(zeros(parameter));
            }
        }
    }

    private Tensor zeros(Tensor like) {
        return scope.adopt(Tensor.zeros(like.type(), like.shape()).on(like.device()));
    }

    /**
     * Changes the parameters in place.
     *
     * @param gradients one a parameter, in the same order
     * @param rateFactor multiplies the rate of the settings
     */
    public void step(List<Tensor> gradients, double rateFactor) {
        if (gradients.size() != parameters.size()) {
            throw new IllegalArgumentException(
                    "gradients must be " + parameters.size() + " tensors, found " + gradients.size());
        }
        steps++;
        double rate = settings.rate * rateFactor;
        double firstBias = 1 - Math.pow(settings.firstDecay, steps);
        double secondBias = 1 - Math.pow(settings.secondDecay, steps);
        for (int i = 0; i < parameters.size(); i++) {
            try (TensorScope _ = TensorScope.open();
                    Gradients.Pause _ = Gradients.pause()) {
                Tensor gradient = gradients.get(i);
                Tensor first = firstMoments
                        .get(i)
                        .mulInPlace(settings.firstDecay)
                        .addInPlace(gradient, 1 - settings.firstDecay);
                Tensor second = secondMoments
                        .get(i)
                        .mulInPlace(settings.secondDecay)
                        .addInPlace(gradient.times(gradient), 1 - settings.secondDecay);
                Tensor divisor = second.divide(secondBias).sqrt().plus(settings.epsilon);
                Tensor parameter = parameters.get(i);
                if (settings.weightDecay > 0) {
                    parameter.mulInPlace(1 - rate * settings.weightDecay);
                }
                parameter.addInPlace(first.divide(divisor), -rate / firstBias);
            }
        }
    }

    @Override
    public void close() {
        scope.close();
    }
}
