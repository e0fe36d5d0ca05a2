package dev.whence.graph.operators;

import dev.whence.graph.Kind;
import dev.whence.graph.Kinds;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.tensor.Tensor;
import java.util.List;

/** Functions of one input applied to each element: Relu, Sigmoid, Tanh, Exp and their kin. */
final class ElementwiseOperators {
    private ElementwiseOperators() {}

    /** Rectifier, y = max(x, 0). The gradient at 0 is taken as 0. */
    static final Operator RELU = Operator.named("Relu")
            .forward(c -> c.in(0).relu())
            .gradient((c, gy) -> gy.times(c.out(0).greaterThan(0)))
            .reads(Reads.OUTPUTS)
            .kind(Kinds.ELEMENTWISE)
            .build();

    /** Logistic function, y = 1 / (1 + e^-x). */
    static final Operator SIGMOID = Operator.named("Sigmoid")
            .forward(c -> c.in(0).sigmoid())
            .gradient((c, gy) -> gy.times(c.out(0)).times(c.out(0).negate().plus(1)))
            .reads(Reads.OUTPUTS)
            .kind(Kinds.ELEMENTWISE)
            .build();

    /** Hyperbolic tangent. */
    static final Operator TANH = Operator.named("Tanh")
            .forward(c -> c.in(0).tanh())
            .gradient((c, gy) -> gy.minus(gy.times(c.out(0)).times(c.out(0))))
            .reads(Reads.OUTPUTS)
            .kind(Kinds.ELEMENTWISE)
            .build();

    /** Exponential, with a secant that stays exact when x and r are close: e^r (e^(x-r) - 1) / (x - r). */
    static final Operator EXP = Operator.named("Exp")
            .forward(c -> c.in(0).exp())
            .gradient((c, gy) -> gy.times(c.out(0)))
            .reads(Reads.OUTPUTS)
            .kind(Kinds.elementwise(ElementwiseOperators::expSecant))
            .build();

    private static Tensor expSecant(dev.whence.graph.Call at, Tensor x, Tensor r) {
        // From the larger point downwards, so that e^(difference) cannot overflow where the secant does not.
        Tensor high = x.maximum(r);
        Tensor down = x.minimum(r).minus(high);
        Tensor isZero = down.equalTo(0);
        Tensor ratio = down.expm1().divide(isZero.where(down.plus(1), down));
        return high.exp().times(isZero.where(ratio.times(0).plus(1), ratio));
    }

    /** Square root; the secant is 1 / (sqrt(x) + sqrt(r)). */
    static final Operator SQRT = Operator.named("Sqrt")
            .forward(c -> c.in(0).sqrt())
            .gradient((c, gy) -> gy.times(0.5).divide(c.out(0)))
            .reads(Reads.OUTPUTS)
            .kind(Kinds.elementwise((at, x, r) -> x.sqrt().plus(r.sqrt()).reciprocal()))
            .build();

    /** y = 1 / x; the secant is -1 / (x r). */
    static final Operator RECIPROCAL = Operator.named("Reciprocal")
            .forward(c -> c.in(0).reciprocal())
            .gradient((c, gy) -> gy.times(c.out(0)).times(c.out(0)).negate())
            .reads(Reads.OUTPUTS)
            .kind(Kinds.elementwise((at, x, r) -> x.times(r).reciprocal().negate()))
            .build();

    /** y = -x. */
    static final Operator NEG = Operator.named("Neg")
            .forward(c -> c.in(0).negate())
            .gradient((c, gy) -> gy.negate())
            .reads(Reads.NOTHING)
            .kind(new Kind.Scaling(c -> Tensor.full(-1, c.in(0).type())))
            .build();

    static final List<Operator> ALL = List.of(RELU, SIGMOID, TANH, EXP, SQRT, RECIPROCAL, NEG);
}
