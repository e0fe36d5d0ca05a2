package dev.whence.graph.operators;

import dev.whence.graph.Call;
import dev.whence.tensor.Tensor;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Over which axes a reduction runs: an attribute or a second input by opset, all axes if none is named (or none at all with
 * {@code noop_with_empty_axes}).
 *
 * @param axes ascending, counted from the front
 * @param keeps whether reduced axes stay with length 1
 */
record Reduction(long[] axes, boolean keeps) {

    static Reduction of(Call c) {
        int rank = c.rank(0);
        long[] named = c.has(1)
                ? c.in(1).toLongs()
                : c.attributes().has("axes") ? c.attributes().integers("axes") : new long[0];
        boolean keeps = c.attributes().flag("keepdims", true);
        if (named.length == 0) {
            boolean none = c.attributes().flag("noop_with_empty_axes", false);
            return new Reduction(
                    none ? named : IntStream.range(0, rank).asLongStream().toArray(), keeps);
        }
        long[] axes = Arrays.stream(named)
                .map(a -> Call.axis(a, rank))
                .sorted()
                .distinct()
                .toArray();
        return new Reduction(rank == 0 ? new long[0] : axes, keeps);
    }

    /** Whether an axis is reduced. */
    boolean covers(int axis) {
        return Arrays.binarySearch(axes, axis) >= 0;
    }

    /** How many elements meet in one. */
    long count(long[] shape) {
        long n = 1;
        for (long a : axes) {
            n *= shape[(int) a];
        }
        return n;
    }

    /** The shape of the result with reduced axes kept at length 1. */
    long[] keptShape(long[] shape) {
        long[] out = shape.clone();
        for (long a : axes) {
            out[(int) a] = 1;
        }
        return out;
    }

    /** The shape of the result. */
    long[] resultShape(long[] shape) {
        return keeps
                ? keptShape(shape)
                : IntStream.range(0, shape.length)
                        .filter(i -> !covers(i))
                        .mapToLong(i -> shape[i])
                        .toArray();
    }

    /** Reduces by a function that gets a tensor with at least one element to each result; else fills with a value. */
    Tensor apply(Tensor x, double ofNothing, Function<Tensor, Tensor> reduce) {
        if (axes.length == 0) {
            return x;
        }
        return count(x.shape()) == 0
                ? Tensor.full(ofNothing, x.type(), resultShape(x.shape())).on(x.device())
                : reduce.apply(x);
    }

    /** A result, or its gradient, stretched over the elements it came from. */
    Tensor spread(Tensor result, long[] shape) {
        return result.reshape(keptShape(shape)).expand(shape);
    }

    /** Elements that meet in one result side by side in a new last axis, in front of it the result's shape. */
    Tensor gathered(Tensor x) {
        long[] shape = x.shape();
        long[] wanted = Arrays.copyOf(resultShape(shape), resultShape(shape).length + 1);
        wanted[wanted.length - 1] = count(shape);
        return x.permute(order(shape.length)).reshape(wanted);
    }

    /** Undoes {@link #gathered} for an input of the given shape. */
    Tensor scattered(Tensor g, long[] shape) {
        long[] order = order(shape.length);
        long[] moved = new long[order.length];
        long[] back = new long[order.length];
        for (int i = 0; i < order.length; i++) {
            moved[i] = shape[(int) order[i]];
            back[(int) order[i]] = i;
        }
        return g.reshape(moved).permute(back);
    }

    /** The axes with the reduced ones last. */
    long[] order(int rank) {
        return IntStream.concat(
                        IntStream.range(0, rank).filter(i -> !covers(i)),
                        IntStream.range(0, rank).filter(this::covers))
                .asLongStream()
                .toArray();
    }
}
