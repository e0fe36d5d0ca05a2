package dev.whence.explain;

import dev.whence.core.NdArray;
import dev.whence.graph.Call;
import dev.whence.graph.Slot;
import dev.whence.graph.Step;
import dev.whence.tensor.Tensor;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Rules that need totals: of softmax rows, and of examples. */
final class LrpTotals {
    private static final double STABILIZER = 1e-9;

    private LrpTotals() {}

    /**
     * R_z = z (R - y sum R), the first-order expansion of softmax at z (Achtibat et al. 2024, proposition 3.1). Logits of minus
     * infinity, as masks set them, get nothing.
     */
    static Propagation.Pullback softmax(Step step) {
        Call call = step.call();
        boolean isFlattened = call.opset() < 13;
        long[] shape = call.shape(0);
        long[] rows = isFlattened ? flattened(call, shape) : shape;
        int axis = isFlattened ? 1 : call.axis("axis", -1, shape.length);
        Tensor z = call.in(0).reshape(rows);
        Tensor finite = z.isInfinite().where(Tensor.zeros(z.type()), z);
        Tensor y = call.out(0).reshape(rows);
        return (t, outputs) -> {
            @Nullable Signal[] in = new @Nullable Signal[step.inputs().length];
            Signal signal = outputs[0];
            if (signal != null) {
                Tensor r = signal.plus().reshape(rows);
                in[0] = Signal.of(
                        finite.times(r.minus(y.times(r.sum(true, axis)))).reshape(shape));
            }
            return in;
        };
    }

    private static long[] flattened(Call call, long[] shape) {
        long given = call.attributes().integer("axis", 1);
        int cut = given == shape.length ? shape.length : Call.axis(given, shape.length);
        return new long[] {
            NdArray.elements(Arrays.copyOf(shape, cut)), NdArray.elements(Arrays.copyOfRange(shape, cut, shape.length))
        };
    }

    /**
     * A sum whose sides keep, for each example, a share of the total in proportion to the absolute total of what they would
     * get by the plain rule (Chefer et al. 2021, equation 7, with totals for each example instead of the batch).
     *
     * @param absorbed told what a constant side keeps, or null
     */
    static Propagation.Pullback add(Step step, int examples, @Nullable Consumer<Tensor> absorbed) {
        Call call = step.call();
        Tensor a = call.in(0);
        Tensor b = call.in(1);
        Shares shares = Shares.of(a.plus(b), STABILIZER);
        return (t, outputs) -> {
            @Nullable Signal[] in = new @Nullable Signal[2];
            Signal signal = outputs[0];
            if (signal == null) {
                return in;
            }
            Tensor r = signal.plus();
            Tensor share = shares.share(r);
            Tensor left = share.times(a);
            Tensor right = share.times(b);
            Tensor sumLeft = totals(left, examples);
            Tensor sumRight = totals(right, examples);
            Tensor all = sumLeft.abs().plus(sumRight.abs());
            Tensor total = totals(r, examples);
            give(step, 0, left, factor(sumLeft, all, total), in, absorbed);
            give(step, 1, right, factor(sumRight, all, total), in, absorbed);
            return in;
        };
    }

    private static Tensor factor(Tensor side, Tensor all, Tensor total) {
        Tensor wanted = Shares.of(all, STABILIZER).share(side.abs()).times(total);
        return Shares.of(side, STABILIZER).share(wanted);
    }

    private static void give(
            Step step,
            int side,
            Tensor part,
            Tensor factor,
            @Nullable Signal[] in,
            @Nullable Consumer<Tensor> absorbed) {
        long[] shape = part.shape();
        Tensor scaled = part.reshape(factor.size(), -1).times(factor).reshape(shape);
        Slot slot = Objects.requireNonNull(step.inputs()[side]);
        if (slot.isActive()) {
            in[side] = Signal.of(scaled.sumTo(slot.shape()));
        } else if (absorbed != null) {
            absorbed.accept(scaled);
        }
    }

    /** One number an example, as a column; one in all where the elements do not divide. */
    private static Tensor totals(Tensor values, int examples) {
        long rows = values.size() % examples == 0 ? examples : 1;
        return values.reshape(rows, -1).sum(true, 1);
    }
}
