package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Call;
import dev.whence.graph.Kind;
import dev.whence.graph.Kinds;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.tensor.Algebra;
import dev.whence.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** Reading elements at places: Gather, GatherElements, GatherND, Compress. */
final class IndexingOperators {
    private IndexingOperators() {}

    private static final Kind MOVED_BY_DATA =
            new Kind.Blocking("which elements it takes depends on what is attributed");

    /** What moves input 0 by the index in another input: moving, unless the index itself depends on the sources. */
    static Operator.KindRule movingBy(int index) {
        return c -> c.isActive(index) ? MOVED_BY_DATA : Kinds.MOVING;
    }

    /** What moves real inputs as whole-number inputs say: moving, unless one of those depends on the sources. */
    static final Operator.KindRule MOVING_BY_CONSTANTS = c -> {
        for (int i = 1; i < c.arity(); i++) {
            if (c.isActive(i) && !c.type(i).isFloating()) {
                return MOVED_BY_DATA;
            }
        }
        return Kinds.MOVING;
    };

    /** Whole entries of an axis by index. */
    static final Operator GATHER = Operator.named("Gather")
            .forward(IndexingOperators::gathered)
            .gradient((c, gy) -> {
                long[] x = c.shape(0);
                int axis = c.axis("axis", 0, x.length);
                Tensor index = fromFront(c.in(1), x[axis]).reshape(-1);
                long[] shape = x.clone();
                shape[axis] = index.size();
                return Sizes.zerosLike(gy, x).indexAdd(axis, index, gy.reshape(shape));
            })
            .reads(Reads.NOTHING)
            .kind(movingBy(1))
            .linearPart(IndexingOperators::gathered)
            .build();

    private static Tensor gathered(Call c) {
        long[] x = c.shape(0);
        int axis = c.axis("axis", 0, x.length);
        Tensor index = fromFront(c.in(1), x[axis]);
        long[] places = index.shape();
        long[] out = new long[x.length - 1 + places.length];
        System.arraycopy(x, 0, out, 0, axis);
        System.arraycopy(places, 0, out, axis, places.length);
        System.arraycopy(x, axis + 1, out, axis + places.length, x.length - axis - 1);
        return c.in(0).indexSelect(axis, index.reshape(-1)).reshape(Sizes.checked(out));
    }

    /** Indices as int64 with negative ones counted from the front. */
    static Tensor fromFront(Tensor index, long length) {
        Tensor whole = index.to(NdArray.Type.INT64);
        return whole.lessThan(0).where(whole.plus(length), whole);
    }

    /** Single elements along an axis, one for each element of the index. */
    static final Operator GATHER_ELEMENTS = Operator.named("GatherElements")
            .since(11)
            .forward(IndexingOperators::elements)
            .gradient((c, gy) -> {
                long[] x = c.shape(0);
                int axis = c.axis("axis", 0, x.length);
                return Sizes.zerosLike(gy, x).scatterAdd(axis, fromFront(c.in(1), x[axis]), gy);
            })
            .reads(Reads.NOTHING)
            .kind(movingBy(1))
            .linearPart(IndexingOperators::elements)
            .build();

    private static Tensor elements(Call c) {
        long[] x = c.shape(0);
        int axis = c.axis("axis", 0, x.length);
        return c.in(0).gather(axis, fromFront(c.in(1), x[axis]));
    }

    /** Slices at places given by all their leading coordinates, after some batch axes. */
    static final Operator GATHER_ND = Operator.named("GatherND")
            .since(11)
            .forward(IndexingOperators::slices)
            .gradient((c, gy) -> {
                Coordinates at = coordinates(c);
                Tensor zeros = Sizes.zerosLike(gy, at.rows(), at.width());
                return zeros.indexAdd(0, at.flat(), gy.reshape(at.flat().size(), at.width()))
                        .reshape(c.shape(0));
            })
            .reads(Reads.NOTHING)
            .kind(movingBy(1))
            .linearPart(IndexingOperators::slices)
            .build();

    private static Tensor slices(Call c) {
        Coordinates at = coordinates(c);
        long[] x = c.shape(0);
        long[] index = c.shape(1);
        int used = Math.toIntExact(c.attributes().integer("batch_dims", 0) + index[index.length - 1]);
        long[] out = Arrays.copyOf(index, index.length - 1 + x.length - used);
        System.arraycopy(x, used, out, index.length - 1, x.length - used);
        return c.in(0).reshape(at.rows(), at.width()).indexSelect(0, at.flat()).reshape(Sizes.checked(out));
    }

    private static Coordinates coordinates(Call c) {
        return Coordinates.of(
                c.shape(0), c.in(1), Math.toIntExact(c.attributes().integer("batch_dims", 0)));
    }

    /**
     * Places in a tensor seen as a matrix: {@code flat} numbers its rows, each {@code width} elements wide.
     *
     * @param flat int64, one-dimensional
     */
    record Coordinates(Tensor flat, long rows, long width) {
        /** Reads the last axis of an index as coordinates that follow {@code batch} axes shared with the data. */
        static Coordinates of(long[] x, Tensor index, int batch) {
            long[] shape = index.shape();
            int depth = shape.length == 0 ? -1 : Math.toIntExact(shape[shape.length - 1]);
            if (depth < 0 || batch < 0 || batch >= shape.length || batch + depth > x.length) {
                throw new WhenceException(
                        ErrorCode.SHAPE_MISMATCH,
                        "indices of shape " + Arrays.toString(shape) + " do not fit data of shape "
                                + Arrays.toString(x));
            }
            long batches = NdArray.elements(Arrays.copyOf(x, batch));
            long inner = NdArray.elements(Arrays.copyOfRange(x, batch, batch + depth));
            long width = NdArray.elements(Arrays.copyOfRange(x, batch + depth, x.length));
            long places = NdArray.elements(Arrays.copyOfRange(shape, batch, shape.length - 1));
            Tensor flat = Algebra.range(0, batches, 1, NdArray.Type.INT64)
                    .on(index.device())
                    .times(inner)
                    .reshape(batches, 1)
                    .expand(batches, places);
            Tensor table = index.to(NdArray.Type.INT64).reshape(batches, places, depth);
            long stride = inner;
            for (int i = 0; i < depth; i++) {
                long length = x[batch + i];
                stride = length == 0 ? 0 : stride / length;
                flat = flat.plus(checked(table.select(2, i), length).times(stride));
            }
            return new Coordinates(flat.reshape(-1), batches * inner, width);
        }

        private static Tensor checked(Tensor index, long length) {
            if (index.size() > 0
                    && (index.min(false, 0, 1).item() < -length
                            || index.max(false, 0, 1).item() >= length)) {
                throw new WhenceException(
                        ErrorCode.OPERATOR_FAILED, "an index lies outside an axis of length " + length);
            }
            return fromFront(index, length);
        }
    }

    /** Entries of an axis (of the flat tensor, if none is named) for which a condition holds. */
    static final Operator COMPRESS = Operator.named("Compress")
            .since(9)
            .forward(IndexingOperators::compressed)
            .gradient((c, gy) -> {
                boolean flat = !c.attributes().has("axis");
                long[] x = flat ? new long[] {NdArray.elements(c.shape(0))} : c.shape(0);
                return Sizes.zerosLike(gy, x)
                        .indexAdd(flat ? 0 : c.axis("axis", 0, x.length), chosen(c.in(1)), gy)
                        .reshape(c.shape(0));
            })
            .reads(Reads.NOTHING)
            .kind(movingBy(1))
            .linearPart(IndexingOperators::compressed)
            .build();

    private static Tensor compressed(Call c) {
        return c.attributes().has("axis")
                ? c.in(0).indexSelect(c.axis("axis", 0, c.rank(0)), chosen(c.in(1)))
                : c.in(0).reshape(-1).indexSelect(0, chosen(c.in(1)));
    }

    private static Tensor chosen(Tensor condition) {
        return dev.whence.tensor.Indexing.nonzero(condition).reshape(-1);
    }

    static final List<Operator> ALL = List.of(GATHER, GATHER_ELEMENTS, GATHER_ND, COMPRESS);
}
