package dev.whence.quantize.allocation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Solves a {@link Knapsack} group by group. A state is a choice in each group so far. It is dropped if another is no worse
 * in cost and every use, or if a bound says that it cannot become better than the best known solution. Where more states
 * than the width remain, the most promising stay, and the best bound of the others limits what is proved.
 *
 * <p>Groups in which the prices leave no doubt come first, so that there are few states for long.
 */
final class StageSearch {
    private static final double[] PRICE_FACTORS = {0, 0.5, 0.8, 1.25, 2};
    private static final double RELATIVE = 1e-12;
    private static final double ABSOLUTE = 4e-15;

    private final Knapsack knapsack;
    private final int[] order;
    private final double[][] prices;
    /** By set of prices and stage: the least priced cost of all later groups, less the priced limits. */
    private final double[][] rests;
    /** By row and stage: the least use of all later groups. */
    private final double[][] leastUses;

    /**
     * What was found.
     *
     * @param choices by group, or null if no solution lies within the limits
     * @param cost its cost, infinite if there is none
     * @param bound what no solution can be below
     */
    record Found(int @Nullable [] choices, double cost, double bound) {
        /** Whether no solution is better, but for rounding. */
        boolean isProved() {
            return bound >= cost - tolerance(cost);
        }
    }

    StageSearch(Knapsack knapsack, double... best) {
        this.knapsack = knapsack;
        this.order = IntStream.range(0, knapsack.groups())
                .boxed()
                .sorted(Comparator.comparingDouble((Integer group) -> -doubt(group, best)))
                .mapToInt(Integer::intValue)
                .toArray();
        this.prices = around(best);
        this.rests = new double[prices.length][order.length + 1];
        this.leastUses = new double[knapsack.rows()][order.length + 1];
        for (int set = 0; set < prices.length; set++) {
            rests[set][order.length] = -Arrays.stream(prices[set]).sum();
            for (int stage = order.length - 1; stage >= 0; stage--) {
                int group = order[stage];
                int cheapest = knapsack.cheapest(group, prices[set]);
                rests[set][stage] = rests[set][stage + 1] + knapsack.priced(group, cheapest, prices[set]);
            }
        }
        for (int row = 0; row < knapsack.rows(); row++) {
            for (int stage = order.length - 1; stage >= 0; stage--) {
                double least =
                        Arrays.stream(knapsack.uses()[row][order[stage]]).min().orElseThrow();
                leastUses[row][stage] = leastUses[row][stage + 1] + least;
            }
        }
    }

    /** How much dearer the second choice of a group is than the first, at given prices. */
    private double doubt(int group, double... best) {
        double[] priced = IntStream.range(0, knapsack.costs()[group].length)
                .mapToDouble(choice -> knapsack.priced(group, choice, best))
                .sorted()
                .toArray();
        return priced.length == 1 ? Double.POSITIVE_INFINITY : priced[1] - priced[0];
    }

    private static double[][] around(double... best) {
        List<double[]> sets = new ArrayList<>();
        sets.add(best);
        for (int row = 0; row < best.length; row++) {
            for (double factor : PRICE_FACTORS) {
                double[] other = best.clone();
                other[row] *= factor;
                sets.add(other);
                for (int second = 0; second < row; second++) {
                    for (double secondFactor : PRICE_FACTORS) {
                        double[] both = other.clone();
                        both[second] *= secondFactor;
                        sets.add(both);
                    }
                }
            }
        }
        return sets.toArray(double[][]::new);
    }

    static double tolerance(double cost) {
        return Math.max(RELATIVE * cost, ABSOLUTE);
    }

    /**
     * Searches.
     *
     * @param width how many states may stay after a group
     * @param known the cost of a known solution, infinite if there is none; only better ones are found
     */
    Found search(int width, double known) {
        List<States> stages = new ArrayList<>();
        States states = States.first(knapsack.rows());
        double dropped = Double.POSITIVE_INFINITY;
        double enough = known == Double.POSITIVE_INFINITY ? known : known - tolerance(known);
        for (int stage = 0; stage < order.length; stage++) {
            stages.add(states);
            States next = expand(states, stage, enough);
            dropped = Math.min(dropped, next.keep(width));
            states = next;
        }
        int best = states.cheapest();
        if (best < 0) {
            return new Found(null, Double.POSITIVE_INFINITY, Math.min(dropped, known));
        }
        double cost = states.cost(best);
        int[] choices = new int[order.length];
        States at = states;
        int state = best;
        for (int stage = order.length - 1; stage >= 0; stage--) {
            choices[order[stage]] = at.choice(state);
            state = at.parent(state);
            at = stages.get(stage);
        }
        return new Found(choices, cost, Math.min(dropped, cost));
    }

    /** The states after one more group, in the order of their use of the first row. */
    private States expand(States states, int stage, double enough) {
        int group = order[stage];
        int choices = knapsack.costs()[group].length;
        int[] heads = new int[choices];
        States out = new States(knapsack.rows());
        double[] uses = new double[knapsack.rows()];
        NavigableMap<Double, Double> front = new TreeMap<>();
        while (true) {
            int choice = -1;
            double least = Double.POSITIVE_INFINITY;
            for (int j = 0; j < choices; j++) {
                if (heads[j] < states.count()) {
                    double use = states.use(0, heads[j]) + knapsack.uses()[0][group][j];
                    if (use < least) {
                        least = use;
                        choice = j;
                    }
                }
            }
            if (choice < 0) {
                return out;
            }
            int parent = heads[choice]++;
            double cost = states.cost(parent) + knapsack.costs()[group][choice];
            for (int row = 0; row < uses.length; row++) {
                uses[row] = states.use(row, parent) + knapsack.uses()[row][group][choice];
            }
            double bound = bound(cost, uses, stage + 1, enough);
            if (bound < enough && (uses.length > 2 || undominated(front, uses[1], cost))) {
                out.add(cost, uses, parent, choice, bound);
            }
        }
    }

    /** What a state can at best become; infinite if it cannot keep within the limits. */
    private double bound(double cost, double[] uses, int stage, double enough) {
        for (int row = 0; row < uses.length; row++) {
            if (uses[row] + leastUses[row][stage] > 1) {
                return Double.POSITIVE_INFINITY;
            }
        }
        double highest = Double.NEGATIVE_INFINITY;
        for (int set = 0; set < prices.length && highest < enough; set++) {
            double bound = cost + rests[set][stage];
            for (int row = 0; row < uses.length; row++) {
                bound += prices[set][row] * uses[row];
            }
            highest = Math.max(highest, bound);
        }
        return highest;
    }

    /** Whether no earlier state, whose first use is no larger, has no larger second use and cost; if so, enters it. */
    private static boolean undominated(NavigableMap<Double, Double> front, double use, double cost) {
        Map.Entry<Double, Double> before = front.floorEntry(use);
        if (before != null && before.getValue() <= cost) {
            return false;
        }
        Map.Entry<Double, Double> after = front.ceilingEntry(use);
        while (after != null && after.getValue() >= cost) {
            front.remove(after.getKey());
            after = front.ceilingEntry(use);
        }
        front.put(use, cost);
        return true;
    }
}
