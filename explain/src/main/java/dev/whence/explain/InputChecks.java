package dev.whence.explain;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Dimension;
import dev.whence.graph.Graph;
import dev.whence.graph.Value;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Refuses inputs that do not fit a model, saying what is wanted and what was found. */
final class InputChecks {
    private InputChecks() {}

    /** Checks names, ranks, shapes and types against the model, and that every number is finite. */
    static void require(Graph graph, Map<String, NdArray> inputs) {
        for (String name : inputs.keySet()) {
            if (graph.inputs().stream().noneMatch(i -> i.name().equals(name))) {
                throw new WhenceException(
                        ErrorCode.INPUT_INVALID,
                        "The model has no input '" + name + "'; its inputs are " + graph.inputs() + ".");
            }
        }
        for (Value declared : graph.inputs()) {
            NdArray array = inputs.get(declared.name());
            if (array != null) {
                requireFit(declared, array);
            }
        }
        requireFinite("input", inputs);
    }

    private static void requireFit(Value declared, NdArray array) {
        List<Dimension> shape = declared.shape();
        boolean fits = shape == null || shape.size() == array.rank();
        for (int i = 0; fits && shape != null && i < shape.size(); i++) {
            // The batch may differ: examples are run in batches of the model's size.
            fits = i == 0 || !(shape.get(i) instanceof Dimension.Fixed(long wanted)) || wanted == array.dimension(i);
        }
        if (!fits) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "Input '" + declared.name() + "' wants " + declared + ", but the given array is " + array + ".");
        }
        NdArray.Type type = declared.type();
        if (type != null && type.isFloating() != array.type().isFloating()) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "Input '" + declared.name() + "' wants elements of type " + type + ", but the given array is "
                            + array + ".");
        }
        if (array.size() == 0) {
            throw new WhenceException(
                    ErrorCode.INPUT_INVALID,
                    "Input '" + declared.name() + "' is empty: its shape is " + Arrays.toString(array.shape()) + ".");
        }
    }

    /** Refuses NaN and infinity, naming the place. */
    static void requireFinite(String what, Map<String, NdArray> arrays) {
        arrays.forEach((name, array) -> {
            int i = array.firstNotFinite();
            if (i >= 0) {
                throw new WhenceException(
                        ErrorCode.INPUT_INVALID,
                        "The " + what + " '" + name + "' holds " + array.getDouble(i) + " at "
                                + Arrays.toString(place(i, array)) + "; every number must be finite.");
            }
        });
    }

    private static long[] place(int flat, NdArray array) {
        long[] shape = array.shape();
        long[] place = new long[shape.length];
        long rest = flat;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            place[axis] = rest % shape[axis];
            rest /= shape[axis];
        }
        return place;
    }

    /** Whether a reference is the same as an input everywhere. */
    static boolean isSame(NdArray reference, @Nullable NdArray input) {
        if (input == null || input.size() == 0 || input.size() % Math.max(1, reference.size()) != 0) {
            return false;
        }
        for (int i = 0; i < input.size(); i++) {
            if (input.getDouble(i) != reference.getDouble(i % reference.size())) {
                return false;
            }
        }
        return true;
    }

    /** Refuses a reference that has neither an input's shape nor the same with a batch of one. */
    static void requireFit(Request request, Map<String, NdArray> reference) {
        reference.forEach((name, array) -> {
            NdArray input = request.inputs().get(name);
            if (input == null) {
                return;
            }
            long[] wanted = input.shape();
            long[] found = array.shape();
            boolean fits = wanted.length == found.length;
            for (int i = 0; fits && i < wanted.length; i++) {
                fits = found[i] == wanted[i] || (i == 0 && found[i] == 1);
            }
            if (!fits) {
                throw new WhenceException(
                        ErrorCode.SHAPE_MISMATCH,
                        "The reference for input '" + name + "' has shape " + Arrays.toString(found)
                                + "; wanted is the input's shape " + Arrays.toString(wanted)
                                + ", or the same with a batch of one.");
            }
        });
    }
}
