package dev.whence.quantize.allocation;

import java.util.Arrays;

/**
 * Prices of the rows of a {@link Knapsack} whose bound on the cost is the highest, which is that of the linear program.
 * Any prices give a bound: the least cost if use is paid for instead of limited. The bound is a concave function with
 * edges, so it is climbed by the ellipsoid method.
 */
final class DualPrices {
    private static final int STEPS = 400;
    private static final double SMALLEST = 1e-300;

    private DualPrices() {}

    /** The bound that prices give. */
    static double bound(Knapsack knapsack, double... prices) {
        double bound = 0;
        for (double price : prices) {
            bound -= price;
        }
        for (int group = 0; group < knapsack.groups(); group++) {
            bound += knapsack.priced(group, knapsack.cheapest(group, prices), prices);
        }
        return bound;
    }

    /**
     * The best prices found.
     *
     * @param knapsack with two rows or more
     */
    static double[] best(Knapsack knapsack) {
        int n = knapsack.rows();
        double[] at = new double[n];
        double[] best = new double[n];
        double highest = bound(knapsack, best);
        double[][] shape = new double[n][n];
        for (int i = 0; i < n; i++) {
            at[i] = 0.5;
            shape[i][i] = n;
        }
        for (int step = 0; step < STEPS * n; step++) {
            double[] slope = slope(knapsack, at);
            if (inside(at)) {
                double bound = bound(knapsack, at);
                if (bound > highest) {
                    highest = bound;
                    best = at.clone();
                }
            }
            if (!cut(at, shape, slope)) {
                break;
            }
        }
        return best;
    }

    private static boolean inside(double... prices) {
        return Arrays.stream(prices).allMatch(price -> price >= 0);
    }

    /** Where the bound rises, or if a price is below zero, where it is not. */
    private static double[] slope(Knapsack knapsack, double... prices) {
        double[] slope = new double[prices.length];
        for (int row = 0; row < prices.length; row++) {
            if (prices[row] < 0) {
                slope[row] = 1;
                return slope;
            }
        }
        Arrays.fill(slope, -1);
        for (int group = 0; group < knapsack.groups(); group++) {
            int choice = knapsack.cheapest(group, prices);
            for (int row = 0; row < slope.length; row++) {
                slope[row] += knapsack.uses()[row][group][choice];
            }
        }
        return slope;
    }

    /** Halves the ellipsoid about {@code at} and moves it along the slope; false where nothing is left. */
    private static boolean cut(double[] at, double[][] shape, double... slope) {
        int n = at.length;
        double[] along = new double[n];
        double length = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                along[i] += shape[i][j] * slope[j];
            }
            length += along[i] * slope[i];
        }
        if (!(length > SMALLEST)) {
            return false;
        }
        double root = Math.sqrt(length);
        double stretch = (double) n * n / ((double) n * n - 1);
        for (int i = 0; i < n; i++) {
            at[i] += along[i] / root / (n + 1);
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                shape[i][j] = stretch * (shape[i][j] - 2.0 / (n + 1) * along[i] * along[j] / length);
            }
        }
        return true;
    }
}
