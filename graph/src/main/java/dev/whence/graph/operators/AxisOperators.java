package dev.whence.graph.operators;

import dev.whence.core.NdArray;
import dev.whence.graph.Attributes;
import dev.whence.graph.Call;
import dev.whence.graph.Emitter;
import dev.whence.graph.Kinds;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.graph.Slot;
import dev.whence.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Operators that run along one axis: ArgMax, ArgMin, Hardmax, CumSum and CumProd. */
final class AxisOperators {
    private AxisOperators() {}

    /** The index of the largest entry of an axis; the first one among equals unless {@code select_last_index}. */
    static final Operator ARG_MAX = Operator.named("ArgMax")
            .forward(c -> index(c, true))
            .kind(Kinds.DISCRETE)
            .build();

    /** The index of the smallest entry of an axis; the first one among equals unless {@code select_last_index}. */
    static final Operator ARG_MIN = Operator.named("ArgMin")
            .forward(c -> index(c, false))
            .kind(Kinds.DISCRETE)
            .build();

    private static Tensor index(Call c, boolean isMax) {
        int axis = c.axis("axis", 0, c.rank(0));
        boolean keeps = c.attributes().flag("keepdims", true);
        boolean takesLast = c.attributes().flag("select_last_index", false);
        Tensor x = takesLast ? c.in(0).flip(axis) : c.in(0);
        Tensor first = isMax ? x.argMax(axis, keeps) : x.argMin(axis, keeps);
        return takesLast ? first.negate().plus(x.dimension(axis) - 1) : first;
    }

    /** 1 at the first largest entry of an axis, 0 elsewhere; before opset 13 of everything from an axis on. */
    static final Operator HARDMAX = Operator.named("Hardmax")
            .forward(c -> {
                Tensor x = c.in(0);
                if (c.opset() >= 13) {
                    return firstLargest(x, c.axis("axis", -1, x.rank()));
                }
                int axis = c.axis("axis", 1, x.rank() + 1);
                long rows = NdArray.elements(Arrays.copyOf(x.shape(), axis));
                long columns = NdArray.elements(Arrays.copyOfRange(x.shape(), axis, x.rank()));
                return firstLargest(x.reshape(rows, columns), 1).reshape(x.shape());
            })
            .kind(Kinds.STEPS)
            .build();

    private static Tensor firstLargest(Tensor x, int axis) {
        Tensor place = x.argMax(axis, true);
        Tensor ones = Tensor.full(1, x.type(), place.shape()).on(x.device());
        return Tensor.zeros(x.type(), x.shape()).on(x.device()).scatter(axis, place, ones);
    }

    /** The sum of an axis up to each entry; {@code exclusive} leaves the entry out, {@code reverse} runs backwards. */
    static final Operator CUM_SUM = Operator.named("CumSum")
            .since(11)
            .forward(c -> cumulativeSum(c, c.in(0), isReversed(c)))
            .gradient((c, gy) -> cumulativeSum(c, gy, !isReversed(c)))
            .reads(Reads.NOTHING)
            .kind(Kinds.MOVING)
            .linearPart(c -> cumulativeSum(c, c.in(0), isReversed(c)))
            .build();

    private static Tensor cumulativeSum(Call c, Tensor x, boolean isReversed) {
        return Cumulation.sum(x, axis(c), isExclusive(c), isReversed);
    }

    private static int axis(Call c) {
        return Call.axis((long) c.in(1).item(), c.rank(0));
    }

    private static boolean isExclusive(Call c) {
        return c.attributes().flag("exclusive", false);
    }

    private static boolean isReversed(Call c) {
        return c.attributes().flag("reverse", false);
    }

    /** As CumSum with products, written as products of ever longer runs. */
    static final Operator CUM_PROD = Operator.named("CumProd")
            .since(26)
            .inlined(AxisOperators::expandProduct)
            .build();

    private static @Nullable Slot[] expandProduct(Emitter emitter, Call call, @Nullable Slot[] in) {
        int axis = axis(call);
        long n = call.shape(0)[axis];
        Slot x = Objects.requireNonNull(in[0]);
        x = isReversed(call) ? turned(emitter, x, axis) : x;
        if (isExclusive(call) && n > 0) {
            long[] shape = call.shape(0);
            shape[axis] = 1;
            Slot ones = emitter.constant(
                    Tensor.full(1, call.type(0), shape).on(call.in(0).device()));
            x = joined(emitter, axis, ones, part(emitter, x, axis, 0, n - 1));
        }
        for (long run = 1; run < n; run *= 2) {
            Slot longer = emitter.apply("Mul", part(emitter, x, axis, run, n), part(emitter, x, axis, 0, n - run));
            x = joined(emitter, axis, part(emitter, x, axis, 0, run), longer);
        }
        return new Slot[] {isReversed(call) ? turned(emitter, x, axis) : x};
    }

    private static Slot joined(Emitter emitter, int axis, Slot... parts) {
        return emitter.apply("Concat", Attributes.of("axis", axis), parts);
    }

    private static Slot part(Emitter emitter, Slot x, int axis, long from, long to) {
        return emitter.apply("Slice", x, emitter.constant(from), emitter.constant(to), emitter.constant((long) axis));
    }

    private static Slot turned(Emitter emitter, Slot x, int axis) {
        return emitter.apply(
                "Slice",
                x,
                emitter.constant(-1L),
                emitter.constant(Long.MIN_VALUE),
                emitter.constant((long) axis),
                emitter.constant(-1L));
    }

    static final List<Operator> ALL = List.of(ARG_MAX, ARG_MIN, HARDMAX, CUM_SUM, CUM_PROD);
}
