package dev.whence.tensor;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptionalList;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Reading and writing by tensors of indices. Index tensors are int64 (negative ones count from the end) and broadcast
 * against each other; {@code null} in place of one takes the whole axis; axes after the last index are taken whole.
 */
public final class Indexing {
    private Indexing() {}

    /** How values that meet at one place are combined. */
    public enum Reduction {
        SUM("sum"),
        PRODUCT("prod"),
        MEAN("mean"),
        MAX("amax"),
        MIN("amin");

        private final String nativeName;

        Reduction(String nativeName) {
            this.nativeName = nativeName;
        }
    }

    /** The entries at {@code (indices[0], indices[1], ...)}; as numpy's {@code x[i, j, ...]}. */
    public static Tensor at(Tensor x, @Nullable Tensor... indices) {
        try (var list = list(indices)) {
            return Tensor.wrap(torch.index(x.at, list)).as(x.type());
        }
    }

    /**
     * A copy of {@code x} with {@code values} written at {@code (indices[0], indices[1], ...)}.
     *
     * @param accumulates whether values are added to what is there, repeated places several times; otherwise they
     *     replace it, and which of several values for one place wins is not defined
     */
    public static Tensor put(Tensor x, Tensor values, boolean accumulates, @Nullable Tensor... indices) {
        try (var list = list(indices)) {
            return Tensor.wrap(torch.index_put(x.at, list, values.at, accumulates))
                    .as(x.type());
        }
    }

    /**
     * A copy of {@code x} in which the values of {@code source} are combined with what stands at {@code index} along an
     * axis.
     *
     * @param index int64, of the shape of {@code source}
     */
    public static Tensor scatterReduce(Tensor x, int axis, Tensor index, Tensor source, Reduction how) {
        return Tensor.wrap(torch.scatter_reduce(x.at, axis, index.at, source.at, how.nativeName, true))
                .as(x.type());
    }

    /** The positions of all elements that are not zero, int64 {@code [count, rank]}, in row-major order. */
    public static Tensor nonzero(Tensor x) {
        return Tensor.wrap(torch.nonzero(x.at));
    }

    /** A new last axis of length {@code classes} that is 1 at the index and 0 elsewhere; int64 in and out. */
    public static Tensor oneHot(Tensor index, long classes) {
        return Tensor.wrap(torch.one_hot(index.at, classes));
    }

    /** A copy of {@code x} that holds {@code value} where {@code mask} (truth values, broadcast) is true. */
    public static Tensor maskedFill(Tensor x, Tensor mask, double value) {
        try (Scalar s = Tensor.scalarFor(x.type(), value)) {
            return Tensor.wrap(torch.masked_fill(x.at, mask.at, s)).as(x.type());
        }
    }

    private static TensorOptionalList list(@Nullable Tensor... indices) {
        TensorOptionalList list = new TensorOptionalList();
        for (Tensor index : indices) {
            try (TensorOptional optional = Tensor.optional(index)) {
                list.push_back(optional);
            }
        }
        return list;
    }
}
