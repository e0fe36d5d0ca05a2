package dev.whence.quantize.allocation;

import dev.whence.quantize.allocation.Budget.Resource;
import java.util.List;

/**
 * Widths for all layers, with the proof that they are the cheapest.
 *
 * @param layers what was to be decided
 * @param widths the width of each layer, in the same order
 * @param objective the sum of the layers' costs
 * @param bound what no widths within the budgets can be below; equal to the objective where the widths are proved best
 * @param budgets how far each budget is used
 */
public record Allocation(
        List<LayerChoice> layers, List<Width> widths, double objective, double bound, List<BudgetUse> budgets) {

    /**
     * A budget after allocation.
     *
     * @param budget the budget
     * @param used how much is used, in the unit of the resource
     * @param shadowPrice by how much the objective would fall for one more unit, as the linear relaxation sees it; 0 where
     *     more would not help
     */
    public record BudgetUse(Budget budget, double used, double shadowPrice) {
        /** How much is left. */
        public double slack() {
            return budget.limit() - used;
        }
    }

    /** Copies the lists. */
    public Allocation {
        layers = List.copyOf(layers);
        widths = List.copyOf(widths);
        budgets = List.copyOf(budgets);
    }

    /** How much better than these widths others might be; 0 where the widths are proved best. */
    public double gap() {
        return Math.max(0, objective - bound);
    }

    /** How much of a resource all layers use together, whether or not there is a budget for it. */
    public double used(Resource resource) {
        return used(new Budget(resource, 0), layers, widths);
    }

    static double used(Budget budget, List<LayerChoice> layers, List<Width> widths) {
        double raw = 0;
        for (int i = 0; i < layers.size(); i++) {
            raw += budget.use(layers.get(i), widths.get(i));
        }
        return budget.shown(raw, layers);
    }
}
