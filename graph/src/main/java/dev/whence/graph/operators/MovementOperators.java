package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Call;
import dev.whence.graph.Kinds;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import java.util.Arrays;
import java.util.List;

/** Operators that only move elements: Reshape, Flatten, Transpose, Identity, Concat. */
final class MovementOperators {
    private MovementOperators() {}

    /** The same value. */
    static final Operator IDENTITY = Operator.named("Identity")
            .structural((interpreter, node, in) -> List.of(java.util.Objects.requireNonNull(in[0])))
            .build();

    /** Another shape; 0 keeps a dimension (unless {@code allowzero}), -1 is worked out. */
    static final Operator RESHAPE = Operator.named("Reshape")
            .forward(c -> c.in(0).reshape(wantedShape(c)))
            .gradient((c, gy) -> gy.reshape(c.shape(0)))
            .reads(Reads.NOTHING)
            .kind(Kinds.MOVING)
            .linearPart(c -> c.in(0).reshape(wantedShape(c)))
            .build();

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
        long known = 1;
        for (long d : wanted) {
            known *= d == -1 ? 1 : d;
        }
        long size = NdArray.elements(x);
        boolean open = Arrays.stream(wanted).anyMatch(d -> d == -1);
        if (open ? known == 0 || size % known != 0 : known != size) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "cannot reshape " + Arrays.toString(x) + " to " + Arrays.toString(wanted));
        }
        return wanted;
    }

    /** Two axes: everything before {@code axis}, and the rest. */
    static final Operator FLATTEN = Operator.named("Flatten")
            .forward(c -> {
                long[] x = c.shape(0);
                long axis = c.attributes().integer("axis", 1);
                int cut = (int) (axis < 0 ? axis + x.length : axis);
                return c.in(0)
                        .reshape(
                                NdArray.elements(Arrays.copyOf(x, cut)),
                                NdArray.elements(Arrays.copyOfRange(x, cut, x.length)));
            })
            .gradient((c, gy) -> gy.reshape(c.shape(0)))
            .reads(Reads.NOTHING)
            .kind(Kinds.MOVING)
            .build();

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
            .build();

    private static long[] order(Call c) {
        int rank = c.rank(0);
        long[] reversed = new long[rank];
        for (int i = 0; i < rank; i++) {
            reversed[i] = rank - 1L - i;
        }
        return c.attributes().integers("perm", reversed);
    }

    static final List<Operator> ALL = List.of(IDENTITY, RESHAPE, FLATTEN, TRANSPOSE);
}
