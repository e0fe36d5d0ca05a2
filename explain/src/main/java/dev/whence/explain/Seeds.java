package dev.whence.explain;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import java.util.Arrays;
import java.util.List;

/** Turns a choice of target into weights over the target value's elements. */
final class Seeds {
    private Seeds() {}

    /**
     * Weights shaped like the target value.
     *
     * @param value the target value at the inputs, {@code [n, ...]}
     * @param choice which element
     * @param firstExample the place of the batch's first example among all, for choices by example
     * @param examples the number of examples in all
     */
    static NdArray weights(String name, NdArray value, TargetChoice choice, int firstExample, int examples) {
        if (value.rank() == 0 || value.size() == 0) {
            throw new WhenceException(
                    ErrorCode.TARGET_INVALID,
                    "Value '" + name + "' is " + value + " and cannot be explained: one or more numbers for each"
                            + " example are expected, batch first.");
        }
        int n = (int) value.dimension(0);
        int row = value.size() / n;
        double[] weights = new double[value.size()];
        for (int i = 0; i < n; i++) {
            int base = i * row;
            switch (choice) {
                case TargetChoice.Index(long index) -> weights[base + check(name, index, row)] = 1;
                case TargetChoice.PerExample(var indices) -> {
                    checkCount(indices.size(), examples);
                    weights[base + check(name, indices.get(firstExample + i), row)] = 1;
                }
                case TargetChoice.ArgMax() -> weights[base + argMax(value, base, row)] = 1;
                case TargetChoice.Difference(long plus, long minus) -> {
                    weights[base + check(name, plus, row)] += 1;
                    weights[base + check(name, minus, row)] -= 1;
                }
                case TargetChoice.DifferencePerExample(var plus, var minus) -> {
                    checkCount(plus.size(), examples);
                    weights[base + check(name, plus.get(firstExample + i), row)] += 1;
                    weights[base + check(name, minus.get(firstExample + i), row)] -= 1;
                }
                case TargetChoice.SoftmaxNormalised(long index) -> {
                    Arrays.fill(weights, base, base + row, -1.0 / row);
                    weights[base + check(name, index, row)] += 1;
                }
                case TargetChoice.Sum() -> Arrays.fill(weights, base, base + row, 1);
            }
        }
        return NdArray.of(weights, value.shape());
    }

    private static void checkCount(int targets, int examples) {
        if (targets != examples) {
            throw new WhenceException(
                    ErrorCode.TARGET_INVALID,
                    targets + " targets are given for " + examples + " examples; one for each is expected.");
        }
    }

    private static int check(String name, long index, int row) {
        if (index < 0 || index >= row) {
            throw new WhenceException(
                    ErrorCode.TARGET_INVALID,
                    "Target " + index + " is out of range: '" + name + "' has " + row
                            + " elements for each example, 0 to " + (row - 1) + ".");
        }
        return (int) index;
    }

    /** The largest element of each example of a batch as a choice for all examples; those of other batches are 0. */
    static TargetChoice largest(NdArray value, int firstExample, int examples) {
        int n = (int) value.dimension(0);
        int row = value.size() / n;
        Long[] elements = new Long[examples];
        Arrays.fill(elements, 0L);
        for (int i = 0; i < n; i++) {
            elements[firstExample + i] = (long) argMax(value, i * row, row);
        }
        return new TargetChoice.PerExample(List.of(elements));
    }

    private static int argMax(NdArray value, int base, int row) {
        int best = 0;
        for (int j = 1; j < row; j++) {
            if (value.getDouble(base + j) > value.getDouble(base + best)) {
                best = j;
            }
        }
        return best;
    }

    /** The weighted sum for each example: the target's value. {@code value} may have a batch of one. */
    static double[] values(NdArray value, NdArray weights) {
        int n = (int) weights.dimension(0);
        int row = weights.size() / n;
        boolean shared = value.size() == row && n > 1;
        double[] out = new double[n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < row; j++) {
                double w = weights.getDouble(i * row + j);
                if (w != 0) {
                    out[i] += w * value.getDouble((shared ? 0 : i * row) + j);
                }
            }
        }
        return out;
    }
}
