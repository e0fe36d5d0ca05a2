package dev.whence.explain;

import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;

/**
 * The positive and the negative part of a difference: evidence that raises and evidence that lowers. They add up to the
 * difference; the positive part need not be where the difference is positive.
 *
 * @param plus the positive part
 * @param minus the negative part
 */
record Parts(Tensor plus, Tensor minus) {
    /** Split by sign, as at an input. */
    static Parts bySign(Tensor difference) {
        return new Parts(difference.atLeast(0), difference.atMost(0));
    }

    /** Each element times its coefficient: a negative one turns evidence around. */
    Parts scaled(Tensor coefficient) {
        Tensor positive = coefficient.greaterThan(0);
        Tensor towards = plus.times(coefficient);
        Tensor against = minus.times(coefficient);
        return new Parts(positive.where(towards, against), positive.where(against, towards));
    }

    Parts plus(Parts other) {
        return new Parts(plus.plus(other.plus), minus.plus(other.minus));
    }

    Parts swapped() {
        return new Parts(minus, plus);
    }

    Parts exported(TensorScope scope) {
        return new Parts(scope.export(plus), scope.export(minus));
    }
}
