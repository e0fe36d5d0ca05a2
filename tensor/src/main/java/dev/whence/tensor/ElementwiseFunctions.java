package dev.whence.tensor;

import dev.whence.core.NdArray;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.global.torch;

/** The functions of a tensor that work element by element; with a second operand, both are broadcast. */
abstract sealed class ElementwiseFunctions permits Tensor {
    final org.bytedeco.pytorch.Tensor at;

    ElementwiseFunctions(org.bytedeco.pytorch.Tensor at) {
        this.at = at;
    }

    /** The element type. */
    public abstract NdArray.Type type();

    // ---- of one tensor -----------------------------------------------------------------------------------------

    /** Elementwise: -x. */
    public Tensor negate() {
        return Tensor.wrap(torch.neg(at));
    }

    /** Elementwise: |x|. */
    public Tensor abs() {
        return Tensor.wrap(torch.abs(at));
    }

    /** Elementwise: e^x. */
    public Tensor exp() {
        return Tensor.wrap(torch.exp(at));
    }

    /** Elementwise: e^x - 1. */
    public Tensor expm1() {
        return Tensor.wrap(torch.expm1(at));
    }

    /** Elementwise: ln x. */
    public Tensor log() {
        return Tensor.wrap(torch.log(at));
    }

    /** Elementwise: ln(1 + x). */
    public Tensor log1p() {
        return Tensor.wrap(torch.log1p(at));
    }

    /** Elementwise: the square root. */
    public Tensor sqrt() {
        return Tensor.wrap(torch.sqrt(at));
    }

    /** Elementwise: 1 / sqrt(x). */
    public Tensor rsqrt() {
        return Tensor.wrap(torch.rsqrt(at));
    }

    /** Elementwise: 1 / x. */
    public Tensor reciprocal() {
        return Tensor.wrap(torch.reciprocal(at));
    }

    /** Elementwise: the sine. */
    public Tensor sin() {
        return Tensor.wrap(torch.sin(at));
    }

    /** Elementwise: the cosine. */
    public Tensor cos() {
        return Tensor.wrap(torch.cos(at));
    }

    /** Elementwise: the tangent. */
    public Tensor tan() {
        return Tensor.wrap(torch.tan(at));
    }

    /** Elementwise: the inverse sine. */
    public Tensor asin() {
        return Tensor.wrap(torch.asin(at));
    }

    /** Elementwise: the inverse cosine. */
    public Tensor acos() {
        return Tensor.wrap(torch.acos(at));
    }

    /** Elementwise: the inverse tangent. */
    public Tensor atan() {
        return Tensor.wrap(torch.atan(at));
    }

    /** Elementwise: the hyperbolic sine. */
    public Tensor sinh() {
        return Tensor.wrap(torch.sinh(at));
    }

    /** Elementwise: the hyperbolic cosine. */
    public Tensor cosh() {
        return Tensor.wrap(torch.cosh(at));
    }

    /** Elementwise: the hyperbolic tangent. */
    public Tensor tanh() {
        return Tensor.wrap(torch.tanh(at));
    }

    /** Elementwise: the inverse hyperbolic sine. */
    public Tensor asinh() {
        return Tensor.wrap(torch.asinh(at));
    }

    /** Elementwise: the inverse hyperbolic cosine. */
    public Tensor acosh() {
        return Tensor.wrap(torch.acosh(at));
    }

    /** Elementwise: the inverse hyperbolic tangent. */
    public Tensor atanh() {
        return Tensor.wrap(torch.atanh(at));
    }

    /** Elementwise: 1 / (1 + e^-x). */
    public Tensor sigmoid() {
        return Tensor.wrap(torch.sigmoid(at));
    }

    /** Elementwise: max(x, 0). */
    public Tensor relu() {
        return Tensor.wrap(torch.relu(at));
    }

    /** Elementwise: ln(1 + e^x), without overflow. */
    public Tensor softplus() {
        return Tensor.wrap(torch.softplus(at));
    }

    /** Elementwise: x times the normal distribution function of x; {@code approximate} uses the tanh form. */
    public Tensor gelu(boolean approximate) {
        return Tensor.wrap(torch.gelu(at, approximate ? "tanh" : "none"));
    }

    /** Elementwise: the error function. */
    public Tensor erf() {
        return Tensor.wrap(torch.erf(at));
    }

    /** Elementwise: the largest integer not above x. */
    public Tensor floor() {
        return Tensor.wrap(torch.floor(at));
    }

    /** Elementwise: the smallest integer not below x. */
    public Tensor ceil() {
        return Tensor.wrap(torch.ceil(at));
    }

    /** Elementwise: the nearest integer, halves to even. */
    public Tensor round() {
        return Tensor.wrap(torch.round(at));
    }

    /** Elementwise: the integer part. */
    public Tensor truncate() {
        return Tensor.wrap(torch.trunc(at));
    }

    /** Elementwise: -1, 0 or 1. */
    public Tensor sign() {
        return Tensor.wrap(torch.sign(at));
    }

    /** Elementwise: whether x is not a number. */
    public Tensor isNan() {
        return Tensor.wrap(torch.isnan(at));
    }

    /** Elementwise: whether x is infinite. */
    public Tensor isInfinite() {
        return Tensor.wrap(torch.isinf(at));
    }

    /** Elementwise: logical negation. */
    public Tensor not() {
        return Tensor.wrap(torch.logical_not(at));
    }

    /** Elementwise: bitwise negation. */
    public Tensor bitNot() {
        return Tensor.wrap(torch.bitwise_not(at));
    }

    /** Elementwise: the digamma function. */
    public Tensor digamma() {
        return Tensor.wrap(torch.digamma(at));
    }

    // ---- of two tensors ----------------------------------------------------------------------------------------

    /** Broadcasting, elementwise: x + other. */
    public Tensor plus(Tensor other) {
        return Tensor.wrap(torch.add(at, other.at));
    }

    /** Broadcasting, elementwise: x - other. */
    public Tensor minus(Tensor other) {
        return Tensor.wrap(torch.sub(at, other.at));
    }

    /** Broadcasting, elementwise: x * other. */
    public Tensor times(Tensor other) {
        return Tensor.wrap(torch.mul(at, other.at));
    }

    /** Broadcasting, elementwise: x / other (true division). */
    public Tensor divide(Tensor other) {
        return Tensor.wrap(torch.div(at, other.at));
    }

    /** Broadcasting, elementwise: x / other cut off to its integer part; exact for integers. */
    public Tensor divideTruncating(Tensor other) {
        try (BytePointer name = new BytePointer("trunc");
                StringViewOptional mode = new StringViewOptional(name)) {
            return Tensor.wrap(torch.div(at, other.at, mode));
        }
    }

    /** Broadcasting, elementwise: x to the power of other. */
    public Tensor power(Tensor other) {
        return Tensor.wrap(torch.pow(at, other.at));
    }

    /** Broadcasting, elementwise: the larger of both. */
    public Tensor maximum(Tensor other) {
        return Tensor.wrap(torch.maximum(at, other.at));
    }

    /** Broadcasting, elementwise: the smaller of both. */
    public Tensor minimum(Tensor other) {
        return Tensor.wrap(torch.minimum(at, other.at));
    }

    /** Broadcasting, elementwise: x == other. */
    public Tensor equalTo(Tensor other) {
        return Tensor.wrap(torch.eq(at, other.at));
    }

    /** Broadcasting, elementwise: x != other. */
    public Tensor notEqualTo(Tensor other) {
        return Tensor.wrap(torch.ne(at, other.at));
    }

    /** Broadcasting, elementwise: x < other. */
    public Tensor lessThan(Tensor other) {
        return Tensor.wrap(torch.lt(at, other.at));
    }

    /** Broadcasting, elementwise: x <= other. */
    public Tensor lessOrEqual(Tensor other) {
        return Tensor.wrap(torch.le(at, other.at));
    }

    /** Broadcasting, elementwise: x > other. */
    public Tensor greaterThan(Tensor other) {
        return Tensor.wrap(torch.gt(at, other.at));
    }

    /** Broadcasting, elementwise: x >= other. */
    public Tensor greaterOrEqual(Tensor other) {
        return Tensor.wrap(torch.ge(at, other.at));
    }

    /** Broadcasting, elementwise: logical and. */
    public Tensor and(Tensor other) {
        return Tensor.wrap(torch.logical_and(at, other.at));
    }

    /** Broadcasting, elementwise: logical or. */
    public Tensor or(Tensor other) {
        return Tensor.wrap(torch.logical_or(at, other.at));
    }

    /** Broadcasting, elementwise: logical exclusive or. */
    public Tensor xor(Tensor other) {
        return Tensor.wrap(torch.logical_xor(at, other.at));
    }

    /** Broadcasting, elementwise: bitwise and. */
    public Tensor bitAnd(Tensor other) {
        return Tensor.wrap(torch.bitwise_and(at, other.at));
    }

    /** Broadcasting, elementwise: bitwise or. */
    public Tensor bitOr(Tensor other) {
        return Tensor.wrap(torch.bitwise_or(at, other.at));
    }

    /** Broadcasting, elementwise: bitwise exclusive or. */
    public Tensor bitXor(Tensor other) {
        return Tensor.wrap(torch.bitwise_xor(at, other.at));
    }

    /** Broadcasting, elementwise: bits shifted left. */
    public Tensor shiftLeft(Tensor other) {
        return Tensor.wrap(torch.bitwise_left_shift(at, other.at));
    }

    /** Broadcasting, elementwise: bits shifted right. */
    public Tensor shiftRight(Tensor other) {
        return Tensor.wrap(torch.bitwise_right_shift(at, other.at));
    }

    /** Broadcasting, elementwise: the remainder with the sign of x. */
    public Tensor fmod(Tensor other) {
        return Tensor.wrap(torch.fmod(at, other.at));
    }

    /** Broadcasting, elementwise: the remainder with the sign of other. */
    public Tensor remainder(Tensor other) {
        return Tensor.wrap(torch.remainder(at, other.at));
    }

    // ---- of a tensor and a number ------------------------------------------------------------------------------

    /** As {@link #plus(Tensor)} with a number. */
    public Tensor plus(double other) {
        try (Scalar s = scalar(other)) {
            return Tensor.wrap(torch.add(at, s));
        }
    }

    /** As {@link #minus(Tensor)} with a number. */
    public Tensor minus(double other) {
        try (Scalar s = scalar(other)) {
            return Tensor.wrap(torch.sub(at, s));
        }
    }

    /** As {@link #times(Tensor)} with a number. */
    public Tensor times(double other) {
        try (Scalar s = scalar(other)) {
            return Tensor.wrap(torch.mul(at, s));
        }
    }

    /** As {@link #divide(Tensor)} with a number. */
    public Tensor divide(double other) {
        try (Scalar s = scalar(other)) {
            return Tensor.wrap(torch.div(at, s));
        }
    }

    /** As {@link #power(Tensor)} with a number. */
    public Tensor power(double other) {
        try (Scalar s = scalar(other)) {
            return Tensor.wrap(torch.pow(at, s));
        }
    }

    /** As {@link #equalTo(Tensor)} with a number. */
    public Tensor equalTo(double other) {
        try (Scalar s = scalar(other)) {
            return Tensor.wrap(torch.eq(at, s));
        }
    }

    /** As {@link #notEqualTo(Tensor)} with a number. */
    public Tensor notEqualTo(double other) {
        try (Scalar s = scalar(other)) {
            return Tensor.wrap(torch.ne(at, s));
        }
    }

    /** As {@link #lessThan(Tensor)} with a number. */
    public Tensor lessThan(double other) {
        try (Scalar s = scalar(other)) {
            return Tensor.wrap(torch.lt(at, s));
        }
    }

    /** As {@link #lessOrEqual(Tensor)} with a number. */
    public Tensor lessOrEqual(double other) {
        try (Scalar s = scalar(other)) {
            return Tensor.wrap(torch.le(at, s));
        }
    }

    /** As {@link #greaterThan(Tensor)} with a number. */
    public Tensor greaterThan(double other) {
        try (Scalar s = scalar(other)) {
            return Tensor.wrap(torch.gt(at, s));
        }
    }

    /** As {@link #greaterOrEqual(Tensor)} with a number. */
    public Tensor greaterOrEqual(double other) {
        try (Scalar s = scalar(other)) {
            return Tensor.wrap(torch.ge(at, s));
        }
    }

    /** The elements limited to the given range. */
    public Tensor clamp(double low, double high) {
        try (Scalar lo = number(low);
                Scalar hi = number(high);
                var from = new org.bytedeco.pytorch.ScalarOptional(lo);
                var to = new org.bytedeco.pytorch.ScalarOptional(hi)) {
            return Tensor.wrap(torch.clamp(at, from, to));
        }
    }

    /** The larger of each element and a number. */
    public Tensor atLeast(double low) {
        try (Scalar s = scalar(low)) {
            return Tensor.wrap(torch.clamp_min(at, s));
        }
    }

    /** The smaller of each element and a number. */
    public Tensor atMost(double high) {
        try (Scalar s = scalar(high)) {
            return Tensor.wrap(torch.clamp_max(at, s));
        }
    }

    // ---- numbers as operands -----------------------------------------------------------------------------------

    final Scalar scalar(double value) {
        return scalarFor(type(), value);
    }

    static Scalar scalarFor(NdArray.Type type, double value) {
        return type.isFloating() ? new Scalar(value) : number(value);
    }

    private static Scalar number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15 ? new Scalar((long) value) : new Scalar(value);
    }
}
