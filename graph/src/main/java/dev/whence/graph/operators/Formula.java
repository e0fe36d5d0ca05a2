package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attributes;
import dev.whence.graph.Emitter;
import dev.whence.graph.Slot;
import dev.whence.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Short words for writing an operator down with smaller ones.
 *
 * @param emitter runs them
 * @param type the element type of constants
 */
record Formula(Emitter emitter, NdArray.Type type) {

    /** An input of an operator that must be given. */
    static Slot given(@Nullable Slot[] in, int index) {
        Slot slot = index < in.length ? in[index] : null;
        if (slot == null) {
            throw new WhenceException(
                    ErrorCode.MODEL_INVALID, "input " + index + " is missing; this operator cannot work without it");
        }
        return slot;
    }

    /** A constant scalar. */
    Slot number(double value) {
        return emitter.constant(Tensor.full(value, type));
    }

    /** A constant of its own handle, in the type of this formula. */
    Slot constant(Tensor tensor) {
        return emitter.constant(tensor.to(type).alias());
    }

    Slot plus(Slot a, Slot b) {
        return emitter.apply("Add", a, b);
    }

    Slot minus(Slot a, Slot b) {
        return emitter.apply("Sub", a, b);
    }

    Slot times(Slot a, Slot b) {
        return emitter.apply("Mul", a, b);
    }

    Slot over(Slot a, Slot b) {
        return emitter.apply("Div", a, b);
    }

    Slot product(Slot a, Slot b) {
        return emitter.apply("MatMul", a, b);
    }

    /** An operator of one input without attributes, such as {@code Exp}. */
    Slot apply(String operator, Slot x) {
        return emitter.apply(operator, x);
    }

    /** A reduction such as {@code ReduceMean} over axes, which stay with length 1. */
    Slot reduce(String operator, Slot x, long... axes) {
        return emitter.apply(operator, Attributes.of("keepdims", 1), x, emitter.constant(axes));
    }

    Slot reshape(Slot x, long... shape) {
        return emitter.apply("Reshape", Attributes.of("allowzero", 1), x, emitter.constant(shape));
    }

    Slot permute(Slot x, long... order) {
        return emitter.apply("Transpose", Attributes.of("perm", order), x);
    }

    Slot squeeze(Slot x, long... axes) {
        return emitter.apply("Squeeze", x, emitter.constant(axes));
    }

    Slot unsqueeze(Slot x, long... axes) {
        return emitter.apply("Unsqueeze", x, emitter.constant(axes));
    }

    Slot concat(int axis, List<Slot> parts) {
        return parts.size() == 1
                ? parts.getFirst()
                : emitter.apply("Concat", Attributes.of("axis", axis), parts.toArray(new Slot[0]));
    }

    /** Equal parts along an axis. */
    Slot[] split(Slot x, int axis, int parts) {
        if (parts == 1) {
            return new Slot[] {x};
        }
        return emitter.applyMany("Split", parts, Attributes.of("axis", axis).with("num_outputs", parts), x);
    }

    /** Entries {@code from} (inclusive) to {@code to} (exclusive) of an axis. */
    Slot slice(Slot x, int axis, long from, long to) {
        return emitter.apply(
                "Slice", x, emitter.constant(from), emitter.constant(to), emitter.constant(new long[] {axis}));
    }
}
