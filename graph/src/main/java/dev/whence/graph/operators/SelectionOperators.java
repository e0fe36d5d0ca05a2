package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Call;
import dev.whence.graph.Kind;
import dev.whence.graph.Kinds;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.tensor.Sorting;
import dev.whence.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Operators that choose elements by their size: TopK, Unique, NonMaxSuppression. */
final class SelectionOperators {
    private SelectionOperators() {}

    /** The k largest or smallest elements of an axis in order, and where they stood. */
    static final Operator TOP_K = Operator.named("TopK")
            .forwardMany(c -> {
                Sorting.Sorted top = top(c);
                return List.of(top.values(), top.indices());
            })
            .gradients((c, gys) -> {
                @Nullable Tensor[] out = new @Nullable Tensor[c.arity()];
                Tensor gy = gys[0];
                if (gy != null && c.isActive(0)) {
                    int axis = c.axis("axis", -1, c.rank(0));
                    out[0] = Sizes.zerosLike(gy, c.shape(0)).scatterAdd(axis, top(c).indices(), gy);
                }
                return out;
            })
            .reads(Reads.INPUTS)
            .kind(new Kind.Blocking("which elements it takes depends on what is attributed"))
            .build();

    private static Sorting.Sorted top(Call c) {
        int axis = c.axis("axis", -1, c.rank(0));
        long k = c.opset() < 10 ? c.attributes().integer("k") : c.in(1).toLongs()[0];
        if (k < 0 || k > c.shape(0)[axis]) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH, k + " elements are wanted of an axis of length " + c.shape(0)[axis]);
        }
        return Sorting.topK(c.in(0), k, axis, c.attributes().flag("largest", true));
    }

    /** Each different element (or slice of an axis) once, its first place, the way back, and how often it occurs. */
    static final Operator UNIQUE = Operator.named("Unique")
            .since(11)
            .forwardMany(SelectionOperators::unique)
            .kind(new Kind.Blocking("which elements it takes depends on what is attributed"))
            .build();

    private static List<Tensor> unique(Call c) {
        boolean flat = !c.attributes().has("axis");
        Tensor x = flat ? c.in(0).reshape(-1) : c.in(0);
        int axis = flat ? 0 : c.axis("axis", 0, x.rank());
        Sorting.Distinct distinct = Sorting.distinct(x, axis);
        long[] inverse = distinct.inverse().toLongs();
        long[] counts = distinct.counts().toLongs();
        long[] first = new long[counts.length];
        for (int i = inverse.length - 1; i >= 0; i--) {
            first[(int) inverse[i]] = i;
        }
        long[] order = IntStream.range(0, counts.length)
                .boxed()
                .sorted(
                        c.attributes().flag("sorted", true)
                                ? Comparator.naturalOrder()
                                : Comparator.comparingLong(i -> first[i]))
                .mapToLong(Integer::longValue)
                .toArray();
        long[] rank = new long[order.length];
        for (int i = 0; i < order.length; i++) {
            rank[(int) order[i]] = i;
        }
        Tensor at = longs(c, order);
        return List.of(
                distinct.values().indexSelect(axis, at),
                longs(c, Arrays.stream(order).map(i -> first[(int) i]).toArray()),
                longs(c, Arrays.stream(inverse).map(i -> rank[(int) i]).toArray()),
                longs(c, Arrays.stream(order).map(i -> counts[(int) i]).toArray()));
    }

    private static Tensor longs(Call c, long... values) {
        return Tensor.of(NdArray.of(values, values.length)).on(c.in(0).device());
    }

    /** Boxes chosen by score, less those that overlap a better one of their class too much. */
    static final Operator NON_MAX_SUPPRESSION = Operator.named("NonMaxSuppression")
            .since(10)
            .forward(SelectionOperators::suppressed)
            .kind(Kinds.DISCRETE)
            .build();

    private static Tensor suppressed(Call c) {
        double[] boxes = c.in(0).toDoubles();
        double[] scores = c.in(1).toDoubles();
        long[] shape = c.shape(1);
        int classes = Math.toIntExact(shape[1]);
        int n = Math.toIntExact(shape[2]);
        long most = (long) scalar(c, 2, 0);
        double overlap = scalar(c, 3, 0);
        double least = scalar(c, 4, Double.NEGATIVE_INFINITY);
        boolean centred = c.attributes().flag("center_point_box", false);
        List<long[]> chosen = new ArrayList<>();
        for (int batch = 0; batch < shape[0]; batch++) {
            double[][] corners = corners(boxes, batch * n, n, centred);
            for (int kind = 0; kind < classes; kind++) {
                int start = (batch * classes + kind) * n;
                List<Integer> kept = new ArrayList<>();
                IntStream.range(0, n)
                        .filter(i -> scores[start + i] > least)
                        .boxed()
                        .sorted(Comparator.comparingDouble(i -> -scores[start + i]))
                        .forEach(i -> {
                            boolean free = kept.stream().allMatch(k -> intersection(corners[i], corners[k]) <= overlap);
                            if (kept.size() < most && free) {
                                kept.add(i);
                            }
                        });
                for (int i : kept) {
                    chosen.add(new long[] {batch, kind, i});
                }
            }
        }
        long[] flat = chosen.stream().flatMapToLong(Arrays::stream).toArray();
        return Tensor.of(NdArray.of(flat, chosen.size(), 3)).on(c.in(0).device());
    }

    private static double scalar(Call c, int index, double otherwise) {
        Tensor given = c.optional(index);
        return given == null ? otherwise : given.item();
    }

    /** Boxes as (low, left, high, right). */
    private static double[][] corners(double[] boxes, int from, int n, boolean centred) {
        double[][] out = new double[n][];
        for (int i = 0; i < n; i++) {
            double[] b = Arrays.copyOfRange(boxes, 4 * (from + i), 4 * (from + i) + 4);
            out[i] = centred
                    ? new double[] {b[1] - b[3] / 2, b[0] - b[2] / 2, b[1] + b[3] / 2, b[0] + b[2] / 2}
                    : new double[] {
                        Math.min(b[0], b[2]), Math.min(b[1], b[3]), Math.max(b[0], b[2]), Math.max(b[1], b[3])
                    };
        }
        return out;
    }

    /** The common area of two boxes as a share of the area they cover together. */
    private static double intersection(double[] a, double[] b) {
        double height = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
        double width = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
        if (height <= 0 || width <= 0) {
            return 0;
        }
        double common = height * width;
        return common / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common);
    }

    static final List<Operator> ALL = List.of(TOP_K, UNIQUE, NON_MAX_SUPPRESSION);
}
