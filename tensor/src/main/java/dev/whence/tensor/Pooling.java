package dev.whence.tensor;

import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.global.torch;

/**
 * Pooling over one, two or three spatial axes of {@code [N, C, spatial...]}. All arrays have one entry a spatial axis.
 *
 * @param kernel size of the window
 * @param stride step of the window
 * @param padding entries added on both sides, at most half the kernel; they never win a maximum
 * @param dilation distance of neighbouring entries of a window; only maxima allow more than 1
 * @param isCeiling whether a last window that hangs over the end counts
 */
public record Pooling(long[] kernel, long[] stride, long[] padding, long[] dilation, boolean isCeiling) {

    /**
     * The largest entry of each window and where it stands.
     *
     * @param values the maxima
     * @param indices int64, the position of each maximum in the row-major spatial axes of its channel
     */
    public record Maxima(Tensor values, Tensor indices) {}

    /** Checks that all arrays speak of the same one, two or three axes. */
    public Pooling {
        int axes = kernel.length;
        if (axes < 1 || axes > 3) {
            throw new IllegalArgumentException("kernel must have 1, 2 or 3 axes, found " + axes);
        }
        if (stride.length != axes || padding.length != axes || dilation.length != axes) {
            throw new IllegalArgumentException("stride, padding and dilation must have " + axes + " axes like kernel");
        }
    }

    /** The largest entry of each window; the first one among equals. */
    public Maxima max(Tensor x) {
        if (kernel.length == 1) {
            try (var flat = torch.unsqueeze(x.at, 2);
                    var both = torch.max_pool2d_with_indices(
                            flat, lift(kernel, 1), lift(stride, 1), lift(padding, 0), lift(dilation, 1), isCeiling)) {
                return new Maxima(
                        Tensor.wrap(torch.squeeze(both.get0(), 2)), Tensor.wrap(torch.squeeze(both.get1(), 2)));
            }
        }
        try (var both = kernel.length == 2
                ? torch.max_pool2d_with_indices(x.at, kernel, stride, padding, dilation, isCeiling)
                : torch.max_pool3d_with_indices(x.at, kernel, stride, padding, dilation, isCeiling)) {
            return new Maxima(first(both), second(both));
        }
    }

    /**
     * The gradient of {@link #max} towards {@code x}: each gradient of an output goes to the winner of its window.
     *
     * @param gy gradient of the maxima
     * @param x what was pooled; only its shape and its layout in memory are read
     * @param indices the winners, as {@link #max} returned them
     */
    public Tensor maxPullback(Tensor gy, Tensor x, Tensor indices) {
        if (kernel.length == 2 && gy.type() == x.type()) {
            return Tensor.wrap(torch.max_pool2d_with_indices_backward(
                    gy.at, x.at, kernel, stride, padding, dilation, isCeiling, indices.at));
        }
        long[] shape = x.shape();
        int outer = shape.length - kernel.length;
        long[] flat = flatten(indices.shape(), outer);
        Tensor result = Tensor.wrap(gy.at.new_zeros(shape));
        try (var to = result.at.view(flatten(shape, outer));
                var at = indices.at.reshape(flat);
                var values = gy.at.reshape(flat)) {
            to.scatter_add_(-1, at, values);
        }
        return result;
    }

    /**
     * The mean of each window.
     *
     * @param countsPadding whether padded entries count in the divisor
     */
    public Tensor average(Tensor x, boolean countsPadding) {
        try (var divisor = new LongOptional()) {
            return switch (kernel.length) {
                case 1 -> Tensor.wrap(torch.avg_pool1d(x.at, kernel, stride, padding, isCeiling, countsPadding));
                case 2 ->
                    Tensor.wrap(torch.avg_pool2d(x.at, kernel, stride, padding, isCeiling, countsPadding, divisor));
                default ->
                    Tensor.wrap(torch.avg_pool3d(x.at, kernel, stride, padding, isCeiling, countsPadding, divisor));
            };
        }
    }

    /** The gradient of {@link #average} towards {@code x}, of which only the shape is read. */
    public Tensor averagePullback(Tensor gy, Tensor x, boolean countsPadding) {
        try (var divisor = new LongOptional()) {
            if (kernel.length == 1) {
                try (var flatGy = torch.unsqueeze(gy.at, 2);
                        var flatX = torch.unsqueeze(x.at, 2);
                        var gx = torch.avg_pool2d_backward(
                                flatGy,
                                flatX,
                                lift(kernel, 1),
                                lift(stride, 1),
                                lift(padding, 0),
                                isCeiling,
                                countsPadding,
                                divisor)) {
                    return Tensor.wrap(torch.squeeze(gx, 2));
                }
            }
            return Tensor.wrap(
                    kernel.length == 2
                            ? torch.avg_pool2d_backward(
                                    gy.at, x.at, kernel, stride, padding, isCeiling, countsPadding, divisor)
                            : torch.avg_pool3d_backward(
                                    gy.at, x.at, kernel, stride, padding, isCeiling, countsPadding, divisor));
        }
    }

    static Tensor first(T_TensorTensor_T both) {
        return Tensor.wrap(new org.bytedeco.pytorch.Tensor(both.get0()));
    }

    static Tensor second(T_TensorTensor_T both) {
        return Tensor.wrap(new org.bytedeco.pytorch.Tensor(both.get1()));
    }

    /** Settings of one axis as those of two, of which the first does nothing. */
    static long[] lift(long[] one, long neutral) {
        return new long[] {neutral, one[0]};
    }

    private static long[] flatten(long[] shape, int outer) {
        long[] flat = new long[outer + 1];
        long inner = 1;
        for (int i = 0; i < shape.length; i++) {
            if (i < outer) {
                flat[i] = shape[i];
            } else {
                inner *= shape[i];
            }
        }
        flat[outer] = inner;
        return flat;
    }
}
