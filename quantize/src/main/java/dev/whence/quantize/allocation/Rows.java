package dev.whence.quantize.allocation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Which rows of a {@link Knapsack} bind: the fewer there are, the shorter the search. */
final class Rows {
    private Rows() {}

    /**
     * The rows that can be exceeded and that no other row implies.
     *
     * @param uses by row, group and choice, with a limit of one
     */
    static int[] binding(double[][]... uses) {
        List<Integer> kept = new ArrayList<>();
        for (int row = 0; row < uses.length; row++) {
            if (most(uses[row]) > 1 && !isImplied(row, uses)) {
                kept.add(row);
            }
        }
        return kept.stream().mapToInt(Integer::intValue).toArray();
    }

    private static double most(double[]... use) {
        return Arrays.stream(use)
                .mapToDouble(group -> Arrays.stream(group).max().orElseThrow())
                .sum();
    }

    /** Whether every choice uses at least as much of another row; of two equal rows the later is implied. */
    private static boolean isImplied(int row, double[][]... uses) {
        for (int other = 0; other < uses.length; other++) {
            if (other != row && atMost(uses[row], uses[other]) && (other < row || !atMost(uses[other], uses[row]))) {
                return true;
            }
        }
        return false;
    }

    private static boolean atMost(double[][] use, double[]... other) {
        for (int group = 0; group < use.length; group++) {
            for (int choice = 0; choice < use[group].length; choice++) {
                if (use[group][choice] > other[group][choice]) {
                    return false;
                }
            }
        }
        return true;
    }
}
