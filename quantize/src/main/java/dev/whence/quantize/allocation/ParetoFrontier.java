package dev.whence.quantize.allocation;

import dev.whence.core.WhenceException;
import java.util.ArrayList;
import java.util.List;

/**
 * The best allocations from the smallest mean width to the largest: what each further part of a bit buys.
 *
 * @param points in the order of their budgets, each cheaper than the one before
 */
public record ParetoFrontier(List<Point> points) {
    private static final double ROUNDING = 1e-9;

    /**
     * The best allocation of a budget.
     *
     * @param averageBits the mean width that was allowed
     * @param allocation the best within it
     */
    public record Point(double averageBits, Allocation allocation) {}

    /** Copies the list. */
    public ParetoFrontier {
        points = List.copyOf(points);
    }

    /**
     * Solves for mean widths at equal distances, for weights and operations alike.
     *
     * @param layers at least one
     * @param steps number of steps from the smallest mean width that is possible to the largest, at least one
     * @throws WhenceException if there is no layer
     */
    public static ParetoFrontier of(List<LayerChoice> layers, int steps) {
        if (steps < 1) {
            throw new IllegalArgumentException(steps + " steps");
        }
        double from = averageBits(layers, Math::min);
        double to = averageBits(layers, Math::max);
        List<Point> points = new ArrayList<>();
        double last = Double.POSITIVE_INFINITY;
        for (int step = 0; step <= steps; step++) {
            double bits = from + (to - from) * step / steps;
            Allocation allocation = AllocationSolver.solve(layers, Budget.average(bits * (1 + ROUNDING)));
            if (allocation.objective() < last) {
                last = allocation.objective();
                points.add(new Point(bits, allocation));
            }
        }
        return new ParetoFrontier(points);
    }

    /** Choice between two widths. */
    @FunctionalInterface
    private interface Extreme {
        double of(double a, double b);
    }

    /** The mean width at which all layers have their smallest, or largest, width and both budgets just suffice. */
    private static double averageBits(List<LayerChoice> layers, Extreme extreme) {
        double most = 0;
        for (Budget budget : Budget.average(0)) {
            double raw = 0;
            for (LayerChoice layer : layers) {
                raw += layer.widths().stream()
                        .mapToDouble(width -> budget.use(layer, width))
                        .reduce(extreme::of)
                        .orElseThrow();
            }
            most = Math.max(most, budget.shown(raw, layers));
        }
        return most;
    }
}
