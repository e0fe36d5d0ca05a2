package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.graph.Call;
import dev.whence.tensor.Convolution;
import dev.whence.tensor.Tensor;
import java.util.Arrays;

/**
 * The sliding window of a convolution or pooling: kernel, stride, dilation and the padding of either side, with
 * {@code auto_pad} worked out for the shape at hand.
 *
 * @param kernel window length along each spatial axis
 * @param stride step
 * @param dilation distance of neighbouring window elements
 * @param before padding in front
 * @param after padding behind
 */
record SpatialWindow(long[] kernel, long[] stride, long[] dilation, long[] before, long[] after) {

    /** The window of a convolution whose weight has the given shape. */
    static SpatialWindow of(Call c, long[] weightShape) {
        long[] kernel = Arrays.copyOfRange(weightShape, 2, weightShape.length);
        return of(c, c.shape(0), c.attributes().integers("kernel_shape", kernel));
    }

    /** The window with a kernel over an input of the given shape. */
    static SpatialWindow of(Call c, long[] x, long[] kernel) {
        int axes = x.length - 2;
        if (axes < 1 || axes > 3 || kernel.length != axes) {
            throw new WhenceException(
                    ErrorCode.MODEL_INVALID,
                    "a window of " + kernel.length + " axes cannot slide over an input of shape " + Arrays.toString(x)
                            + "; one to three spatial axes after batch and channels are expected");
        }
        long[] ones = new long[axes];
        Arrays.fill(ones, 1);
        long[] stride = c.attributes().integers("strides", ones);
        long[] dilation = c.attributes().integers("dilations", ones);
        long[] pads = c.attributes().integers("pads", new long[2 * axes]);
        if (stride.length != axes
                || dilation.length != axes
                || pads.length != 2 * axes
                || Arrays.stream(stride).anyMatch(s -> s < 1)
                || Arrays.stream(dilation).anyMatch(d -> d < 1)) {
            throw new WhenceException(
                    ErrorCode.MODEL_INVALID,
                    "strides " + Arrays.toString(stride) + ", dilations " + Arrays.toString(dilation) + " and pads "
                            + Arrays.toString(pads) + " do not fit " + axes + " spatial axes");
        }
        long[] before = Arrays.copyOf(pads, axes);
        long[] after = Arrays.copyOfRange(pads, axes, 2 * axes);
        String auto = c.attributes().text("auto_pad", "NOTSET");
        if (auto.equals("VALID")) {
            before = new long[axes];
            after = new long[axes];
        } else if (auto.startsWith("SAME")) {
            for (int i = 0; i < axes; i++) {
                long out = Math.ceilDiv(x[i + 2], stride[i]);
                long total = Math.max(0, (out - 1) * stride[i] + (kernel[i] - 1) * dilation[i] + 1 - x[i + 2]);
                before[i] = auto.equals("SAME_UPPER") ? total / 2 : total - total / 2;
                after[i] = total - before[i];
            }
        }
        return new SpatialWindow(kernel, stride, dilation, before, after);
    }

    private boolean isSymmetric() {
        return Arrays.equals(before, after);
    }

    /** The engine's convolution; symmetric padding is its own, any other is done by {@link #padded}. */
    Convolution convolution(long groups) {
        long[] none = new long[kernel.length];
        return new Convolution(stride, isSymmetric() ? before : none, dilation, false, none, groups);
    }

    /** The input with the padding that {@link #convolution} leaves to us. */
    Tensor padded(Tensor x, double value) {
        if (isSymmetric()) {
            return x;
        }
        Tensor out = x;
        for (int i = 0; i < kernel.length; i++) {
            out = ConvolutionOperators.padAxis(out, i + 2, before[i], after[i]);
        }
        return out;
    }

    /** The shape of {@link #padded}. */
    long[] paddedShape(long[] x) {
        long[] out = x.clone();
        if (!isSymmetric()) {
            for (int i = 0; i < kernel.length; i++) {
                out[i + 2] += before[i] + after[i];
            }
        }
        return out;
    }

    /** Undoes {@link #padded} on a gradient. */
    Tensor cropped(Tensor g, long[] x) {
        if (isSymmetric()) {
            return g;
        }
        Tensor out = g;
        for (int i = 0; i < kernel.length; i++) {
            out = out.narrow(i + 2, before[i], x[i + 2]);
        }
        return out;
    }
}
