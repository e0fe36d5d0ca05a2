package dev.whence.explain;

import dev.whence.graph.Call;
import dev.whence.graph.Operator;
import dev.whence.tensor.Tensor;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How linear maps carry the two parts of a difference (Shrikumar et al. 2017, section 3.5.1): maps with weights of both signs
 * group the products weight times difference by sign; scalings keep parts, turned around by negative coefficients.
 *
 * <p>With W = W+ + W- and |W| = W+ - W-, the sums over positive and over negative products are half of W d plus or minus
 * |W| |d|, so each direction takes two maps and not four.
 */
final class SplitRules {
    private SplitRules() {}

    /** Forward through weights: {@code change} is the map's output for {@code difference}. */
    static Parts weighted(Operator operator, Call call, int data, int weight, Tensor difference, Tensor change) {
        Tensor all = operator.forward(withoutBias(call, data, weight)
                        .with(data, difference.abs())
                        .with(weight, call.in(weight).abs()))
                .absInPlace();
        return new Parts(all.plus(change).mulInPlace(0.5), change.minus(all).mulInPlace(0.5));
    }

    /** Backward through weights. */
    static Signal weightedBack(Operator operator, Call call, int data, int weight, Tensor difference, Signal m) {
        if (!m.isSplit()) {
            return Signal.of(towards(operator, call, data, m.plus()));
        }
        Tensor both = towards(operator, call, data, m.plus().plus(m.minus()));
        Call absolute = call.with(weight, call.in(weight).abs()).with(data, difference);
        Tensor apart = towards(operator, absolute, data, m.plus().minus(m.minus()));
        return Signal.of(apart.times(difference.sign()).addInPlace(both).mulInPlace(0.5));
    }

    private static Tensor towards(Operator operator, Call call, int data, Tensor m) {
        Operator.Gradient gradient = Objects.requireNonNull(operator.gradient(), operator::toString);
        return Objects.requireNonNull(gradient.apply(call, new @Nullable Tensor[] {m})[data], operator::toString);
    }

    private static Call withoutBias(Call call, int data, int weight) {
        @Nullable Tensor[] inputs = call.inputs();
        for (int i = 0; i < inputs.length; i++) {
            if (i != data && i != weight) {
                inputs[i] = null;
            }
        }
        return call.with(inputs);
    }

    /** Backward through an elementwise coefficient, summed to the shape of the input. */
    static Signal scaledBack(Signal m, Tensor coefficient, long[] shape) {
        if (!m.isSplit()) {
            return Signal.of(m.plus().times(coefficient).sumTo(shape));
        }
        Tensor positive = coefficient.greaterThan(0);
        return new Signal(
                positive.where(m.plus(), m.minus()).times(coefficient).sumTo(shape),
                positive.where(m.minus(), m.plus()).times(coefficient).sumTo(shape));
    }
}
