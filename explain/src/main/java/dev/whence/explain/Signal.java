package dev.whence.explain;

import dev.whence.tensor.Tensor;

/**
 * What travels backward: the multiplier (or gradient) of a value towards the target. RevealCancel tells the positive and the
 * negative part of a difference apart; every other rule carries the same tensor for both.
 *
 * @param plus multiplier of the positive part
 * @param minus multiplier of the negative part
 */
record Signal(Tensor plus, Tensor minus) {
    /** One multiplier for both parts. */
    static Signal of(Tensor both) {
        return new Signal(both, both);
    }

    /** Whether the parts have multipliers of their own. */
    boolean isSplit() {
        return plus != minus;
    }

    /** The same change on both parts. */
    Signal map(java.util.function.UnaryOperator<Tensor> change) {
        return isSplit() ? new Signal(change.apply(plus), change.apply(minus)) : of(change.apply(plus));
    }

    Signal plus(Signal other) {
        return isSplit() || other.isSplit()
                ? new Signal(plus.plus(other.plus), minus.plus(other.minus))
                : of(plus.plus(other.plus));
    }

    void close() {
        plus.close();
        minus.close();
    }

    Signal exported(dev.whence.tensor.TensorScope scope) {
        return isSplit() ? new Signal(scope.export(plus), scope.export(minus)) : of(scope.export(plus));
    }
}
