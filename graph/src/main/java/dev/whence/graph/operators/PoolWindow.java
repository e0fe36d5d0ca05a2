package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Call;
import dev.whence.graph.Kind;
import dev.whence.tensor.Algebra;
import dev.whence.tensor.Pooling;
import dev.whence.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the windows of a pooling operator lie over an input of one shape. A last window that hangs over the end counts
 * with {@code ceil_mode}, unless it would begin behind the input.
 *
 * @param window kernel, stride, dilation and padding
 * @param x the input's shape
 * @param out the number of windows along each spatial axis
 */
record PoolWindow(SpatialWindow window, long[] x, long[] out) {

    static PoolWindow of(Call c) {
        long[] x = c.shape(0);
        SpatialWindow w = SpatialWindow.of(c, x, c.attributes().integers("kernel_shape"));
        boolean ceiling = c.attributes().flag("ceil_mode", false)
                && c.attributes().text("auto_pad", "NOTSET").equals("NOTSET");
        long[] out = new long[w.kernel().length];
        for (int i = 0; i < out.length; i++) {
            long room = x[i + 2] + w.before()[i] + w.after()[i] - span(w, i);
            if (w.kernel()[i] < 1 || w.before()[i] < 0 || w.after()[i] < 0 || room < 0) {
                throw new WhenceException(
                        ErrorCode.SHAPE_MISMATCH,
                        "a window of shape " + Arrays.toString(w.kernel()) + " does not fit into an input of shape "
                                + Arrays.toString(x));
            }
            out[i] = (ceiling ? Math.ceilDiv(room, w.stride()[i]) : room / w.stride()[i]) + 1;
            if (ceiling && (out[i] - 1) * w.stride()[i] >= x[i + 2] + w.before()[i]) {
                out[i]--;
            }
        }
        return new PoolWindow(w, x, out);
    }

    private static long span(SpatialWindow w, int axis) {
        return (w.kernel()[axis] - 1) * w.dilation()[axis] + 1;
    }

    int axes() {
        return out.length;
    }

    /** How far a spatial axis reaches, counted from the first padded place, to the end of the last window. */
    private long reach(int axis) {
        return (out[axis] - 1) * window.stride()[axis] + span(window, axis);
    }

    /** Paddings, in ONNX's order and never negative, with which a convolution has just these windows. */
    long[] framePads() {
        long[] pads = new long[2 * axes()];
        for (int i = 0; i < axes(); i++) {
            pads[i] = window.before()[i];
            pads[axes() + i] = Math.max(0, reach(i) - x[i + 2] - window.before()[i]);
        }
        return pads;
    }

    /** The input with borders that end exactly with the first and the last window. */
    Tensor framed(Tensor input, double value) {
        long[] border = new long[2 * axes()];
        boolean bare = true;
        for (int i = 0; i < axes(); i++) {
            int at = 2 * (axes() - 1 - i);
            border[at] = window.before()[i];
            border[at + 1] = reach(i) - x[i + 2] - window.before()[i];
            bare &= border[at] == 0 && border[at + 1] == 0;
        }
        return bare ? input : input.pad(value, border);
    }

    /** The gradient of {@link #framed}. */
    Tensor unframed(Tensor g) {
        Tensor inner = g;
        for (int i = 0; i < axes(); i++) {
            long missing = x[i + 2] + window.before()[i] - inner.dimension(i + 2);
            if (missing > 0) {
                inner = ConvolutionOperators.padAxis(inner, i + 2, 0, missing);
            }
            inner = inner.narrow(i + 2, window.before()[i], x[i + 2]);
        }
        return inner;
    }

    /** The shape of {@link #framed}. */
    long[] framedShape() {
        long[] shape = x.clone();
        for (int i = 0; i < axes(); i++) {
            shape[i + 2] = reach(i);
        }
        return shape;
    }

    /** The shape of the result. */
    long[] outShape() {
        long[] shape = x.clone();
        System.arraycopy(out, 0, shape, 2, out.length);
        return shape;
    }

    /** Whether one window covers exactly the input, so that its mean is that of all places. */
    boolean isWhole() {
        for (int i = 0; i < axes(); i++) {
            if (window.before()[i] != 0
                    || window.after()[i] != 0
                    || span(window, i) != x[i + 2]
                    || window.dilation()[i] != 1) {
                return false;
            }
        }
        return true;
    }

    /** Whether the engine can do the padding by itself. */
    boolean isNative() {
        for (int i = 0; i < axes(); i++) {
            boolean fits = window.before()[i] == window.after()[i] && 2 * window.before()[i] <= window.kernel()[i];
            long room = x[i + 2] + 2 * window.before()[i] - span(window, i);
            if (!fits || out[i] != room / window.stride()[i] + 1) {
                return false;
            }
        }
        return true;
    }

    /** The engine's pooling: with its own padding if it can, else for a framed input. */
    Pooling pooling() {
        long[] padding = isNative() ? window.before() : new long[axes()];
        return new Pooling(window.kernel(), window.stride(), padding, window.dilation(), false);
    }

    /** How many places of each window lie inside the input, or inside input and padding; {@code [1, 1, windows...]}. */
    Tensor counts(boolean withPadding, NdArray.Type type) {
        Tensor counts = Tensor.full(1, type, filled(1));
        for (int i = 0; i < axes(); i++) {
            double[] alongAxis = new double[(int) out[i]];
            for (int o = 0; o < alongAxis.length; o++) {
                alongAxis[o] = count(i, o, withPadding);
            }
            long[] shape = filled(1);
            shape[i + 2] = out[i];
            counts = counts.times(Tensor.of(NdArray.of(alongAxis, shape)).to(type));
        }
        return counts;
    }

    private long count(int axis, long windowIndex, boolean withPadding) {
        long low = withPadding ? 0 : window.before()[axis];
        long high = window.before()[axis] + x[axis + 2] + (withPadding ? window.after()[axis] : 0);
        long n = 0;
        for (long k = 0; k < window.kernel()[axis]; k++) {
            long place = windowIndex * window.stride()[axis] + k * window.dilation()[axis];
            n += place >= low && place < high ? 1 : 0;
        }
        return n;
    }

    private long[] filled(long value) {
        long[] shape = new long[x.length];
        Arrays.fill(shape, value);
        return shape;
    }

    /** All windows of a framed tensor: {@code [N, C, windows..., elements]}. */
    Tensor windows(Tensor framed) {
        Tensor all = framed;
        for (int i = 0; i < axes(); i++) {
            all = all.unfold(i + 2, span(window, i), window.stride()[i]);
            if (window.dilation()[i] > 1) {
                all = all.slice(all.rank() - 1, 0, span(window, i), window.dilation()[i]);
            }
        }
        long[] shape = Arrays.copyOf(all.shape(), axes() + 3);
        shape[axes() + 2] = NdArray.elements(window.kernel());
        return all.reshape(shape);
    }

    /** For each place in a window, the elements there of all windows of a framed tensor: {@code [N, C, windows...]}. */
    private List<Tensor> elements(Tensor framed) {
        long[] kernel = window.kernel();
        int count = Math.toIntExact(NdArray.elements(kernel));
        List<Tensor> all = new ArrayList<>(count);
        for (int k = 0; k < count; k++) {
            Tensor at = framed;
            int rest = k;
            for (int i = axes() - 1; i >= 0; i--) {
                long from = rest % kernel[i] * window.dilation()[i];
                rest /= (int) kernel[i];
                at = at.slice(i + 2, from, from + (out[i] - 1) * window.stride()[i] + 1, window.stride()[i]);
            }
            all.add(at);
        }
        return all;
    }

    /** Positions in the row-major spatial axes, framed by zeros: {@code [1, 1, spatial...]}. */
    Tensor framedPlaces() {
        long[] shape = x.clone();
        shape[0] = 1;
        shape[1] = 1;
        Tensor flat = Algebra.range(0, NdArray.elements(shape), 1, NdArray.Type.INT64);
        return framed(flat.reshape(shape), 0);
    }

    /** Windows for which the engine does the padding. */
    private final class Sliding implements Kind.Sliding {
        @Override
        public List<Tensor> elements(Tensor x) {
            return PoolWindow.this.elements(framed(x, Double.NEGATIVE_INFINITY));
        }

        @Override
        public List<Tensor> places() {
            return PoolWindow.this.elements(framedPlaces());
        }

        @Override
        public Pooling.Maxima maxima(Tensor x) {
            return pooling().max(x);
        }
    }

    /** The windows of maximum pooling. */
    static final class OfMaximum implements Kind.Windows {
        /** Larger windows, such as those of global pooling, are taken whole. */
        private static final long MOST_ELEMENTS = 64;

        @Override
        public Tensor values(Call call, Tensor input) {
            PoolWindow w = PoolWindow.of(call);
            return w.windows(w.framed(input, Double.NEGATIVE_INFINITY));
        }

        @Override
        public Tensor places(Call call) {
            PoolWindow w = PoolWindow.of(call);
            return w.windows(w.framedPlaces());
        }

        @Override
        public int batchAxes(Call call) {
            return 2;
        }

        @Override
        public Kind.@Nullable Sliding sliding(Call call) {
            PoolWindow w = PoolWindow.of(call);
            boolean isSmall = NdArray.elements(w.window().kernel()) <= MOST_ELEMENTS;
            return isSmall && w.isNative() && call.in(0).type().isFloating() ? w.new Sliding() : null;
        }

        @Override
        public Tensor scatter(Call call, Tensor x, Tensor places, Tensor amounts) {
            PoolWindow w = PoolWindow.of(call);
            return w.axes() == 2 && w.isNative()
                    ? w.pooling().maxPullback(amounts, x, places)
                    : Kind.Windows.super.scatter(call, x, places, amounts);
        }
    }
}
