package dev.whence.explain;

import dev.whence.core.Completeness;
import java.util.Map;

/**
 * How much of integrated gradients flows through each element of an inner value (Dhamdhere, Sundararajan, Yan 2018, "How
 * Important Is a Neuron?", equation 3): while the model's inputs move on the straight line from the reference, every step of
 * an element counts with the target's gradient at the step's beginning.
 *
 * @param steps number of steps on the line; there is one point more
 * @param quadrature where the points lie
 */
public record Conductance(int steps, Quadrature quadrature) implements AttributionMethod {
    /** Fifty steps between points by Gauss and Legendre. */
    public static final Conductance DEFAULT = new Conductance(50, Quadrature.GAUSS_LEGENDRE);

    /** Checks the number of steps. */
    public Conductance {
        if (steps < 1 || steps > 100_000) {
            throw new IllegalArgumentException("steps must be between 1 and 100000, found " + steps);
        }
    }

    @Override
    public String name() {
        return "conductance";
    }

    @Override
    public Map<String, String> parameters() {
        return Map.of("steps", String.valueOf(steps), "quadrature", quadrature.name());
    }

    @Override
    public Completeness completeness() {
        return Completeness.APPROXIMATE;
    }

    @Override
    public boolean usesReference() {
        return true;
    }
}
