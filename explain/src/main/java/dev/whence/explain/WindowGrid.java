package dev.whence.explain;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import java.util.Arrays;
import java.util.stream.IntStream;

/** The windows of an occlusion over one example: where each begins, and which elements it covers. */
final class WindowGrid {
    private final long[] shape;
    private final long[] window;
    private final long[] strides;
    private final long[] counts;

    private WindowGrid(long[] shape, long[] window, long[] strides, long[] counts) {
        this.shape = shape;
        this.window = window;
        this.strides = strides;
        this.counts = counts;
    }

    /** The grid over an example of the given shape; windows at the far edge may be cut. */
    static WindowGrid of(Occlusion method, long[] shape) {
        long[] ones = new long[shape.length];
        Arrays.fill(ones, 1);
        long[] window = method.window().length == 0 ? ones : method.window();
        long[] strides = method.strides().length == 0 ? window : method.strides();
        if (window.length != shape.length || strides.length != shape.length) {
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "A window " + Arrays.toString(window) + " with strides " + Arrays.toString(strides)
                            + " does not fit an input of shape " + Arrays.toString(shape)
                            + " (batch left out); one number for each axis is expected.");
        }
        long[] counts = new long[shape.length];
        for (int i = 0; i < shape.length; i++) {
            if (window[i] < 1 || window[i] > shape[i] || strides[i] < 1) {
                throw new WhenceException(
                        ErrorCode.USAGE,
                        "Window " + window[i] + " with stride " + strides[i] + " does not fit axis " + i + " of length "
                                + shape[i] + ".");
            }
            counts[i] = Math.ceilDiv(shape[i] - window[i], strides[i]) + 1;
        }
        return new WindowGrid(shape, window, strides, counts);
    }

    /** The number of windows. */
    int count() {
        return Math.toIntExact(Arrays.stream(counts).reduce(1, Math::multiplyExact));
    }

    /** The flat places of one window's elements. */
    int[] places(int index) {
        int[] flat = {0};
        long rest = index;
        long[] start = new long[shape.length];
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            start[axis] = rest % counts[axis] * strides[axis];
            rest /= counts[axis];
        }
        for (int axis = 0; axis < shape.length; axis++) {
            int from = (int) start[axis];
            int to = (int) Math.min(start[axis] + window[axis], shape[axis]);
            int length = (int) shape[axis];
            flat = Arrays.stream(flat)
                    .flatMap(base -> IntStream.range(from, to).map(i -> base * length + i))
                    .toArray();
        }
        return flat;
    }
}
