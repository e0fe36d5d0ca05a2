package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.tensor.Tensor;
import java.util.Arrays;

/** Shapes that come from a model or its data: checked before memory is asked for. */
final class Sizes {
    /** The most elements that one tensor of a computed shape may have. */
    static final long MOST_ELEMENTS = 1L << 31;

    /** The most elements of a tensor that is filled in Java. */
    private static final long MOST_IN_JAVA = 1L << 28;

    private Sizes() {}

    /** The shape itself, if a tensor of it may be made. */
    static long[] checked(long... shape) {
        long elements = 1;
        for (long d : shape) {
            if (d < 0) {
                throw new WhenceException(
                        ErrorCode.SHAPE_MISMATCH,
                        "its output would have the impossible shape " + Arrays.toString(shape));
            }
            elements = d == 0 || elements <= MOST_ELEMENTS / d ? elements * d : MOST_ELEMENTS + 1;
            if (elements > MOST_ELEMENTS) {
                throw new WhenceException(
                        ErrorCode.SHAPE_MISMATCH,
                        "its output of shape " + Arrays.toString(shape) + " would have more than " + MOST_ELEMENTS
                                + " elements");
            }
        }
        return shape;
    }

    /** The number of elements of a shape that is filled in Java. */
    static int inJava(long... shape) {
        long elements = 1;
        for (long d : checked(shape)) {
            elements *= d;
        }
        if (elements > MOST_IN_JAVA) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "its output of shape " + Arrays.toString(shape) + " would have more than " + MOST_IN_JAVA
                            + " elements");
        }
        return (int) elements;
    }

    /** The shape to which two shapes broadcast. */
    static long[] broadcast(long[] a, long[] b) {
        long[] out = new long[Math.max(a.length, b.length)];
        for (int i = 0; i < out.length; i++) {
            int fromA = i - out.length + a.length;
            int fromB = i - out.length + b.length;
            long left = fromA < 0 ? 1 : a[fromA];
            long right = fromB < 0 ? 1 : b[fromB];
            if (left != right && left != 1 && right != 1) {
                throw new WhenceException(
                        ErrorCode.SHAPE_MISMATCH,
                        "shapes " + Arrays.toString(a) + " and " + Arrays.toString(b) + " do not broadcast");
            }
            out[i] = left == 1 ? right : left;
        }
        return checked(out);
    }

    /** Zeros like a tensor's type and device, in another shape. */
    static Tensor zerosLike(Tensor like, long... shape) {
        return Tensor.zeros(like.type(), checked(shape)).on(like.device());
    }
}
