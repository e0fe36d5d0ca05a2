package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Call;
import dev.whence.graph.Kind;
import dev.whence.graph.Slot;
import dev.whence.tensor.Tensor;
import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What operators on several inputs of different shapes share: the common shape, whole-number results, gradients. */
final class Broadcasting {
    private Broadcasting() {}

    /** The shape to which the shapes of all inputs of a call are stretched. */
    static long[] shape(Call c) {
        long[] shape = c.shape(0);
        for (int i = 1; i < c.arity(); i++) {
            shape = shape(shape, c.shape(i));
        }
        return shape;
    }

    /** The shape to which two shapes are stretched. */
    static long[] shape(long[] a, long[] b) {
        long[] out = new long[Math.max(a.length, b.length)];
        for (int i = 0; i < out.length; i++) {
            long left = i < a.length ? a[a.length - 1 - i] : 1;
            long right = i < b.length ? b[b.length - 1 - i] : 1;
            if (left != right && left != 1 && right != 1) {
                throw new WhenceException(
                        ErrorCode.SHAPE_MISMATCH,
                        "shapes " + Arrays.toString(a) + " and " + Arrays.toString(b)
                                + " cannot be broadcast to one another");
            }
            out[out.length - 1 - i] = left == 1 ? right : left;
        }
        return out;
    }

    /**
     * A result of integer arithmetic under its declared type: unsigned numbers that are kept wider wrap around as their own
     * width does.
     */
    static Tensor settled(Tensor result, NdArray.Type type) {
        return switch (type) {
            case UINT16 ->
                result.bitAnd(bits(0xFFFF, NdArray.Type.INT32, result)).as(type);
            case UINT32 ->
                result.bitAnd(bits(0xFFFFFFFFL, NdArray.Type.INT64, result)).as(type);
            case UINT64 -> result.as(type);
            default -> result;
        };
    }

    private static Tensor bits(long mask, NdArray.Type stored, Tensor like) {
        return Tensor.full(mask, stored).on(like.device());
    }

    /** A number in the type of {@code like} and on its device. */
    static Tensor number(double value, Tensor like) {
        return Tensor.full(value, like.type()).on(like.device());
    }

    /** Whether the numbers are 64 bits without sign, which native comparisons take for signed ones. */
    static boolean isUnsigned64(Tensor x) {
        return x.type() == NdArray.Type.UINT64;
    }

    /** The same numbers, moved so that native comparisons order them rightly. */
    static Tensor ordered(Tensor x) {
        return isUnsigned64(x)
                ? x.bitXor(Tensor.full(Long.MIN_VALUE, NdArray.Type.INT64).on(x.device()))
                : x;
    }

    /** A function of input 0 whose constants may be larger than it; then the input is stretched first. */
    static Kind elementwise(Call c, Kind.@Nullable Secant secant) {
        long[] wide = shape(c);
        if (Arrays.equals(wide, c.shape(0))) {
            return new Kind.Elementwise(secant);
        }
        return new Kind.Composite((emitter, call, in) -> {
            @Nullable Slot[] stretched = in.clone();
            stretched[0] = emitter.apply("Expand", in[0], emitter.constant(shape(call)));
            return new Slot[] {emitter.apply(call.node().operator(), call.attributes(), stretched)};
        });
    }

    /** Gradients of a broadcasting operator of two inputs, summed to the inputs' shapes. */
    static @Nullable Tensor[] both(
            Call c, @Nullable Tensor[] gys, UnaryOperator<Tensor> left, UnaryOperator<Tensor> right) {
        Tensor gy = gys[0];
        return gy == null ? new @Nullable Tensor[c.arity()] : each(c, i -> (i == 0 ? left : right).apply(gy));
    }

    /** Gradients towards every active input, summed to the inputs' shapes. */
    static @Nullable Tensor[] each(Call c, IntFunction<Tensor> gradient) {
        @Nullable Tensor[] out = new @Nullable Tensor[c.arity()];
        for (int i = 0; i < out.length; i++) {
            if (c.isActive(i)) {
                out[i] = gradient.apply(i).sumTo(c.shape(i));
            }
        }
        return out;
    }
}
