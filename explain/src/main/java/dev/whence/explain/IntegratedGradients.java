package dev.whence.explain;

import dev.whence.core.Completeness;
import java.util.Map;

/**
 * Integrated gradients (Sundararajan, Taly, Yan 2017, equation 1): the gradient's mean along the straight line from the
 * reference to the input, times their difference.
 *
 * @param steps number of points on the line
 * @param quadrature where they lie and how much each counts
 */
public record IntegratedGradients(int steps, Quadrature quadrature) implements AttributionMethod {
    /** Fifty points by Gauss and Legendre. */
    public static final IntegratedGradients DEFAULT = new IntegratedGradients(50, Quadrature.GAUSS_LEGENDRE);

    /** Checks the number of points. */
    public IntegratedGradients {
        if (steps < 1 || steps > 100_000) {
            throw new IllegalArgumentException("steps must be between 1 and 100000, found " + steps);
        }
    }

    @Override
    public String name() {
        return "integrated-gradients";
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
