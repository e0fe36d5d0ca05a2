package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attributes;
import dev.whence.graph.Call;
import dev.whence.graph.Kind;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.tensor.Indexing;
import dev.whence.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Writing elements at places: ScatterElements, ScatterND and the older Scatter. */
final class ScatterOperators {
    private ScatterOperators() {}

    /** Single elements written along an axis. */
    static final Operator SCATTER_ELEMENTS = scatter("ScatterElements", 11);

    /** The former name of {@link #SCATTER_ELEMENTS}. */
    static final Operator SCATTER = scatter("Scatter", 9);

    private static Operator scatter(String name, int since) {
        return Operator.named(name)
                .since(since)
                .forward(c -> {
                    int axis = c.axis("axis", 0, c.rank(0));
                    return combined(c, c.in(0), axis, places(c, axis), c.in(2));
                })
                .gradients((c, gys) -> {
                    int axis = c.axis("axis", 0, c.rank(0));
                    return pulled(c, gys[0], axis, places(c, axis), () -> c.in(0), () -> c.in(2));
                })
                .reads(Reads.INPUTS)
                .kind(ScatterOperators::kind)
                .build();
    }

    private static Tensor places(Call c, int axis) {
        return IndexingOperators.fromFront(c.in(1), c.shape(0)[axis]);
    }

    /** Slices written at places given by their leading coordinates. */
    static final Operator SCATTER_ND = Operator.named("ScatterND")
            .since(11)
            .forward(c -> {
                var at = coordinates(c);
                Tensor index = spread(at);
                Tensor updates = c.in(2).reshape(index.shape());
                return combined(c, c.in(0).reshape(at.rows(), at.width()), 0, index, updates)
                        .reshape(c.shape(0));
            })
            .gradients((c, gys) -> {
                var at = coordinates(c);
                Tensor gy = gys[0] == null ? null : gys[0].reshape(at.rows(), at.width());
                Tensor index = spread(at);
                return pulled(
                        c,
                        gy,
                        0,
                        index,
                        () -> c.in(0).reshape(at.rows(), at.width()),
                        () -> c.in(2).reshape(index.shape()));
            })
            .reads(Reads.INPUTS)
            .kind(ScatterOperators::kind)
            .build();

    private static IndexingOperators.Coordinates coordinates(Call c) {
        return IndexingOperators.Coordinates.of(c.shape(0), c.in(1), 0);
    }

    private static Tensor spread(IndexingOperators.Coordinates at) {
        return at.flat().unsqueeze(1).expand(at.flat().size(), at.width());
    }

    private static Tensor combined(Call c, Tensor x, int axis, Tensor index, Tensor updates) {
        return switch (reduction(c.attributes())) {
            case "none" -> x.scatter(axis, index, updates);
            case "add" -> Indexing.scatterReduce(x, axis, index, updates, Indexing.Reduction.SUM);
            case "mul" -> Indexing.scatterReduce(x, axis, index, updates, Indexing.Reduction.PRODUCT);
            case "max" -> Indexing.scatterReduce(x, axis, index, updates, Indexing.Reduction.MAX);
            case "min" -> Indexing.scatterReduce(x, axis, index, updates, Indexing.Reduction.MIN);
            default ->
                throw new WhenceException(
                        ErrorCode.MODEL_INVALID,
                        "reduction '" + reduction(c.attributes()) + "' is none of none, add, mul, max, min");
        };
    }

    private static String reduction(Attributes at) {
        return at.text("reduction", "none");
    }

    /**
     * What replaces takes its place's gradient away from the data, what is added leaves it, and of the largest or smallest
     * only those that equal the result have a share, the same one each. Only that case reads the values, which are gone
     * where the operator counts as moving.
     */
    private static @Nullable Tensor[] pulled(
            Call c, @Nullable Tensor gy, int axis, Tensor index, Supplier<Tensor> data, Supplier<Tensor> source) {
        @Nullable Tensor[] out = new @Nullable Tensor[c.arity()];
        if (gy == null) {
            return out;
        }
        Tensor kept = gy;
        Tensor written = gy.gather(axis, index);
        switch (reduction(c.attributes())) {
            case "none" -> kept = gy.scatter(axis, index, Sizes.zerosLike(gy, index.shape()));
            case "max", "min" -> {
                Tensor x = data.get();
                Tensor updates = source.get();
                Tensor y = combined(c, x, axis, index, updates);
                Tensor fromData = x.equalTo(y).to(gy.type());
                Tensor fromUpdates = updates.equalTo(y.gather(axis, index)).to(gy.type());
                Tensor share = gy.divide(fromData.scatterAdd(axis, index, fromUpdates));
                kept = share.times(fromData);
                written = share.gather(axis, index).times(fromUpdates);
            }
            case "mul" -> throw new WhenceException(ErrorCode.OPERATOR_NO_RULE, "reduction 'mul' has no gradient here");
            default -> {}
        }
        out[0] = c.isActive(0) ? kept.reshape(c.shape(0)) : null;
        out[2] = c.isActive(2) ? written.reshape(c.shape(2)) : null;
        return out;
    }

    private static Kind kind(Call c) {
        String reduction = reduction(c.attributes());
        return reduction.equals("none") || reduction.equals("add")
                ? IndexingOperators.movingBy(1).of(c)
                : new Kind.Blocking("values that meet are combined by '" + reduction + "'");
    }

    /** Steps written into a cache from a place for each example, which may run around its end. */
    static final Operator TENSOR_SCATTER = Operator.named("TensorScatter")
            .since(24)
            .forward(c -> c.in(0).scatter(cacheAxis(c), written(c), c.in(1)))
            .gradients((c, gys) -> {
                @Nullable Tensor[] out = new @Nullable Tensor[c.arity()];
                Tensor gy = gys[0];
                if (gy != null && c.isActive(0)) {
                    out[0] = gy.scatter(cacheAxis(c), written(c), Sizes.zerosLike(gy, c.shape(1)));
                }
                if (gy != null && c.isActive(1)) {
                    out[1] = gy.gather(cacheAxis(c), written(c));
                }
                return out;
            })
            .reads(Reads.NOTHING)
            .kind(IndexingOperators.movingBy(2))
            .build();

    private static int cacheAxis(Call c) {
        return c.axis("axis", -2, c.rank(0));
    }

    /** The places along the cache's axis, in the shape of the update. */
    private static Tensor written(Call c) {
        int axis = cacheAxis(c);
        long length = c.shape(0)[axis];
        long[] update = c.shape(1);
        int batch = Math.toIntExact(update[0]);
        int steps = Math.toIntExact(update[axis]);
        Tensor given = c.optional(2);
        long[] starts = given == null ? new long[batch] : given.toLongs();
        boolean circular = c.attributes().text("mode", "linear").equals("circular");
        long[] places = new long[Math.multiplyExact(batch, steps)];
        for (int i = 0; i < places.length; i++) {
            long place = starts[i / steps] + i % steps;
            places[i] = circular ? Math.floorMod(place, length) : place;
            if (places[i] < 0 || places[i] >= length) {
                throw new WhenceException(
                        ErrorCode.OPERATOR_FAILED, "place " + place + " lies outside a cache of length " + length);
            }
        }
        long[] around = new long[update.length];
        Arrays.fill(around, 1);
        around[0] = batch;
        around[axis] = steps;
        return Tensor.of(NdArray.of(places, around)).on(c.in(1).device()).expand(update);
    }

    static final List<Operator> ALL = List.of(SCATTER_ELEMENTS, SCATTER, SCATTER_ND, TENSOR_SCATTER);
}
