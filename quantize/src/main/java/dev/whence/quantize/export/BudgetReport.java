package dev.whence.quantize.export;

import dev.whence.quantize.allocation.Allocation;
import dev.whence.quantize.allocation.Budget;
import dev.whence.quantize.allocation.LayerChoice;
import dev.whence.quantize.allocation.Width;
import dev.whence.quantize.model.QuantizableModel;
import java.util.ArrayList;
import java.util.List;

/**
 * What a report says about one budget that bits were given within. How much of it is used follows from the layers of the same
 * report: see {@link #used(List)}.
 *
 * @param resource what was limited
 * @param limit how much there was, in the unit of the resource
 * @param used how much is used
 * @param outside names of layers that do not count: for operations, those that read the network's input, whose activations
 *     have a width of their own
 */
public record BudgetReport(Budget.Resource resource, double limit, double used, List<String> outside) {
    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if there is no resource, or a number is none
     */
    public BudgetReport {
        if (resource == null) {
            throw new IllegalArgumentException("a budget names no resource");
        }
        if (!Double.isFinite(limit) || !Double.isFinite(used)) {
            throw new IllegalArgumentException("a budget has a limit of " + limit + ", of which " + used + " is used");
        }
        outside = List.copyOf(outside);
    }

    /** The budgets of an allocation to the layers of a model. */
    public static List<BudgetReport> of(Allocation allocation, QuantizableModel model) {
        List<BudgetReport> out = new ArrayList<>();
        for (Allocation.BudgetUse use : allocation.budgets()) {
            Budget budget = use.budget();
            List<String> outside = allocation.layers().stream()
                    .filter(choice -> isOperations(budget.resource())
                            && choice.multiplications() == 0
                            && model.layer(choice.name())
                                    .filter(layer -> layer.multiplyAccumulates() > 0)
                                    .isPresent())
                    .map(LayerChoice::name)
                    .toList();
            out.add(new BudgetReport(budget.resource(), budget.limit(), use.used(), outside));
        }
        return out;
    }

    private static boolean isOperations(Budget.Resource resource) {
        return resource == Budget.Resource.AVERAGE_OPERATION_BITS || resource == Budget.Resource.MEGA_BIT_OPERATIONS;
    }

    /** How much of the resource layers use as they are written; of KiB, all that belongs to them. */
    public double used(List<LayerReport> layers) {
        List<LayerChoice> choices = new ArrayList<>();
        List<Width> widths = new ArrayList<>();
        for (LayerReport layer : layers) {
            Width width = new Width(layer.weightBits(), layer.activationBits());
            long operations = outside.contains(layer.name()) ? 0 : layer.multiplyAccumulates();
            long beside = layer.size().total() - layer.size().weights();
            choices.add(new LayerChoice(
                    layer.name(), layer.parameters(), operations, beside, List.of(width), new double[] {0}));
            widths.add(width);
        }
        return new Allocation(choices, widths, 0, 0, List.of()).used(resource);
    }
}
