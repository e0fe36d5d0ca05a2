package dev.whence.graph.operators;

import static dev.whence.graph.operators.Broadcasting.both;
import static dev.whence.graph.operators.Broadcasting.settled;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Call;
import dev.whence.graph.Emitter;
import dev.whence.graph.Kind;
import dev.whence.graph.Kinds;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.graph.Slot;
import dev.whence.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Add, Sub, Mul, Div, Pow, Mod, Sum and Mean: elementwise on broadcast inputs. */
final class ArithmeticOperators {
    private ArithmeticOperators() {}

    /** Sum of both. */
    static final Operator ADD = Operator.named("Add")
            .forward(c -> settled(c.in(0).plus(c.in(1)), c.type(0)))
            .gradients((c, gys) -> both(c, gys, gy -> gy, gy -> gy))
            .reads(Reads.NOTHING)
            .kind(Kinds.MOVING)
            .linearPart(ArithmeticOperators::activeSum)
            .build();

    /** Difference. */
    static final Operator SUB = Operator.named("Sub")
            .forward(c -> settled(c.in(0).minus(c.in(1)), c.type(0)))
            .gradients((c, gys) -> both(c, gys, gy -> gy, Tensor::negate))
            .reads(Reads.NOTHING)
            .kind(new Kind.Moving(1))
            .linearPart(c -> c.activeCount() == 2 ? c.in(0).minus(c.in(1)) : signed(c, c.firstActive()))
            .build();

    private static Tensor signed(Call c, int index) {
        Tensor x = index == 1 ? c.in(1).negate() : c.in(0);
        return x.expand(Broadcasting.shape(c));
    }

    private static Tensor activeSum(Call c) {
        Tensor total = null;
        for (int i = 0; i < c.arity(); i++) {
            if (c.isActive(i)) {
                total = total == null ? c.in(i) : total.plus(c.in(i));
            }
        }
        return Objects.requireNonNull(total).expand(Broadcasting.shape(c));
    }

    /** Product; of two activations, a bilinear map. */
    static final Operator MUL = Operator.named("Mul")
            .forward(c -> settled(c.in(0).times(c.in(1)), c.type(0)))
            .gradients((c, gys) -> both(c, gys, gy -> gy.times(c.in(1)), gy -> gy.times(c.in(0))))
            .reads(Reads.INPUTS)
            .kind(c -> c.activeCount() == 2
                    ? new Kind.Bilinear(0, 1, false)
                    : new Kind.Scaling(call -> call.in(1 - call.firstActive())))
            .build();

    /** Quotient; whole numbers are divided towards zero. */
    static final Operator DIV = Operator.named("Div")
            .forward(c -> {
                NdArray.Type type = c.type(0);
                return type.isFloating()
                        ? c.in(0).divide(c.in(1))
                        : settled(c.in(0).divideTruncating(c.in(1)), type);
            })
            .gradients((c, gys) -> both(
                    c,
                    gys,
                    gy -> gy.divide(c.in(1)),
                    gy -> gy.times(c.in(0)).divide(c.in(1).times(c.in(1))).negate()))
            .reads(Reads.INPUTS)
            .kind(c -> c.isActive(1)
                    ? new Kind.Quotient()
                    : new Kind.Scaling(call -> call.in(1).reciprocal()))
            .build();

    /** Power; the result has the type of the base. */
    static final Operator POW = Operator.named("Pow")
            .forward(ArithmeticOperators::power)
            .gradients((c, gys) -> both(c, gys, gy -> gy.times(baseSlope(c)), gy -> gy.times(exponentSlope(c))))
            .reads(Reads.INPUTS)
            .kind(ArithmeticOperators::powerKind)
            .build();

    private static Kind powerKind(Call c) {
        if (c.activeCount() == 2) {
            return new Kind.TwoPlayer(0, 1);
        }
        return c.isActive(0)
                ? Broadcasting.elementwise(c, powerSecant(c))
                : new Kind.Composite(ArithmeticOperators::expandExponential);
    }

    /** A constant to an active power: e^(p ln a). */
    private static @Nullable Slot[] expandExponential(Emitter emitter, Call call, @Nullable Slot[] in) {
        return new Slot[] {emitter.apply("Exp", emitter.apply("Mul", in[1], emitter.apply("Log", in[0])))};
    }

    private static Tensor power(Call c) {
        Tensor base = c.in(0);
        Tensor exponent = c.in(1);
        NdArray.Type type = base.type();
        if (exponent.type().isFloating() && !type.isFloating()) {
            return base.to(NdArray.Type.FLOAT64).power(exponent).to(type);
        }
        if (exponent.size() == 1 && exponent.rank() <= base.rank()) {
            double p = exponent.item();
            return p == 2
                    ? settled(base.times(base), type)
                    : p == 0.5 ? base.sqrt() : base.power(p).to(type);
        }
        return base.power(exponent).to(type);
    }

    /** p x^(p-1), and 0 where p is 0, even at x = 0. */
    private static Tensor baseSlope(Call c) {
        Tensor p = c.in(1).to(c.type(0));
        Tensor isZero = p.equalTo(0);
        Tensor lowered = isZero.where(Broadcasting.number(0, p), p.minus(1));
        return p.times(c.in(0).power(lowered));
    }

    /** x^p ln x, and 0 where x is 0 and p is positive. */
    private static Tensor exponentSlope(Call c) {
        Tensor x = c.in(0);
        Tensor p = c.in(1);
        Tensor vanishes = x.equalTo(0).and(p.greaterThan(0));
        return vanishes.where(Broadcasting.number(0, x), x.power(p).times(x.log()));
    }

    private static Kind.@Nullable Secant powerSecant(Call c) {
        if (c.in(1).size() != 1) {
            return null;
        }
        double p = c.in(1).item();
        if (p == 1) {
            return (at, x, r) -> x.equalTo(r).or(x.notEqualTo(r)).to(x.type());
        } else if (p == 2) {
            return (at, x, r) -> x.plus(r);
        } else if (p == 3) {
            return (at, x, r) -> x.times(x).plus(x.times(r)).plus(r.times(r));
        } else if (p == 0.5) {
            return (at, x, r) -> Secants.sqrt(x, r);
        } else if (p == -0.5) {
            return (at, x, r) -> Secants.inverseSqrt(x, r);
        } else if (p == -1) {
            return (at, x, r) -> Secants.reciprocal(x, r);
        }
        return null;
    }

    /** Remainder: with the sign of the divisor, or with {@code fmod} that of the dividend. */
    static final Operator MOD = Operator.named("Mod")
            .since(10)
            .forward(ArithmeticOperators::modulo)
            .gradient((c, gy) -> gy.sumTo(c.shape(0)))
            .reads(Reads.NOTHING)
            .kind(c -> c.isActive(1)
                    ? new Kind.Blocking("its divisor depends on the input")
                    : Broadcasting.elementwise(c, null))
            .build();

    private static Tensor modulo(Call c) {
        NdArray.Type type = c.type(0);
        boolean keepsSign = c.attributes().flag("fmod", false);
        if (type.isFloating() && !keepsSign) {
            throw new WhenceException(ErrorCode.MODEL_INVALID, "attribute 'fmod' must be 1 for real numbers");
        }
        Tensor rest = keepsSign ? c.in(0).fmod(c.in(1)) : c.in(0).remainder(c.in(1));
        return settled(rest, type);
    }

    /** Sum of any number of inputs. */
    static final Operator SUM = Operator.named("Sum")
            .forward(ArithmeticOperators::sumAll)
            .gradients((c, gys) -> shared(c, gys[0], 1))
            .reads(Reads.NOTHING)
            .kind(Kinds.MOVING)
            .linearPart(ArithmeticOperators::activeSum)
            .build();

    /** Mean of any number of inputs. */
    static final Operator MEAN = Operator.named("Mean")
            .forward(c -> c.arity() == 1 ? c.in(0) : sumAll(c).divide(c.arity()))
            .gradients((c, gys) -> shared(c, gys[0], 1.0 / c.arity()))
            .reads(Reads.NOTHING)
            .kind(Kinds.MOVING)
            .linearPart(c -> activeSum(c).divide(c.arity()))
            .build();

    private static Tensor sumAll(Call c) {
        Tensor total = c.in(0);
        for (int i = 1; i < c.arity(); i++) {
            total = total.plus(c.in(i));
        }
        return total;
    }

    private static @Nullable Tensor[] shared(Call c, @Nullable Tensor gy, double factor) {
        if (gy == null) {
            return new @Nullable Tensor[c.arity()];
        }
        Tensor share = factor == 1 ? gy : gy.times(factor);
        return Broadcasting.each(c, i -> share);
    }

    static final List<Operator> ALL = List.of(ADD, SUB, MUL, DIV, POW, MOD, SUM, MEAN);
}
