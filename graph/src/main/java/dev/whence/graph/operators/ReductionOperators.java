package dev.whence.graph.operators;

import dev.whence.core.NdArray;
import dev.whence.graph.Attributes;
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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** ReduceSum, ReduceMean, ReduceMax and their kin, with axes as attribute or as input. */
final class ReductionOperators {
    private ReductionOperators() {}

    /** Sum. */
    static final Operator SUM = Operator.named("ReduceSum")
            .forward(c -> sum(Reduction.of(c), c.in(0)))
            .gradient((c, gy) -> Reduction.of(c).spread(gy, c.shape(0)))
            .reads(Reads.NOTHING)
            .kind(Kinds.MOVING)
            .linearPart(c -> sum(Reduction.of(c), c.in(0)))
            .build();

    private static Tensor sum(Reduction over, Tensor x) {
        Tensor total = over.apply(x, 0, v -> v.sum(over.keeps(), over.axes()));
        return Broadcasting.settled(total.to(stored(x)), x.type());
    }

    /** The type in which a sum or product of 32-bit integers, which the engine widens, is brought back. */
    private static NdArray.Type stored(Tensor x) {
        return switch (x.type()) {
            case UINT16 -> NdArray.Type.INT32;
            case UINT32, UINT64 -> NdArray.Type.INT64;
            default -> x.type();
        };
    }

    /** Mean. */
    static final Operator MEAN = Operator.named("ReduceMean")
            .forward(c -> mean(Reduction.of(c), c.in(0)))
            .gradient((c, gy) -> {
                Reduction over = Reduction.of(c);
                return over.spread(gy.divide(over.count(c.shape(0))), c.shape(0));
            })
            .reads(Reads.NOTHING)
            .kind(Kinds.MOVING)
            .linearPart(c -> mean(Reduction.of(c), c.in(0)))
            .build();

    private static Tensor mean(Reduction over, Tensor x) {
        if (x.type().isFloating()) {
            return over.apply(x, Double.NaN, v -> v.mean(over.keeps(), over.axes()));
        }
        return over.apply(
                x,
                0,
                v -> v.to(NdArray.Type.FLOAT64).mean(over.keeps(), over.axes()).to(x.type()));
    }

    /** Largest element. Where several are largest, the gradient is shared equally. */
    static final Operator MAX = Operator.named("ReduceMax")
            .forward(c -> max(Reduction.of(c), c.in(0)))
            .gradient(ReductionOperators::extremumGradient)
            .kind(new Kind.Selecting(new AxisWindows(
                    c -> Reduction.of(c).axes(), c -> Reduction.of(c).keeps())))
            .build();

    private static Tensor max(Reduction over, Tensor x) {
        return over.apply(x, lowest(x), v -> v.max(over.keeps(), over.axes())).as(x.type());
    }

    /** Smallest element. Where several are smallest, the gradient is shared equally. */
    static final Operator MIN = Operator.named("ReduceMin")
            .forward(c -> {
                Reduction over = Reduction.of(c);
                Tensor x = c.in(0);
                return over.apply(x, highest(x), v -> v.min(over.keeps(), over.axes()))
                        .as(x.type());
            })
            .gradient(ReductionOperators::extremumGradient)
            .kind(composite((e, in) -> e.negate(e.reduced("ReduceMax", e.negate(in)))))
            .build();

    private static double lowest(Tensor x) {
        return x.type().isFloating() ? Double.NEGATIVE_INFINITY : -highest(x) - 1;
    }

    private static double highest(Tensor x) {
        return switch (x.type()) {
            case BOOL -> 1;
            case INT8 -> Byte.MAX_VALUE;
            case UINT8 -> 255;
            case INT16 -> Short.MAX_VALUE;
            case INT32 -> Integer.MAX_VALUE;
            case INT64 -> Long.MAX_VALUE;
            default -> Double.POSITIVE_INFINITY;
        };
    }

    private static Tensor extremumGradient(Call c, Tensor gy) {
        Reduction over = Reduction.of(c);
        Tensor y = c.out(0).reshape(over.keptShape(c.shape(0)));
        Tensor wins = c.in(0).equalTo(y).to(gy.type());
        Tensor g = gy.reshape(over.keptShape(c.shape(0)));
        Tensor winners = over.axes().length == 0 ? wins : wins.sum(true, over.axes());
        return wins.times(g.divide(winners));
    }

    /** Product. */
    static final Operator PRODUCT = Operator.named("ReduceProd")
            .forward(c -> {
                Reduction over = Reduction.of(c);
                Tensor x = c.in(0);
                Tensor product = over.apply(x, 1, v -> v.product(over.keeps(), over.axes()));
                return Broadcasting.settled(product.to(stored(x)), x.type());
            })
            .gradient(ReductionOperators::productGradient)
            .reads(Reads.INPUTS)
            .kind(new Kind.Composite(ReductionOperators::expandProduct))
            .build();

    /** For every element the product of the others: of those before it times those after it, right also at zeros. */
    private static Tensor productGradient(Call c, Tensor gy) {
        Reduction over = Reduction.of(c);
        long[] shape = c.shape(0);
        if (over.axes().length == 0) {
            return gy;
        }
        Tensor x = over.gathered(c.in(0));
        int last = x.rank() - 1;
        Tensor before = Cumulation.product(x, last, true, false);
        Tensor after = Cumulation.product(x, last, true, true);
        return over.scattered(before.times(after).times(gy.unsqueeze(-1)), shape);
    }

    /** Multiplies halves of the axis until one entry is left. */
    private static @Nullable Slot[] expandProduct(Emitter emitter, Call call, @Nullable Slot[] in) {
        Reduction over = Reduction.of(call);
        long[] shape = call.shape(0);
        Slot x = emitter.apply(
                "Transpose", Attributes.of("perm", over.order(shape.length)), Objects.requireNonNull(in[0]));
        long n = over.count(shape);
        x = emitter.apply("Reshape", x, emitter.constant(-1, n));
        while (n > 1) {
            long half = n / 2;
            Slot left = slice(emitter, x, 0, half);
            Slot right = slice(emitter, x, half, 2 * half);
            Slot product = emitter.apply("Mul", left, right);
            x = n % 2 == 0
                    ? product
                    : emitter.apply("Concat", Attributes.of("axis", 1), product, slice(emitter, x, n - 1, n));
            n -= half;
        }
        return new Slot[] {emitter.apply("Reshape", x, emitter.constant(over.resultShape(shape)))};
    }

    private static Slot slice(Emitter emitter, Slot x, long from, long to) {
        return emitter.apply("Slice", x, emitter.constant(from), emitter.constant(to), emitter.constant(1));
    }

    /** Sum of absolute values. */
    static final Operator L1 = Operator.named("ReduceL1")
            .forward(c -> sum(Reduction.of(c), c.in(0).abs().as(c.type(0))))
            .gradient((c, gy) ->
                    Reduction.of(c).spread(gy, c.shape(0)).times(c.in(0).sign()))
            .reads(Reads.INPUTS)
            .kind(composite((e, in) -> e.reduced("ReduceSum", e.apply("Abs", in))))
            .build();

    /** Square root of the sum of squares; the gradient at 0 is taken as 0. */
    static final Operator L2 = Operator.named("ReduceL2")
            .forward(c -> {
                Tensor x = c.in(0);
                return real(x, v -> sum(Reduction.of(c), v.times(v)).sqrt());
            })
            .gradient((c, gy) -> {
                Reduction over = Reduction.of(c);
                Tensor y = c.out(0);
                Tensor zero = Broadcasting.number(0, y);
                Tensor ratio = y.equalTo(0).where(zero, gy.divide(y));
                return over.spread(ratio, c.shape(0)).times(c.in(0));
            })
            .kind(composite((e, in) -> e.apply("Sqrt", e.reduced("ReduceSum", e.apply("Mul", in, in)))))
            .build();

    /** Sum of squares. */
    static final Operator SUM_SQUARE = Operator.named("ReduceSumSquare")
            .forward(c -> sum(Reduction.of(c), Broadcasting.settled(c.in(0).times(c.in(0)), c.type(0))))
            .gradient((c, gy) -> Reduction.of(c).spread(gy.times(2), c.shape(0)).times(c.in(0)))
            .reads(Reads.INPUTS)
            .kind(composite((e, in) -> e.reduced("ReduceSum", e.apply("Mul", in, in))))
            .build();

    /** Logarithm of the sum. */
    static final Operator LOG_SUM = Operator.named("ReduceLogSum")
            .forward(c -> real(c.in(0), v -> sum(Reduction.of(c), v).log()))
            .gradient((c, gy) -> Reduction.of(c).spread(gy.divide(c.out(0).exp()), c.shape(0)))
            .reads(Reads.OUTPUTS)
            .kind(composite((e, in) -> e.apply("Log", e.reduced("ReduceSum", in))))
            .build();

    /** Logarithm of the sum of exponentials, computed relative to the largest element. */
    static final Operator LOG_SUM_EXP = Operator.named("ReduceLogSumExp")
            .forward(c -> {
                Reduction over = Reduction.of(c);
                return real(
                        c.in(0),
                        x -> over.apply(x, Double.NEGATIVE_INFINITY, v -> v.logSumExp(over.keeps(), over.axes())));
            })
            .gradient((c, gy) -> {
                Reduction over = Reduction.of(c);
                Tensor y = over.spread(c.out(0), c.shape(0));
                return over.spread(gy, c.shape(0)).times(c.in(0).minus(y).exp());
            })
            .kind(composite(ReductionOperators::expandLogSumExp))
            .build();

    /** max + ln(sum(exp(x - max))). */
    private static Slot expandLogSumExp(Expanding e, Slot in) {
        Slot shifted = e.apply("Sub", in, e.kept("ReduceMax", in));
        Slot log = e.apply("Log", e.reduced("ReduceSum", e.apply("Exp", shifted)));
        return e.apply("Add", log, e.reduced("ReduceMax", in));
    }

    /** Integers are computed in float64 and brought back. */
    private static Tensor real(Tensor x, Function<Tensor, Tensor> compute) {
        return x.type().isFloating()
                ? compute.apply(x)
                : compute.apply(x.to(NdArray.Type.FLOAT64)).to(x.type());
    }

    // ---- writing reductions down with smaller ones -------------------------------------------------------------

    /** An emitter that knows the axes of the reduction that it writes down. */
    private record Expanding(Emitter emitter, Reduction over) {
        Slot apply(String operator, Slot... in) {
            return emitter.apply(operator, in);
        }

        Slot negate(Slot x) {
            return emitter.apply("Neg", x);
        }

        Slot reduced(String operator, Slot x) {
            return reduced(operator, x, over.keeps());
        }

        Slot kept(String operator, Slot x) {
            return reduced(operator, x, true);
        }

        private Slot reduced(String operator, Slot x, boolean keeps) {
            Attributes attributes = Attributes.of("keepdims", keeps).with("noop_with_empty_axes", true);
            return emitter.apply(operator, attributes, x, emitter.constant(over.axes()));
        }
    }

    @FunctionalInterface
    private interface Writing {
        Slot write(Expanding expanding, Slot input);
    }

    private static Kind composite(Writing writing) {
        return new Kind.Composite((emitter, call, in) ->
                new Slot[] {writing.write(new Expanding(emitter, Reduction.of(call)), Objects.requireNonNull(in[0]))});
    }

    static final List<Operator> ALL = List.of(SUM, MEAN, MAX, MIN, PRODUCT, L1, L2, SUM_SQUARE, LOG_SUM, LOG_SUM_EXP);
}
