package dev.whence.explain;

import dev.whence.core.NdArray;
import dev.whence.graph.Call;
import dev.whence.graph.Kind;
import dev.whence.graph.Operator;
import dev.whence.tensor.Tensor;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Quotients of differences that stay finite: where a difference vanishes, the derivative takes its place. What counts as
 * vanishing, and where the derivative is taken, is a matter of convention.
 */
public enum Differences {
    /**
     * Threshold 1e-10 (float64) or 1e-6 (float32) times max(1, |x|, |r|), derivative halfway between input and reference: its
     * error is of third order, and it is the paper's derivative when both coincide.
     */
    WHENCE,
    /** As the code of the DeepLIFT authors: threshold 1e-7, derivative at the reference. */
    KUNDAJE,
    /** As Captum: threshold 1e-10, derivative at the input. */
    CAPTUM;

    /** Where |x - r| counts as vanishing. */
    Tensor isVanishing(Tensor difference, Tensor x, Tensor r) {
        return difference.abs().lessThan(threshold(x, r));
    }

    /** Below what a difference of x and r counts as vanishing; a single number or one an element. */
    Tensor threshold(Tensor x, Tensor r) {
        return switch (this) {
            case WHENCE -> x.abs().maximum(r.abs()).atLeastInPlace(1).mulInPlace(scale(x));
            case KUNDAJE -> Tensor.full(1e-7, x.type());
            case CAPTUM -> Tensor.full(1e-10, x.type());
        };
    }

    private static double scale(Tensor x) {
        return x.type() == NdArray.Type.FLOAT64 ? 1e-10 : 1e-6;
    }

    /** Where the derivative is taken. */
    private Tensor point(Tensor x, Tensor r) {
        return switch (this) {
            case WHENCE -> x.plus(r).times(0.5);
            case KUNDAJE -> r.plus(x.times(0));
            case CAPTUM -> x;
        };
    }

    /** The slope (f(x) - f(r)) / (x - r) of an elementwise operator; {@code x} and {@code r} know inputs and outputs. */
    Tensor slope(Operator operator, Kind.@Nullable Secant secant, Call x, Call r) {
        Tensor at = x.in(0);
        Tensor reference = r.in(0);
        if (secant != null && this == WHENCE) {
            return secant.between(x, at, reference);
        }
        Tensor difference = at.minus(reference);
        Tensor change = x.out(0).to(at.type()).minus(r.out(0).to(at.type()));
        Tensor vanishing = isVanishing(difference, at, reference);
        return quotient(change, difference, vanishing, () -> derivative(operator, x, point(at, reference)));
    }

    /** change / difference, with a fallback where the difference vanishes; the fallback is not computed if it never does. */
    static Tensor quotient(Tensor change, Tensor difference, Tensor vanishing, Supplier<Tensor> fallback) {
        if (!isAny(vanishing)) {
            return change.divide(difference);
        }
        Tensor one = Tensor.full(1, difference.type());
        return vanishing.where(fallback.get(), change.divide(vanishing.where(one, difference)));
    }

    private static boolean isAny(Tensor condition) {
        return condition.size() > 0
                && condition.to(NdArray.Type.UINT8).max(false, axes(condition)).item() > 0;
    }

    private static long[] axes(Tensor tensor) {
        long[] axes = new long[tensor.rank()];
        Arrays.setAll(axes, i -> i);
        return axes;
    }

    /** f' at a point. */
    static Tensor derivative(Operator operator, Call like, Tensor point) {
        Call there = like.with(0, point);
        there = there.withOutputs(operator.forward(there));
        Operator.Gradient gradient = Objects.requireNonNull(operator.gradient(), operator::toString);
        Tensor one = Tensor.full(1, point.type()).expand(point.shape());
        return Objects.requireNonNull(gradient.apply(there, new Tensor[] {one})[0], operator::toString);
    }
}
