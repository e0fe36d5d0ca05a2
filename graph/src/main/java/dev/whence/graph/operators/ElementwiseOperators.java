package dev.whence.graph.operators;

import dev.whence.core.NdArray;
import dev.whence.graph.Call;
import dev.whence.graph.Kind;
import dev.whence.graph.Kinds;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.tensor.Tensor;
import java.util.List;

/** Mathematical functions of one input applied to each element: Exp, Sqrt, Abs, Erf, Sin and their kin. */
final class ElementwiseOperators {
    private ElementwiseOperators() {}

    /** Exponential. */
    static final Operator EXP = Operator.named("Exp")
            .forward(c -> c.in(0).exp())
            .gradient((c, gy) -> gy.times(c.out(0)))
            .reads(Reads.OUTPUTS)
            .kind(Kinds.elementwise((at, x, r) -> Secants.exp(x, r)))
            .build();

    /** Natural logarithm. */
    static final Operator LOG = Operator.named("Log")
            .forward(c -> c.in(0).log())
            .gradient((c, gy) -> gy.divide(c.in(0)))
            .reads(Reads.INPUTS)
            .kind(Kinds.elementwise((at, x, r) -> Secants.log(x, r)))
            .build();

    /** Square root. */
    static final Operator SQRT = Operator.named("Sqrt")
            .forward(c -> c.in(0).sqrt())
            .gradient((c, gy) -> gy.times(0.5).divide(c.out(0)))
            .reads(Reads.OUTPUTS)
            .kind(Kinds.elementwise((at, x, r) -> Secants.sqrt(x, r)))
            .build();

    /** y = 1 / x. */
    static final Operator RECIPROCAL = Operator.named("Reciprocal")
            .forward(c -> c.in(0).reciprocal())
            .gradient((c, gy) -> gy.times(c.out(0)).times(c.out(0)).negate())
            .reads(Reads.OUTPUTS)
            .kind(Kinds.elementwise((at, x, r) -> Secants.reciprocal(x, r)))
            .build();

    /** y = -x. */
    static final Operator NEG = Operator.named("Neg")
            .forward(c -> c.in(0).negate())
            .gradient((c, gy) -> gy.negate())
            .reads(Reads.NOTHING)
            .kind(new Kind.Scaling(c -> Tensor.full(-1, NdArray.Type.FLOAT32)))
            .build();

    /** Absolute value; the gradient at 0 is taken as 0. */
    static final Operator ABS = Operator.named("Abs")
            .forward(c -> c.in(0).abs().as(c.type(0)))
            .gradient((c, gy) -> gy.times(c.in(0).sign()))
            .reads(Reads.INPUTS)
            .kind(Kinds.ELEMENTWISE)
            .build();

    /** The error function. */
    static final Operator ERF = Operator.named("Erf")
            .since(9)
            .forward(ElementwiseOperators::erf)
            .gradient((c, gy) -> gy.times(c.in(0).times(c.in(0)).negate().exp().times(2 / Math.sqrt(Math.PI))))
            .reads(Reads.INPUTS)
            .kind(Kinds.ELEMENTWISE)
            .build();

    private static Tensor erf(Call c) {
        Tensor x = c.in(0);
        return x.type().isFloating()
                ? x.erf()
                : x.to(NdArray.Type.FLOAT64).erf().to(x.type());
    }

    /** The largest whole number not above x. */
    static final Operator FLOOR = Operator.named("Floor")
            .forward(c -> c.in(0).floor())
            .kind(Kinds.STEPS)
            .build();

    /** The smallest whole number not below x. */
    static final Operator CEIL = Operator.named("Ceil")
            .forward(c -> c.in(0).ceil())
            .kind(Kinds.STEPS)
            .build();

    /** The nearest whole number, halves to even. */
    static final Operator ROUND = Operator.named("Round")
            .since(11)
            .forward(c -> c.in(0).round())
            .kind(Kinds.STEPS)
            .build();

    /** -1, 0 or 1. */
    static final Operator SIGN = Operator.named("Sign")
            .since(9)
            .forward(c -> c.in(0).sign().as(c.type(0)))
            .kind(Kinds.STEPS)
            .build();

    /** Whether x is not a number. */
    static final Operator IS_NAN = Operator.named("IsNaN")
            .since(9)
            .forward(c -> c.in(0).isNan())
            .kind(Kinds.DISCRETE)
            .build();

    /** Whether x is infinite, of the signs that {@code detect_negative} and {@code detect_positive} name. */
    static final Operator IS_INF = Operator.named("IsInf")
            .since(10)
            .forward(c -> {
                boolean negative = c.attributes().flag("detect_negative", true);
                boolean positive = c.attributes().flag("detect_positive", true);
                Tensor infinite = c.in(0).isInfinite();
                if (negative && positive) {
                    return infinite;
                }
                Tensor wanted =
                        negative ? c.in(0).lessThan(0) : positive ? c.in(0).greaterThan(0) : infinite.not();
                return infinite.and(wanted);
            })
            .kind(Kinds.DISCRETE)
            .build();

    static final List<Operator> ALL =
            List.of(EXP, LOG, SQRT, RECIPROCAL, NEG, ABS, ERF, FLOOR, CEIL, ROUND, SIGN, IS_NAN, IS_INF);
}
