package dev.whence.graph.operators;

import dev.whence.tensor.Tensor;

/** Running sums and products along an axis. */
final class Cumulation {
    private Cumulation() {}

    /** The sum of the entries up to each one; exclusive ones leave the entry itself out, reversed ones run backwards. */
    static Tensor sum(Tensor x, int axis, boolean isExclusive, boolean isReversed) {
        Tensor v = isReversed ? x.flip(axis) : x;
        Tensor y = (isExclusive ? shifted(v, axis, 0) : v).cumulativeSum(axis).to(x.type());
        return isReversed ? y.flip(axis) : y;
    }

    /** As {@link #sum} with products. */
    static Tensor product(Tensor x, int axis, boolean isExclusive, boolean isReversed) {
        Tensor v = isReversed ? x.flip(axis) : x;
        Tensor y =
                (isExclusive ? shifted(v, axis, 1) : v).cumulativeProduct(axis).to(x.type());
        return isReversed ? y.flip(axis) : y;
    }

    /** Every entry moved back by one place, with a value in front. */
    private static Tensor shifted(Tensor x, int axis, double first) {
        long[] shape = x.shape();
        if (shape[axis] == 0) {
            return x;
        }
        shape[axis] = 1;
        Tensor front = Tensor.full(first, x.type(), shape).on(x.device());
        return Tensor.concat(axis, front, x.narrow(axis, 0, x.dimension(axis) - 1));
    }
}
