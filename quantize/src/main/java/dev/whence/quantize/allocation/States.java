package dev.whence.quantize.allocation;

import java.util.Arrays;

/** The states after a group, side by side in growing arrays. */
final class States {
    private static final int FIRST_SIZE = 64;

    private double[] costs = new double[FIRST_SIZE];
    private double[] bounds = new double[FIRST_SIZE];
    private final double[][] uses;
    private int[] parents = new int[FIRST_SIZE];
    private byte[] choices = new byte[FIRST_SIZE];
    private int count;

    States(int rows) {
        uses = new double[rows][FIRST_SIZE];
    }

    /** The one state before the first group. */
    static States first(int rows) {
        States states = new States(rows);
        states.add(0, new double[rows], -1, 0, Double.NEGATIVE_INFINITY);
        return states;
    }

    void add(double cost, double[] use, int parent, int choice, double bound) {
        if (count == costs.length) {
            int size = count * 2;
            costs = Arrays.copyOf(costs, size);
            bounds = Arrays.copyOf(bounds, size);
            parents = Arrays.copyOf(parents, size);
            choices = Arrays.copyOf(choices, size);
            Arrays.setAll(uses, row -> Arrays.copyOf(uses[row], size));
        }
        costs[count] = cost;
        bounds[count] = bound;
        parents[count] = parent;
        choices[count] = (byte) choice;
        for (int row = 0; row < uses.length; row++) {
            uses[row][count] = use[row];
        }
        count++;
    }

    int count() {
        return count;
    }

    double cost(int state) {
        return costs[state];
    }

    double use(int row, int state) {
        return uses[row][state];
    }

    int parent(int state) {
        return parents[state];
    }

    int choice(int state) {
        return choices[state];
    }

    /** The first state of least cost, or -1 if there is none. */
    int cheapest() {
        int best = -1;
        for (int state = 0; state < count; state++) {
            if (best < 0 || costs[state] < costs[best]) {
                best = state;
            }
        }
        return best;
    }

    /**
     * Keeps the states of the lowest bounds, in the same order.
     *
     * @return the lowest bound of a dropped state, infinite if none was dropped
     */
    double keep(int width) {
        if (count <= width) {
            return Double.POSITIVE_INFINITY;
        }
        double[] sorted = Arrays.copyOf(bounds, count);
        Arrays.sort(sorted);
        double last = sorted[width - 1];
        double dropped = Double.POSITIVE_INFINITY;
        int kept = 0;
        for (int state = 0; state < count; state++) {
            if (bounds[state] <= last && kept < width) {
                move(state, kept++);
            } else {
                dropped = Math.min(dropped, bounds[state]);
            }
        }
        count = kept;
        return dropped;
    }

    private void move(int from, int to) {
        costs[to] = costs[from];
        bounds[to] = bounds[from];
        parents[to] = parents[from];
        choices[to] = choices[from];
        for (double[] use : uses) {
            use[to] = use[from];
        }
    }
}
