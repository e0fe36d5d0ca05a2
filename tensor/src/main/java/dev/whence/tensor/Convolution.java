package dev.whence.tensor;

import dev.whence.core.NdArray;
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

    private static final int FEW_CHANNELS = 4;
    /** Columns that a pullback to few channels makes at once. */
    private static final int PACKED = 4;
    /** Values of the output from which on the weights are worth rearranging. */
    private static final long WORTH_PACKING = 100_000;

    /** Convolves; {@code bias} has one value an output channel. */
    public Tensor apply(Tensor x, Tensor weight, @Nullable Tensor bias) {
        if (isRow(weight)) {
            return fromImage(asImages().apply(asImage(x), asImage(weight), bias));
        }
        try (var b = Tensor.optional(bias)) {
            return Tensor.wrap(torch.convolution(
                    x.at, weight.at, b, stride, padding, dilation, isTransposed, outputPadding, groups));
        }
    }

    /** The gradient towards {@code x}, given the gradient {@code gy} of the output; {@code x} gives only the shape. */
    public Tensor pullback(Tensor gy, Tensor x, Tensor weight) {
        if (isRow(weight)) {
            return fromImage(asImages().pullback(asImage(gy), asImage(x), asImage(weight)));
        }
        if (isOfFewChannels(x, weight)) {
            if (isStrided(weight)) {
                return phases(gy, x.shape(), weight);
            }
            if (isPackable(x, weight) && gy.size() >= WORTH_PACKING) {
                return packed(gy, x.shape(), weight);
            }
        }
        return convolutionBackward(gy, x, weight, 0);
    }

    /**
     * Whether to slide along one axis as along the rows of images one pixel high. The engine does the same, but copies what
     * has its channels innermost first.
     */
    private boolean isRow(Tensor weight) {
        return stride.length == 1 && mayRoundOtherwise(weight);
    }

    /** Whether ways of our own are open, which round otherwise than the engine's. */
    private static boolean mayRoundOtherwise(Tensor weight) {
        return weight.type() == NdArray.Type.FLOAT32 && weight.device().equals(Device.CPU);
    }

    private Convolution asImages() {
        return new Convolution(
                Pooling.lift(stride, 1),
                Pooling.lift(padding, 0),
                Pooling.lift(dilation, 1),
                isTransposed,
                Pooling.lift(outputPadding, 0),
                groups);
    }

    private static Tensor asImage(Tensor row) {
        return Tensor.wrap(torch.unsqueeze(row.at, 2));
    }

    private static Tensor fromImage(Tensor image) {
        return Tensor.wrap(torch.squeeze(image.at, 2));
    }

    /** Whether this is like the first convolution of a network for images, whose pullback the engine does slowly. */
    private boolean isOfFewChannels(Tensor x, Tensor weight) {
        return stride.length == 2
                && dilation[0] == 1
                && dilation[1] == 1
                && !isTransposed
                && groups == 1
                && x.dimension(1) <= FEW_CHANNELS
                && mayRoundOtherwise(weight);
    }

    private boolean isStrided(Tensor weight) {
        return stride[0] == stride[1]
                && stride[0] > 1
                && weight.dimension(2) >= stride[0]
                && weight.dimension(3) >= stride[1];
    }

    private boolean isPackable(Tensor x, Tensor weight) {
        return stride[0] == 1
                && stride[1] == 1
                && x.dimension(3) % PACKED == 0
                && weight.dimension(3) > 1
                && padding[0] < weight.dimension(2)
                && padding[1] < weight.dimension(3);
    }

    /**
     * The pullback of a convolution without a stride, as one that makes a few neighbouring columns at once: what were columns
     * become channels, of which the input had too few to keep the processor busy. With channels innermost they lie in memory
     * as they should.
     */
    private Tensor packed(Tensor gy, long[] x, Tensor weight) {
        long rows = weight.dimension(2);
        long columns = weight.dimension(3);
        Tensor flipped = weight.permute(1, 0, 2, 3).flip(2, 3);
        Tensor[] shifted = new Tensor[PACKED];
        for (int i = 0; i < PACKED; i++) {
            shifted[i] = flipped.pad(0, i, PACKED - 1 - i, 0, 0);
        }
        Tensor parts = Tensor.concat(0, shifted).channelsInnermost();
        long[] frame = {rows - 1 - padding[0], columns - 1 - padding[1]};
        Convolution several = new Convolution(new long[] {1, PACKED}, frame, dilation, false, outputPadding, 1);
        return several.apply(gy, parts, null)
                .permute(0, 2, 3, 1)
                .reshape(x[0], x[2], x[3], x[1])
                .permute(0, 3, 1, 2);
    }

    /**
     * The pullback of a convolution with a stride, as one convolution without: each pixel of the input lies in one of stride x
     * stride phases, and those of one phase see one part of the weights. What were phases become channels, of which the input
     * had too few to keep the processor busy.
     */
    private Tensor phases(Tensor gy, long[] x, Tensor weight) {
        long s = stride[0];
        long rows = Math.ceilDiv(weight.dimension(2), s);
        long columns = Math.ceilDiv(weight.dimension(3), s);
        Tensor whole = weight.pad(0, 0, columns * s - weight.dimension(3), 0, rows * s - weight.dimension(2));
        Tensor parts = whole.reshape(weight.dimension(0), x[1], rows, s, columns, s)
                .flip(2, 4)
                .permute(1, 3, 5, 0, 2, 4)
                .reshape(x[1] * s * s, weight.dimension(0), rows, columns)
                .channelsInnermost();
        long[] one = {1, 1};
        long[] frame = {rows - 1, columns - 1};
        Tensor phases = new Convolution(one, frame, one, false, new long[2], 1).apply(gy, parts, null);
        Tensor pixels = Tensor.wrap(torch.pixel_shuffle(phases.at, s));
        long missingRows = Math.max(0, padding[0] + x[2] - pixels.dimension(2));
        long missingColumns = Math.max(0, padding[1] + x[3] - pixels.dimension(3));
        if (missingRows + missingColumns > 0) {
            pixels = pixels.pad(0, 0, missingColumns, 0, missingRows);
        }
        return pixels.narrow(2, padding[0], x[2]).narrow(3, padding[1], x[3]);
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
