package dev.whence.graph.operators;

import dev.whence.core.NdArray;
import dev.whence.tensor.Tensor;

/**
 * Slopes (f(x) - f(r)) / (x - r) of common functions in forms that do not cancel when x and r are close. Each is finite at
 * x = r, where it is the derivative, and broadcasts x against r.
 */
final class Secants {
    /** The least distance of two numbers in half precision. */
    private static final double LEAST_HALF = 0x1p-24;

    private Secants() {}

    /**
     * Of e^x: from the larger point downwards, so that nothing overflows where the secant does not. Two points at minus
     * infinity, as masks make them, count as equal.
     */
    static Tensor exp(Tensor x, Tensor r) {
        Tensor high = x.maximum(r);
        Tensor down = x.minimum(r).minus(high);
        Tensor same = x.equalTo(r);
        return high.exp().times(ratioOfExpm1(same.where(Tensor.zeros(down.type()), down)));
    }

    /** (e^d - 1) / d, 1 at d = 0. */
    private static Tensor ratioOfExpm1(Tensor d) {
        Tensor isZero = d.equalTo(0);
        Tensor one = one(d);
        return isZero.where(one, d.expm1().divide(isZero.where(one, d)));
    }

    /**
     * Of max(x, 0): the larger point over the distance, cut to 0 to 1. Nothing cancels, so that no distance is too small;
     * where there is none, the slope on that side.
     */
    static Tensor relu(Tensor x, Tensor r) {
        double least = x.type() == NdArray.Type.FLOAT16 ? LEAST_HALF : Float.MIN_NORMAL;
        Tensor distance = x.minus(r).absInPlace().atLeastInPlace(least);
        return x.maximum(r).divideInPlace(distance).clampInPlace(0, 1);
    }

    /** Of ln x: ln(1 + d / low) / d with d the distance and low the smaller point. */
    static Tensor log(Tensor x, Tensor r) {
        Tensor low = x.minimum(r);
        Tensor d = x.maximum(r).minus(low);
        Tensor isZero = d.equalTo(0);
        return isZero.where(low.reciprocal(), d.divide(low).log1p().divide(isZero.where(one(d), d)));
    }

    /** Of the square root: 1 / (sqrt x + sqrt r). */
    static Tensor sqrt(Tensor x, Tensor r) {
        return x.sqrt().plus(r.sqrt()).reciprocal();
    }

    /** Of x^-1/2: -1 / (sqrt(x r) (sqrt x + sqrt r)). */
    static Tensor inverseSqrt(Tensor x, Tensor r) {
        Tensor a = x.sqrt();
        Tensor b = r.sqrt();
        return a.times(b).times(a.plus(b)).reciprocal().negate();
    }

    /** Of 1 / x: -1 / (x r). */
    static Tensor reciprocal(Tensor x, Tensor r) {
        return x.reciprocal().times(r.reciprocal()).negate();
    }

    /** Of the logistic function s: s(high) s(-low) (1 - e^-d) / d. */
    static Tensor sigmoid(Tensor x, Tensor r) {
        Tensor high = x.maximum(r);
        Tensor low = x.minimum(r);
        return high.sigmoid().times(low.negate().sigmoid()).times(ratioOfExpm1(low.minus(high)));
    }

    /** Of the hyperbolic tangent, which is 2 s(2x) - 1. */
    static Tensor tanh(Tensor x, Tensor r) {
        return sigmoid(x.times(2), r.times(2)).times(4);
    }

    /** Of ln(1 + e^x): -ln(1 + s(high) (e^-d - 1)) / d for close points, the plain difference for distant ones. */
    static Tensor softplus(Tensor x, Tensor r) {
        Tensor high = x.maximum(r);
        Tensor low = x.minimum(r);
        Tensor d = high.minus(low);
        Tensor isZero = d.equalTo(0);
        Tensor close = high.sigmoid().times(d.negate().expm1()).log1p().negate();
        Tensor distant = Activations.softplus(high).minus(Activations.softplus(low));
        Tensor rise = d.lessThan(1).where(close, distant);
        return isZero.where(high.sigmoid(), rise.divide(isZero.where(one(d), d)));
    }

    /** Of the sine: cos of the midpoint times sin(h) / h with h half the distance. */
    static Tensor sin(Tensor x, Tensor r) {
        return x.plus(r).times(0.5).cos().times(sinc(x.minus(r).times(0.5)));
    }

    /** Of the cosine: -sin of the midpoint times sin(h) / h with h half the distance. */
    static Tensor cos(Tensor x, Tensor r) {
        return x.plus(r).times(0.5).sin().times(sinc(x.minus(r).times(0.5))).negate();
    }

    private static Tensor sinc(Tensor h) {
        Tensor isZero = h.equalTo(0);
        Tensor one = one(h);
        return isZero.where(one, h.sin().divide(isZero.where(one, h)));
    }

    private static Tensor one(Tensor like) {
        return Broadcasting.number(1, like);
    }
}
