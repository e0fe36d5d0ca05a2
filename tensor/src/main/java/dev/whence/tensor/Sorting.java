package dev.whence.tensor;

import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.global.torch;

/** Order along an axis. Equal elements keep their order; NaN counts as larger than every number. */
public final class Sorting {
    private Sorting() {}

    /**
     * Elements in order.
     *
     * @param values the elements
     * @param indices int64, where each stood along the axis
     */
    public record Sorted(Tensor values, Tensor indices) {}

    /**
     * Elements without repetition.
     *
     * @param values the different elements, ascending
     * @param inverse int64, for each original entry the place of its value in {@code values}
     * @param counts int64, how often each value occurs
     */
    public record Distinct(Tensor values, Tensor inverse, Tensor counts) {}

    /** All elements of an axis in order. */
    public static Sorted sort(Tensor x, int axis, boolean descending) {
        try (var stable = new BoolOptional(true);
                var both = torch.sort(x.at, stable, axis, descending)) {
            return new Sorted(Pooling.first(both).as(x.type()), Pooling.second(both));
        }
    }

    /** The indices, int64, that put an axis in order. */
    public static Tensor argSort(Tensor x, int axis, boolean descending) {
        return Tensor.wrap(torch.argsort(x.at, true, axis, descending));
    }

    /** The {@code k} largest (or smallest) elements of an axis in order, equal ones by position. */
    public static Sorted topK(Tensor x, long k, int axis, boolean largest) {
        Sorted all = sort(x, axis, largest);
        return new Sorted(all.values().narrow(axis, 0, k), all.indices().narrow(axis, 0, k));
    }

    /** The different slices along an axis, in ascending order. */
    public static Distinct distinct(Tensor x, int axis) {
        try (var three = torch.unique_dim(x.at, axis, true, true, true)) {
            return new Distinct(
                    Tensor.wrap(new org.bytedeco.pytorch.Tensor(three.get0())).as(x.type()),
                    Tensor.wrap(new org.bytedeco.pytorch.Tensor(three.get1())),
                    Tensor.wrap(new org.bytedeco.pytorch.Tensor(three.get2())));
        }
    }
}
