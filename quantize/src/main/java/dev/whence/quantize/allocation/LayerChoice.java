package dev.whence.quantize.allocation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A layer and the widths it may have.
 *
 * @param name its name, for messages and results
 * @param parameters number of its weights; 0 for a product of two activations
 * @param multiplications multiply-accumulates for one example
 * @param extraBytes bytes that its scales, zero points and bias take at any width
 * @param widths what it may have, at least one
 * @param costs what each width costs, lower is better; finite
 */
public record LayerChoice(
        String name, long parameters, long multiplications, long extraBytes, List<Width> widths, double[] costs) {

    /** Checks that the parts belong together. */
    public LayerChoice {
        widths = List.copyOf(widths);
        costs = costs.clone();
        if (widths.isEmpty() || widths.size() != costs.length || parameters < 0 || multiplications < 0) {
            throw new IllegalArgumentException("layer " + name + " with " + widths.size() + " widths, " + costs.length
                    + " costs, " + parameters + " parameters and " + multiplications + " multiplications");
        }
        for (double cost : costs) {
            if (!Double.isFinite(cost)) {
                throw new IllegalArgumentException("layer " + name + " with a cost of " + cost);
            }
        }
    }

    @Override
    public double[] costs() {
        return costs.clone();
    }

    /**
     * The same layer with fewer widths: a pin.
     *
     * @param allowed which widths remain
     * @throws IllegalArgumentException if none remains
     */
    public LayerChoice only(Predicate<Width> allowed) {
        List<Width> kept = new ArrayList<>();
        List<Double> keptCosts = new ArrayList<>();
        for (int i = 0; i < costs.length; i++) {
            if (allowed.test(widths.get(i))) {
                kept.add(widths.get(i));
                keptCosts.add(costs[i]);
            }
        }
        return new LayerChoice(
                name,
                parameters,
                multiplications,
                extraBytes,
                kept,
                keptCosts.stream().mapToDouble(Double::doubleValue).toArray());
    }
}
