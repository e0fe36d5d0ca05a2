package dev.whence.tensor;

import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.pytorch.LongArrayRefOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Convolution over one, two or three spatial axes and its pullback. Images are {@code [N, C, spatial...]}, weights
 * {@code [M, C/groups, kernel...]} (transposed: {@code [C, M/groups, kernel...]}).
 *
 * @param stride step of the window along each spatial axis
 * @param padding zeros added on both sides of each spatial axis
 * @param dilation distance of neighbouring weights
 * @param isTransposed whether this is the transposed convolution
 * @param outputPadding extra rows at the end of a transposed convolution's output
 * @param groups number of channel groups
 */
public record Convolution(
        long[] stride, long[] padding, long[] dilation, boolean isTransposed, long[] outputPadding, long groups) {

    /** Convolves; {@code bias} has one value an output channel. */
    public Tensor apply(Tensor x, Tensor weight, @Nullable Tensor bias) {
        try (var b = Tensor.optional(bias)) {
            return Tensor.wrap(torch.convolution(
                    x.at, weight.at, b, stride, padding, dilation, isTransposed, outputPadding, groups));
        }
    }

    /** The gradient towards {@code x}, given the gradient {@code gy} of the output; {@code x} gives only the shape. */
    public Tensor pullback(Tensor gy, Tensor x, Tensor weight) {
        return convolutionBackward(gy, x, weight, 0);
    }

    /** The gradient towards the weight. */
    public Tensor weightPullback(Tensor gy, Tensor x, Tensor weight) {
        return convolutionBackward(gy, x, weight, 1);
    }

    private Tensor convolutionBackward(Tensor gy, Tensor x, Tensor weight, int wanted) {
        try (BoolPointer mask = new BoolPointer(3);
                var noBias = new LongArrayRefOptional()) {
            for (int i = 0; i < 3; i++) {
                mask.put(i, i == wanted);
            }
            try (var all = torch.convolution_backward(
                    gy.at,
                    x.at,
                    weight.at,
                    noBias,
                    stride,
                    padding,
                    dilation,
                    isTransposed,
                    outputPadding,
                    groups,
                    mask)) {
                return Tensor.wrap(new org.bytedeco.pytorch.Tensor(wanted == 0 ? all.get0() : all.get1()));
            }
        }
    }
}
