package dev.whence.quantize.allocation;

/**
 * A multiple-choice knapsack in numbers without units: of each group one choice is taken, costs add up, and the uses of
 * each row may not exceed one. Costs and uses of a group are counted from its smallest, so all are at least zero.
 *
 * @param costs by group and choice
 * @param uses by row, group and choice
 */
record Knapsack(double[][] costs, double[][][] uses) {
    int groups() {
        return costs.length;
    }

    int rows() {
        return uses.length;
    }

    /** Cost plus priced use of a choice. */
    double priced(int group, int choice, double... prices) {
        double sum = costs[group][choice];
        for (int row = 0; row < prices.length; row++) {
            sum += prices[row] * uses[row][group][choice];
        }
        return sum;
    }

    /** The choice of least priced cost, the first of equals. */
    int cheapest(int group, double... prices) {
        int best = 0;
        double least = Double.POSITIVE_INFINITY;
        for (int choice = 0; choice < costs[group].length; choice++) {
            double priced = priced(group, choice, prices);
            if (priced < least) {
                least = priced;
                best = choice;
            }
        }
        return best;
    }
}
