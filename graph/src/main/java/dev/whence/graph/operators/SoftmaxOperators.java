package dev.whence.graph.operators;

import dev.whence.core.NdArray;
import dev.whence.graph.Call;
import dev.whence.graph.Kind;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.graph.Slot;
import dev.whence.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Softmax and LogSoftmax. Up to opset 12 the axes from {@code axis} on are normalised together, later only that one.
 * For attribution both are written with the largest element taken off first, so that no exponential exceeds 1.
 */
final class SoftmaxOperators {
    private SoftmaxOperators() {}

    /** y = e^x / sum e^x. */
    static final Operator SOFTMAX = Operator.named("Softmax")
            .forward(c -> overRows(c, (x, axis) -> x.softmax(axis)))
            .gradient((c, gy) -> overRows(c, gy, c.out(0), (g, y) -> {
                Tensor gty = g.times(y);
                return gty.minus(y.times(gty.sum(true, axis(c))));
            }))
            .reads(Reads.OUTPUTS)
            .kind(new Kind.Composite((emitter, c, in) -> {
                Formula f = new Formula(emitter, c.type(0));
                Slot e = f.apply("Exp", lowered(f, c, in[0]));
                return new Slot[] {raised(f, c, f.over(e, f.reduce("ReduceSum", e, axis(c))))};
            }))
            .build();

    /** y = x - ln sum e^x. */
    static final Operator LOG_SOFTMAX = Operator.named("LogSoftmax")
            .forward(c -> overRows(c, (x, axis) -> x.logSoftmax(axis)))
            .gradient((c, gy) ->
                    overRows(c, gy, c.out(0), (g, y) -> g.minus(y.exp().times(g.sum(true, axis(c))))))
            .reads(Reads.OUTPUTS)
            .kind(new Kind.Composite((emitter, c, in) -> {
                Formula f = new Formula(emitter, c.type(0));
                Slot u = lowered(f, c, in[0]);
                Slot sum = f.reduce("ReduceSum", f.apply("Exp", u), axis(c));
                return new Slot[] {raised(f, c, f.minus(u, f.apply("Log", sum)))};
            }))
            .build();

    private static boolean isFlattened(Call c) {
        return c.opset() < 13;
    }

    /** The axis that is normalised, after flattening where the opset asks for it. */
    private static int axis(Call c) {
        return isFlattened(c) ? 1 : c.axis("axis", -1, c.rank(0));
    }

    private static long[] rows(Call c) {
        long[] x = c.shape(0);
        long given = c.attributes().integer("axis", 1);
        int cut = given == x.length ? x.length : Call.axis(given, x.length);
        return new long[] {
            NdArray.elements(Arrays.copyOf(x, cut)), NdArray.elements(Arrays.copyOfRange(x, cut, x.length))
        };
    }

    private interface AlongAxis {
        Tensor apply(Tensor x, int axis);
    }

    private static Tensor overRows(Call c, AlongAxis function) {
        return isFlattened(c)
                ? function.apply(c.in(0).reshape(rows(c)), 1).reshape(c.shape(0))
                : function.apply(c.in(0), axis(c));
    }

    private static Tensor overRows(Call c, Tensor gy, Tensor y, BinaryOperator<Tensor> function) {
        return isFlattened(c)
                ? function.apply(gy.reshape(rows(c)), y.reshape(rows(c))).reshape(c.shape(0))
                : function.apply(gy, y);
    }

    /** The rows less their largest element. */
    private static Slot lowered(Formula f, Call c, @Nullable Slot x) {
        Slot rows = Objects.requireNonNull(x);
        rows = isFlattened(c) ? f.reshape(rows, rows(c)) : rows;
        return f.minus(rows, f.reduce("ReduceMax", rows, axis(c)));
    }

    private static Slot raised(Formula f, Call c, Slot rows) {
        return isFlattened(c) ? f.reshape(rows, c.shape(0)) : rows;
    }

    static final List<Operator> ALL = List.of(SOFTMAX, LOG_SOFTMAX);
}
