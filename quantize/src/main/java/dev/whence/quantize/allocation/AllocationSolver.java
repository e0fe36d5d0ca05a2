package dev.whence.quantize.allocation;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.quantize.allocation.Allocation.BudgetUse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the widths of least cost within budgets, exactly. It is a multiple-choice knapsack with a row for each budget:
 * prices of the linear relaxation bound the cost, and a search group by group with those bounds finds the best widths and
 * proves it. Only where the search would outgrow its limits does a gap remain, which the result states.
 *
 * <p>The same problem gives the same widths. Of layers that are alike in everything, the earlier get the larger widths.
 */
public final class AllocationSolver {
    private static final int[] SEARCH_WIDTHS = {100, 2_000, 30_000, 300_000};
    private static final int MOST_WIDTHS = 100;
    private static final int FEWEST_ROWS = 2;
    private static final double ROUNDING = 1e-12;
    private static final double OUT_OF_REACH = 2;

    private final List<LayerChoice> layers;
    private final List<Budget> budgets;
    private final double[][][] rawUses;
    private final double[] slacks;
    private final int[] binding;
    private final double costScale;
    private final Knapsack knapsack;

    private AllocationSolver(List<LayerChoice> layers, List<Budget> budgets) {
        this.layers = layers;
        this.budgets = budgets;
        this.rawUses = new double[budgets.size()][][];
        this.slacks = new double[budgets.size()];
        double[][][] scaled = new double[budgets.size()][][];
        for (int row = 0; row < budgets.size(); row++) {
            Budget budget = budgets.get(row);
            rawUses[row] = layers.stream()
                    .map(layer -> layer.widths().stream()
                            .mapToDouble(width -> budget.use(layer, width))
                            .toArray())
                    .toArray(double[][]::new);
            scaled[row] = scaled(row);
        }
        this.binding = Rows.binding(scaled);
        double[][][] uses = new double[Math.max(FEWEST_ROWS, binding.length)][][];
        for (int row = 0; row < uses.length; row++) {
            uses[row] = row < binding.length
                    ? scaled[binding[row]]
                    : layers.stream()
                            .map(layer -> new double[layer.widths().size()])
                            .toArray(double[][]::new);
        }
        double[][] costs = layers.stream().map(LayerChoice::costs).toArray(double[][]::new);
        double range = 0;
        for (double[] group : costs) {
            double least = min(group);
            double most = 0;
            for (int i = 0; i < group.length; i++) {
                group[i] -= least;
                most = Math.max(most, group[i]);
            }
            range += most;
        }
        this.costScale = range > 0 ? range : 1;
        for (double[] group : costs) {
            for (int i = 0; i < group.length; i++) {
                group[i] /= costScale;
            }
        }
        this.knapsack = new Knapsack(costs, uses);
    }

    /**
     * Finds the widths.
     *
     * @param layers at least one
     * @param budgets none or more
     * @throws WhenceException if no widths keep within the budgets; the message names the smallest budget that can be kept
     */
    public static Allocation solve(List<LayerChoice> layers, List<Budget> budgets) {
        check(layers);
        return new AllocationSolver(List.copyOf(layers), List.copyOf(budgets)).solve();
    }

    /**
     * The same width for all layers, to compare with: the largest that keeps within the budgets. A layer that cannot have
     * it has its next smaller width, or its smallest.
     *
     * @param layers at least one
     * @param budgets none or more
     * @throws WhenceException if no width keeps within the budgets
     */
    public static Allocation uniform(List<LayerChoice> layers, List<Budget> budgets) {
        check(layers);
        return new AllocationSolver(List.copyOf(layers), List.copyOf(budgets)).uniform();
    }

    private static void check(List<LayerChoice> layers) {
        if (layers.isEmpty()) {
            throw new WhenceException(ErrorCode.USAGE, "There is no layer to give bits to.");
        }
        for (LayerChoice layer : layers) {
            if (layer.widths().size() > MOST_WIDTHS) {
                throw new WhenceException(
                        ErrorCode.USAGE,
                        "Layer " + layer.name() + " has " + layer.widths().size() + " possible widths; at most "
                                + MOST_WIDTHS + " are allowed.");
            }
        }
    }

    /** The uses of a row above the least, as parts of what is left of its limit. */
    private double[][] scaled(int row) {
        Budget budget = budgets.get(row);
        double limit = budget.rawLimit(layers);
        double least =
                Arrays.stream(rawUses[row]).mapToDouble(AllocationSolver::min).sum();
        double rounding = ROUNDING * Math.max(Math.abs(limit), least);
        if (least > limit + rounding) {
            throw tooSmall(budget, least);
        }
        slacks[row] = limit - least + rounding;
        double[][] out = new double[layers.size()][];
        for (int group = 0; group < out.length; group++) {
            double smallest = min(rawUses[row][group]);
            out[group] = Arrays.stream(rawUses[row][group])
                    .map(use -> use == smallest ? 0 : Math.min((use - smallest) / slacks[row], OUT_OF_REACH))
                    .toArray();
        }
        return out;
    }

    private WhenceException tooSmall(Budget budget, double leastRaw) {
        String unit = budget.resource().unit();
        return new WhenceException(
                ErrorCode.USAGE,
                "A budget of " + text(budget.limit()) + " " + unit
                        + " cannot be kept: with the widths that the layers may" + " have, the smallest possible is "
                        + text(budget.shown(leastRaw, layers)) + " " + unit + ".");
    }

    private static String text(double value) {
        return String.format("%.6g", value);
    }

    private Allocation solve() {
        double[] prices = DualPrices.best(knapsack);
        double floor = DualPrices.bound(knapsack, prices);
        StageSearch search = new StageSearch(knapsack, prices);
        int[] best = smallest();
        double cost = best == null ? Double.POSITIVE_INFINITY : cost(best);
        double bound = floor;
        for (int width : SEARCH_WIDTHS) {
            StageSearch.Found found = search.search(width, cost);
            if (found.choices() != null) {
                best = Exchange.better(knapsack, found.choices());
                cost = cost(best);
            }
            bound = Math.max(bound, Math.min(found.bound(), cost));
            if (bound >= cost - StageSearch.tolerance(cost)) {
                bound = cost;
                break;
            }
        }
        if (best == null) {
            throw apart();
        }
        return allocation(orderAlike(best), prices, bound);
    }

    /** The message where each budget could be kept alone. */
    private WhenceException apart() {
        List<String> texts = budgets.stream()
                .map(budget -> text(budget.limit()) + " " + budget.resource().unit())
                .toList();
        return new WhenceException(
                ErrorCode.USAGE,
                "The budgets of " + String.join(" and ", texts)
                        + " could be kept one by one but not together; raise one of them.");
    }

    /** The choices of least use in every row, where each group has one. */
    private int @Nullable [] smallest() {
        int[] choices = new int[layers.size()];
        for (int group = 0; group < choices.length; group++) {
            int found = -1;
            for (int choice = 0; choice < knapsack.costs()[group].length && found < 0; choice++) {
                boolean none = true;
                for (double[][] row : knapsack.uses()) {
                    none &= row[group][choice] == 0;
                }
                found = none ? choice : found;
            }
            if (found < 0) {
                return null;
            }
            choices[group] = found;
        }
        return choices;
    }

    private double cost(int... choices) {
        double cost = 0;
        for (int group = 0; group < choices.length; group++) {
            cost += knapsack.costs()[group][choices[group]];
        }
        return cost;
    }

    /** Of groups alike in everything the earlier get the larger widths. */
    private int[] orderAlike(int... choices) {
        for (int first = 0; first < choices.length; first++) {
            for (int second = first + 1; second < choices.length; second++) {
                if (alike(layers.get(first), layers.get(second))
                        && bits(first, choices[first]) < bits(second, choices[second])) {
                    int swap = choices[first];
                    choices[first] = choices[second];
                    choices[second] = swap;
                }
            }
        }
        return choices;
    }

    private int bits(int group, int choice) {
        Width width = layers.get(group).widths().get(choice);
        return width.weightBits() + width.activationBits();
    }

    private static boolean alike(LayerChoice a, LayerChoice b) {
        return a.parameters() == b.parameters()
                && a.multiplications() == b.multiplications()
                && a.extraBytes() == b.extraBytes()
                && a.widths().equals(b.widths())
                && Arrays.equals(a.costs(), b.costs());
    }

    private Allocation allocation(int[] choices, double[] prices, double scaledBound) {
        double objective = 0;
        double least = 0;
        List<Width> widths = new ArrayList<>();
        for (int group = 0; group < choices.length; group++) {
            double[] costs = layers.get(group).costs();
            objective += costs[choices[group]];
            least += min(costs);
            widths.add(layers.get(group).widths().get(choices[group]));
        }
        boolean proved = scaledBound >= cost(choices) - StageSearch.tolerance(cost(choices));
        double bound = proved ? objective : Math.min(objective, least + scaledBound * costScale);
        List<BudgetUse> uses = new ArrayList<>();
        for (int row = 0; row < budgets.size(); row++) {
            Budget budget = budgets.get(row);
            int place = Arrays.stream(binding).boxed().toList().indexOf(row);
            double price = place < 0 ? 0 : prices[place] * costScale / slacks[row];
            uses.add(
                    new BudgetUse(budget, Allocation.used(budget, layers, widths), price * budget.rawPerShown(layers)));
        }
        return new Allocation(layers, widths, objective, bound, uses);
    }

    private Allocation uniform() {
        int[] bits = layers.stream()
                .flatMap(layer -> layer.widths().stream())
                .mapToInt(width -> width.weightBits() + width.activationBits())
                .distinct()
                .sorted()
                .toArray();
        for (int i = bits.length - 1; i >= 0; i--) {
            int most = bits[i];
            int[] choices = IntStream.range(0, layers.size())
                    .map(group -> nextBelow(group, most))
                    .toArray();
            if (within(choices)) {
                return allocation(choices, new double[knapsack.rows()], DualPrices.bound(knapsack));
            }
        }
        throw apart();
    }

    private int nextBelow(int group, int most) {
        int best = 0;
        for (int choice = 1; choice < layers.get(group).widths().size(); choice++) {
            int now = bits(group, best);
            int other = bits(group, choice);
            if (now > most ? other < now : other <= most && other > now) {
                best = choice;
            }
        }
        return best;
    }

    private boolean within(int... choices) {
        for (double[][] row : knapsack.uses()) {
            double use = 0;
            for (int group = 0; group < choices.length; group++) {
                use += row[group][choices[group]];
            }
            if (use > 1) {
                return false;
            }
        }
        return true;
    }

    private static double min(double... values) {
        return Arrays.stream(values).min().orElseThrow();
    }
}
