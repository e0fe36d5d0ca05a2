package dev.whence.graph.operators;

import dev.whence.tensor.Tensor;

/** Formulas that several activation operators share. */
final class Activations {
    private static final double GELU_SCALE = Math.sqrt(2 / Math.PI);
    private static final double GELU_CUBE = 0.044715;

    private Activations() {}

    /** min(x, 0). */
    static Tensor negativePart(Tensor x) {
        return x.negate().relu().negate();
    }

    /** ln(1 + e^x) to full accuracy: max(x, 0) + ln(1 + e^-|x|). */
    static Tensor softplus(Tensor x) {
        return x.relu().plus(x.abs().negate().exp().log1p());
    }

    /** The truth values as numbers of the type of {@code like}. */
    static Tensor indicator(Tensor truth, Tensor like) {
        return truth.to(like.type());
    }

    /** A number in the type of {@code like}, to stand beside it in a selection. */
    static Tensor number(double value, Tensor like) {
        return Tensor.full(value, like.type()).on(like.device());
    }

    /** The derivative of x times the normal distribution function. */
    static Tensor geluSlope(Tensor x) {
        Tensor distribution = x.times(Math.sqrt(0.5)).erf().plus(1).times(0.5);
        Tensor density = x.times(x).times(-0.5).exp().times(1 / Math.sqrt(2 * Math.PI));
        return distribution.plus(x.times(density));
    }

    /** The derivative of the tanh form of {@link #geluSlope}. */
    static Tensor geluTanhSlope(Tensor x) {
        Tensor square = x.times(x);
        Tensor t = x.times(square.times(GELU_CUBE).plus(1)).times(GELU_SCALE).tanh();
        Tensor inner = square.times(3 * GELU_CUBE).plus(1).times(GELU_SCALE);
        Tensor rise = t.times(t).negate().plus(1).times(inner).times(x);
        return t.plus(1).plus(rise).times(0.5);
    }

    /** The derivative of x tanh(softplus(x)). */
    static Tensor mishSlope(Tensor x) {
        Tensor t = softplus(x).tanh();
        return t.plus(x.times(x.sigmoid()).times(t.times(t).negate().plus(1)));
    }
}
