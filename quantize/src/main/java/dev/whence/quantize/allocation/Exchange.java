package dev.whence.quantize.allocation;

/**
 * Betters a solution of a {@link Knapsack} by changing the choices of one or two groups at a time, the best change first,
 * until none helps. A good solution early makes the proof short.
 */
final class Exchange {
    private final Knapsack knapsack;
    private final int[] choices;
    private final double[] uses;
    private int firstGroup;
    private int firstChoice;
    private int secondGroup;
    private int secondChoice;

    private Exchange(Knapsack knapsack, int... choices) {
        this.knapsack = knapsack;
        this.choices = choices.clone();
        this.uses = new double[knapsack.rows()];
    }

    /** A solution no worse than the given one, which is within the limits. */
    static int[] better(Knapsack knapsack, int... choices) {
        Exchange exchange = new Exchange(knapsack, choices);
        while (exchange.findBest()) {
            exchange.choices[exchange.firstGroup] = exchange.firstChoice;
            exchange.choices[exchange.secondGroup] = exchange.secondChoice;
        }
        return exchange.choices;
    }

    private boolean findBest() {
        for (int row = 0; row < uses.length; row++) {
            uses[row] = 0;
            for (int group = 0; group < choices.length; group++) {
                uses[row] += knapsack.uses()[row][group][choices[group]];
            }
        }
        double best = -StageSearch.tolerance(0);
        boolean found = false;
        for (int a = 0; a < choices.length; a++) {
            for (int b = a; b < choices.length; b++) {
                for (int i = 0; i < knapsack.costs()[a].length; i++) {
                    for (int j = 0; j < knapsack.costs()[b].length; j++) {
                        if ((a != b || i == j) && saving(a, i, b, j) < best && fits(a, i, b, j)) {
                            best = saving(a, i, b, j);
                            firstGroup = a;
                            firstChoice = i;
                            secondGroup = b;
                            secondChoice = j;
                            found = true;
                        }
                    }
                }
            }
        }
        return found;
    }

    private double saving(int a, int i, int b, int j) {
        double change = knapsack.costs()[a][i] - knapsack.costs()[a][choices[a]];
        return a == b ? change : change + knapsack.costs()[b][j] - knapsack.costs()[b][choices[b]];
    }

    private boolean fits(int a, int i, int b, int j) {
        for (int row = 0; row < uses.length; row++) {
            double[][] use = knapsack.uses()[row];
            double change = use[a][i] - use[a][choices[a]];
            if (a != b) {
                change += use[b][j] - use[b][choices[b]];
            }
            if (uses[row] + change > 1) {
                return false;
            }
        }
        return true;
    }
}
