package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Call;
import dev.whence.graph.Kinds;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Operators that give the elements another shape or order: Reshape, Squeeze, Transpose, Expand, Tile and their kin. */
final class MovementOperators {
    private MovementOperators() {}

    /** The same value, whatever it is. */
    static final Operator IDENTITY = Operator.named("Identity")
            .structural((interpreter, node, in) -> List.of(Objects.requireNonNull(in[0])))
            .build();

    /** Another shape; 0 keeps a dimension (unless {@code allowzero}), -1 is worked out. */
    static final Operator RESHAPE = reshaping("Reshape", MovementOperators::wantedShape);

    /** Two axes: everything before {@code axis}, and the rest. */
    static final Operator FLATTEN = reshaping("Flatten", c -> {
        long[] x = c.shape(0);
        long axis = c.attributes().integer("axis", 1);
        int cut = axis == x.length ? x.length : Call.axis(axis, x.length);
        return new long[] {
            NdArray.elements(Arrays.copyOf(x, cut)), NdArray.elements(Arrays.copyOfRange(x, cut, x.length))
        };
    });

    /** Axes of length 1 removed: the given ones, or all. */
    static final Operator SQUEEZE = reshaping("Squeeze", c -> {
        long[] x = c.shape(0);
        long[] axes = axes(c);
        boolean[] gone = new boolean[x.length];
        if (axes == null) {
            for (int i = 0; i < x.length; i++) {
                gone[i] = x[i] == 1;
            }
        } else {
            for (long axis : axes) {
                gone[Call.axis(axis, x.length)] = true;
            }
        }
        for (int i = 0; i < x.length; i++) {
            if (gone[i] && x[i] != 1) {
                throw new WhenceException(
                        ErrorCode.SHAPE_MISMATCH,
                        "axis " + i + " of " + Arrays.toString(x) + " cannot be removed: its length is not 1");
            }
        }
        return LongStream.range(0, x.length)
                .filter(i -> !gone[(int) i])
                .map(i -> x[(int) i])
                .toArray();
    });

    /** New axes of length 1, at places counted in the output. */
    static final Operator UNSQUEEZE = reshaping("Unsqueeze", c -> {
        long[] x = c.shape(0);
        long[] axes = Objects.requireNonNullElse(axes(c), new long[0]);
        int rank = x.length + axes.length;
        boolean[] added = new boolean[rank];
        for (long axis : axes) {
            int at = Call.axis(axis, rank);
            if (added[at]) {
                throw new WhenceException(ErrorCode.MODEL_INVALID, "axis " + axis + " is added twice");
            }
            added[at] = true;
        }
        long[] out = new long[rank];
        int next = 0;
        for (int i = 0; i < rank; i++) {
            out[i] = added[i] ? 1 : x[next++];
        }
        return out;
    });

    /** Axes in another order; reversed unless {@code perm} is given. */
    static final Operator TRANSPOSE = Operator.named("Transpose")
            .forward(c -> c.in(0).permute(order(c)))
            .gradient((c, gy) -> {
                long[] order = order(c);
                long[] back = new long[order.length];
                for (int i = 0; i < order.length; i++) {
                    back[(int) order[i]] = i;
                }
                return gy.permute(back);
            })
            .reads(Reads.NOTHING)
            .kind(Kinds.MOVING)
            .linearPart(c -> c.in(0).permute(order(c)))
            .build();

    /** Axes of length 1 repeated until the shape broadcasts with the wanted one. */
    static final Operator EXPAND = Operator.named("Expand")
            .since(8)
            .forward(MovementOperators::expand)
            .gradient((c, gy) -> gy.sumTo(c.shape(0)))
            .reads(Reads.NOTHING)
            .kind(Kinds.MOVING)
            .linearPart(MovementOperators::expand)
            .build();

    /** Every axis repeated as often as wanted. */
    static final Operator TILE = Operator.named("Tile")
            .since(6)
            .forward(MovementOperators::tile)
            .gradient(MovementOperators::tileGradient)
            .reads(Reads.NOTHING)
            .kind(Kinds.MOVING)
            .linearPart(MovementOperators::tile)
            .build();

    /** From a call to the shape of its output. */
    @FunctionalInterface
    private interface ShapeRule {
        long[] of(Call call);
    }

    /** An operator that only changes the shape; row-major order stays. */
    private static Operator reshaping(String name, ShapeRule rule) {
        return Operator.named(name)
                .forward(c -> c.in(0).reshape(rule.of(c)))
                .gradient((c, gy) -> gy.reshape(c.shape(0)))
                .reads(Reads.NOTHING)
                .kind(Kinds.MOVING)
                .linearPart(c -> c.in(0).reshape(rule.of(c)))
                .build();
    }

    private static long[] wantedShape(Call c) {
        long[] wanted =
                c.opset() < 5 ? c.attributes().integers("shape") : c.in(1).toLongs();
        long[] x = c.shape(0);
        if (!c.attributes().flag("allowzero", false)) {
            for (int i = 0; i < wanted.length; i++) {
                if (wanted[i] == 0 && i < x.length) {
                    wanted[i] = x[i];
                }
            }
        }
        long size = NdArray.elements(x);
        long open = Arrays.stream(wanted).filter(d -> d == -1).count();
        long known = elements(Arrays.stream(wanted).filter(d -> d != -1).toArray());
        if (open > 1 || (open == 1 ? known <= 0 || size % known != 0 : known != size)) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "cannot reshape " + Arrays.toString(x) + " to " + Arrays.toString(wanted));
        }
        return wanted;
    }

    /** The number of elements, or -1 if there cannot be so many. */
    private static long elements(long... shape) {
        long n = 1;
        for (long d : shape) {
            if (d < 0 || Math.multiplyHigh(n, d) != 0 || n * d < 0) {
                return -1;
            }
            n *= d;
        }
        return n;
    }

    /** Axes from the attribute (before opset 13) or input 1; null if not given. */
    private static long @Nullable [] axes(Call c) {
        if (c.opset() < 13) {
            return c.attributes().has("axes") ? c.attributes().integers("axes") : null;
        }
        Tensor axes = c.optional(1);
        return axes == null ? null : axes.toLongs();
    }

    private static long[] order(Call c) {
        int rank = c.rank(0);
        long[] reversed = new long[rank];
        for (int i = 0; i < rank; i++) {
            reversed[i] = rank - 1L - i;
        }
        return c.attributes().integers("perm", reversed);
    }

    private static Tensor expand(Call c) {
        return c.in(0).expand(Sizes.broadcast(c.shape(0), c.in(1).toLongs()));
    }

    private static Tensor tile(Call c) {
        long[] repeats = c.in(1).toLongs();
        long[] shape = c.shape(0);
        if (repeats.length != shape.length) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    repeats.length + " repeats are given for the " + shape.length + " axes of "
                            + Arrays.toString(shape));
        }
        for (int i = 0; i < shape.length; i++) {
            if (shape[i] > 0 && repeats[i] > Sizes.MOST_ELEMENTS / shape[i]) {
                throw new WhenceException(
                        ErrorCode.SHAPE_MISMATCH, "repeats " + Arrays.toString(repeats) + " are too many");
            }
            shape[i] *= repeats[i];
        }
        Sizes.checked(shape);
        return c.in(0).repeat(repeats);
    }

    private static Tensor tileGradient(Call c, Tensor gy) {
        long[] x = c.shape(0);
        long[] repeats = c.in(1).toLongs();
        if (x.length == 0) {
            return gy;
        }
        long[] split = new long[2 * x.length];
        long[] over = new long[x.length];
        for (int i = 0; i < x.length; i++) {
            split[2 * i] = repeats[i];
            split[2 * i + 1] = x[i];
            over[i] = 2L * i;
        }
        return gy.reshape(split).sum(false, over);
    }

    static final List<Operator> ALL = List.of(IDENTITY, RESHAPE, FLATTEN, SQUEEZE, UNSQUEEZE, TRANSPOSE, EXPAND, TILE);
}
