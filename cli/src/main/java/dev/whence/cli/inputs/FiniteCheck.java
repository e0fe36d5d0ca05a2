package dev.whence.cli.inputs;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import java.util.Arrays;

/** Refuses numbers that are not finite, with their place. */
public final class FiniteCheck {
    private FiniteCheck() {}

    /**
     * Checks every element of an input or a reference.
     *
     * @param source how the message names the numbers, such as {@code input.npy}
     * @param values any array; integers always pass
     * @throws WhenceException that names the first bad element by its index, such as {@code [3, 0, 17]}
     */
    public static void require(String source, NdArray values) {
        if (values.firstNotFinite() < 0) {
            return;
        }
        int first = -1;
        int bad = 0;
        for (int i = 0; i < values.size(); i++) {
            if (!Double.isFinite(values.getDouble(i))) {
                first = bad == 0 ? i : first;
                bad++;
            }
        }
        if (bad > 0) {
            String others = bad == 1 ? "" : ", and " + (bad - 1) + " more of " + values.size() + " numbers";
            throw new WhenceException(
                    ErrorCode.INPUT_INVALID,
                    source + ": " + name(values.getDouble(first)) + " at " + place(values.shape(), first) + others
                            + "; every number must be finite.");
        }
    }

    static String name(double value) {
        return Double.isNaN(value) ? "NaN" : value > 0 ? "infinity" : "-infinity";
    }

    /** The index of a flat position, such as {@code [3, 0, 17]}. */
    static String place(long[] shape, int flat) {
        long[] index = new long[shape.length];
        long rest = flat;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            index[axis] = rest % shape[axis];
            rest /= shape[axis];
        }
        return Arrays.toString(index);
    }
}
