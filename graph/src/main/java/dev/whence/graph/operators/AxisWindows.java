package dev.whence.graph.operators;

import dev.whence.core.NdArray;
import dev.whence.graph.Call;
import dev.whence.graph.Kind;
import dev.whence.tensor.Algebra;
import dev.whence.tensor.Tensor;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.LongStream;

/**
 * The windows of a maximum over whole axes: one window for each place along the axes that remain.
 *
 * @param axes the axes of the maximum, ascending and counted from the front
 * @param keepsAxes whether those axes stay in the output with length 1
 */
record AxisWindows(Function<Call, long[]> axes, Predicate<Call> keepsAxes) implements Kind.Windows {

    @Override
    public Tensor values(Call call, Tensor x) {
        return windows(x, axes.apply(call), keepsAxes.test(call));
    }

    @Override
    public Tensor places(Call call) {
        long[] shape = call.shape(0);
        int batch = batchAxes(call);
        Arrays.fill(shape, 0, batch, 1);
        Tensor flat = Algebra.range(0, NdArray.elements(shape), 1, NdArray.Type.INT64);
        return windows(flat.reshape(shape), axes.apply(call), keepsAxes.test(call));
    }

    @Override
    public int batchAxes(Call call) {
        long[] over = axes.apply(call);
        return over.length == 0 ? call.rank(0) : (int) over[0];
    }

    /** The reduced axes moved to the end and made one; ones left in their places if wanted. */
    private static Tensor windows(Tensor x, long[] over, boolean keeps) {
        long[] shape = x.shape();
        long[] kept = LongStream.range(0, shape.length)
                .filter(a -> Arrays.binarySearch(over, a) < 0)
                .toArray();
        long[] order =
                LongStream.concat(Arrays.stream(kept), Arrays.stream(over)).toArray();
        long window = 1;
        for (long a : over) {
            window *= shape[(int) a];
            shape[(int) a] = 1;
        }
        long[] outer =
                keeps ? shape : Arrays.stream(kept).map(a -> shape[(int) a]).toArray();
        long[] result = Arrays.copyOf(outer, outer.length + 1);
        result[outer.length] = window;
        return x.permute(order).reshape(result);
    }
}
