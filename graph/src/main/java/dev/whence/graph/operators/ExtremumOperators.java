package dev.whence.graph.operators;

import static dev.whence.graph.operators.Broadcasting.number;
import static dev.whence.graph.operators.Broadcasting.ordered;

import dev.whence.core.NdArray;
import dev.whence.graph.Call;
import dev.whence.graph.Emitter;
import dev.whence.graph.Kind;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.graph.Slot;
import dev.whence.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Max, Min and Clip: the larger or smaller of several numbers, element by element. */
final class ExtremumOperators {
    private ExtremumOperators() {}

    /** The largest of any number of broadcast inputs. Where several are largest, the gradient is shared equally. */
    static final Operator MAX = extremum("Max", true);

    /** The smallest of any number of broadcast inputs. Where several are smallest, the gradient is shared equally. */
    static final Operator MIN = extremum("Min", false);

    private static Operator extremum(String name, boolean isMax) {
        return Operator.named(name)
                .forward(c -> {
                    Tensor best = c.in(0);
                    for (int i = 1; i < c.arity(); i++) {
                        best = better(best, c.in(i), isMax);
                    }
                    return best;
                })
                .gradients(ExtremumOperators::gradient)
                .kind(c -> kind(c, name))
                .build();
    }

    private static Tensor better(Tensor a, Tensor b, boolean isMax) {
        if (Broadcasting.isUnsigned64(a)) {
            Tensor isLeft =
                    isMax ? ordered(a).greaterThan(ordered(b)) : ordered(a).lessThan(ordered(b));
            return isLeft.where(a, b);
        }
        return (isMax ? a.maximum(b) : a.minimum(b)).as(a.type());
    }

    private static @Nullable Tensor[] gradient(Call c, @Nullable Tensor[] gys) {
        Tensor gy = gys[0];
        if (gy == null) {
            return new @Nullable Tensor[c.arity()];
        }
        if (c.arity() == 1) {
            return new @Nullable Tensor[] {gy};
        }
        Tensor winners = null;
        for (int i = 0; i < c.arity(); i++) {
            Tensor wins = c.in(i).equalTo(c.out(0)).to(gy.type());
            winners = winners == null ? wins : winners.plus(wins);
        }
        Tensor share = gy.divide(Objects.requireNonNull(winners));
        return Broadcasting.each(c, i -> share.times(c.in(i).equalTo(c.out(0))));
    }

    private static Kind kind(Call c, String name) {
        if (c.arity() == 1) {
            return new Kind.Moving(-1);
        }
        if (c.arity() > 2) {
            return new Kind.Composite((emitter, call, in) -> new Slot[] {chain(emitter, name, in)});
        }
        if (c.activeCount() == 2) {
            return new Kind.TwoPlayer(0, 1);
        }
        // A function of one input is written with that input in front.
        return c.isActive(0)
                ? Broadcasting.elementwise(c, null)
                : new Kind.Composite((emitter, call, in) -> new Slot[] {emitter.apply(name, in[1], in[0])});
    }

    private static Slot chain(Emitter emitter, String name, @Nullable Slot[] in) {
        Slot best = Objects.requireNonNull(in[0]);
        for (int i = 1; i < in.length; i++) {
            best = emitter.apply(name, best, in[i]);
        }
        return best;
    }

    /** x limited from below and above: attributes before opset 11, inputs since. The gradient at the limits is 0. */
    static final Operator CLIP = Operator.named("Clip")
            .forward(c -> {
                Tensor x = c.in(0);
                Tensor low = limit(c, 1, "min");
                Tensor high = limit(c, 2, "max");
                Tensor y = low == null ? x : better(x, low, true);
                return high == null ? y : better(y, high, false);
            })
            .gradients(ExtremumOperators::clipGradient)
            .reads(Reads.INPUTS)
            .kind(c -> c.isActive(1) || c.isActive(2)
                    ? new Kind.Composite(ExtremumOperators::expandClip)
                    : new Kind.Elementwise(null))
            .build();

    private static @Nullable Tensor limit(Call c, int index, String name) {
        if (c.opset() >= 11) {
            return c.optional(index);
        }
        NdArray.Type type = c.type(0);
        return c.attributes().has(name)
                ? Tensor.full(c.attributes().real(name), type).on(c.in(0).device())
                : null;
    }

    private static @Nullable Tensor[] clipGradient(Call c, @Nullable Tensor[] gys) {
        Tensor gy = gys[0];
        if (gy == null) {
            return new @Nullable Tensor[c.arity()];
        }
        Tensor x = c.in(0);
        Tensor low = limit(c, 1, "min");
        Tensor high = limit(c, 2, "max");
        Tensor zero = number(0, gy);
        Tensor isHigh = high == null ? null : (low == null ? x : x.maximum(low)).greaterOrEqual(high);
        Tensor isLow = low == null ? null : x.lessOrEqual(low);
        return Broadcasting.each(c, i -> {
            Tensor belowTop = i == 2 ? gy : isHigh == null ? gy : isHigh.where(zero, gy);
            return switch (i) {
                case 0 -> isLow == null ? belowTop : isLow.where(zero, belowTop);
                case 1 -> Objects.requireNonNull(isLow).where(belowTop, zero);
                default -> Objects.requireNonNull(isHigh).where(belowTop, zero);
            };
        });
    }

    private static @Nullable Slot[] expandClip(Emitter emitter, Call call, @Nullable Slot[] in) {
        Slot y = Objects.requireNonNull(in[0]);
        if (in.length > 1 && in[1] != null) {
            y = emitter.apply("Max", y, in[1]);
        }
        if (in.length > 2 && in[2] != null) {
            y = emitter.apply("Min", y, in[2]);
        }
        return new Slot[] {y};
    }

    static final List<Operator> ALL = List.of(MAX, MIN, CLIP);
}
