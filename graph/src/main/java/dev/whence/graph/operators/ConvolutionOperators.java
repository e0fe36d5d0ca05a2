package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.graph.Call;
import dev.whence.graph.Kind;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.tensor.Convolution;
import dev.whence.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Conv and ConvTranspose over one to three spatial axes, with every padding form of ONNX. */
final class ConvolutionOperators {
    private ConvolutionOperators() {}

    /** Convolution, {@code [N, C, spatial...]} with weights {@code [M, C/group, kernel...]}. */
    static final Operator CONV = Operator.named("Conv")
            .forward(c -> conv(c, c.optional(2)))
            .gradients(ConvolutionOperators::convGradient)
            .reads(Reads.NOTHING)
            .kind(ConvolutionOperators::kind)
            .build();

    private static Kind kind(Call c) {
        if (c.isActive(2)) {
            return new Kind.Blocking("its bias depends on the input");
        }
        return c.isActive(0) && c.isActive(1)
                ? new Kind.Bilinear(0, 1, true)
                : c.isActive(0) ? new Kind.Weighted(0, 1, 2) : new Kind.Weighted(1, 0, 2);
    }

    private static Tensor conv(Call c, @Nullable Tensor bias) {
        SpatialWindow w = SpatialWindow.of(c, c.shape(1));
        return w.convolution(groups(c)).apply(w.padded(c.in(0), 0), c.in(1), bias);
    }

    private static long groups(Call c) {
        return c.attributes().integer("group", 1);
    }

    private static @Nullable Tensor[] convGradient(Call c, @Nullable Tensor[] gys) {
        @Nullable Tensor[] out = new @Nullable Tensor[c.arity()];
        Tensor gy = gys[0];
        if (gy == null) {
            return out;
        }
        SpatialWindow w = SpatialWindow.of(c, c.shape(1));
        Convolution convolution = w.convolution(groups(c));
        if (c.isActive(0)) {
            // The engine reads only the shape of x here.
            Tensor x = Tensor.zeros(gy.type()).expand(w.paddedShape(c.shape(0)));
            out[0] = w.cropped(convolution.pullback(gy, x, c.in(1)), c.shape(0));
        }
        if (c.isActive(1)) {
            out[1] = convolution.weightPullback(gy, w.padded(c.in(0), 0), c.in(1));
        }
        return out;
    }

    /** Transposed convolution, weights {@code [C, M/group, kernel...]}. */
    static final Operator CONV_TRANSPOSE = Operator.named("ConvTranspose")
            .forward(c -> Transposed.of(c).apply(c.in(0), c.in(1), c.optional(2)))
            .gradients((c, gys) -> {
                @Nullable Tensor[] out = new @Nullable Tensor[c.arity()];
                Tensor gy = gys[0];
                if (gy != null && c.isActive(0)) {
                    out[0] = Transposed.of(c).pullback(gy, c.shape(0), c.in(1));
                }
                return out;
            })
            .reads(Reads.NOTHING)
            .kind(c -> c.isActive(1) || c.isActive(2)
                    ? new Kind.Blocking("its weights depend on the input")
                    : new Kind.Weighted(0, 1, 2))
            .build();

    /** The transposed convolution without padding, and the crop that padding and output shape ask for. */
    private record Transposed(Convolution full, long[] begin, long[] size) {
        static Transposed of(Call c) {
            long[] x = c.shape(0);
            long[] weight = c.shape(1);
            int axes = x.length - 2;
            long[] ones = new long[axes];
            Arrays.fill(ones, 1);
            var at = c.attributes();
            long[] stride = at.integers("strides", ones);
            long[] dilation = at.integers("dilations", ones);
            long[] extra = at.integers("output_padding", new long[axes]);
            long[] pads = at.integers("pads", new long[2 * axes]);
            String auto = at.text("auto_pad", "NOTSET");
            long[] begin = new long[axes];
            long[] size = new long[axes];
            for (int i = 0; i < axes; i++) {
                long full = stride[i] * (x[i + 2] - 1) + extra[i] + (weight[i + 2] - 1) * dilation[i] + 1;
                long total = pads[i] + pads[i + axes];
                begin[i] = pads[i];
                if (at.has("output_shape")) {
                    long[] shape = at.integers("output_shape");
                    total = full - shape[shape.length - axes + i];
                    long hidden = Math.max(0, total);
                    begin[i] = auto.equals("SAME_UPPER") ? hidden / 2 : hidden - hidden / 2;
                } else if (auto.startsWith("SAME")) {
                    total = full - x[i + 2] * stride[i];
                    begin[i] = auto.equals("SAME_UPPER") ? total / 2 : total - total / 2;
                }
                size[i] = full - total;
            }
            long[] none = new long[axes];
            // Extra rows beyond the crop are asked from the engine only where padding does not hide them.
            return new Transposed(
                    new Convolution(stride, none, dilation, true, none, at.integer("group", 1)), begin, size);
        }

        Tensor apply(Tensor x, Tensor weight, @Nullable Tensor bias) {
            Tensor y = full.apply(x, weight, null);
            for (int i = 0; i < begin.length; i++) {
                y = fit(y, i + 2, begin[i], size[i]);
            }
            return bias == null ? y : y.plus(bias.reshape(perChannel(y.rank())));
        }

        /** Cuts (or, where begin is negative or the end is short, fills with zeros) one axis. */
        private static Tensor fit(Tensor y, int axis, long begin, long size) {
            long from = Math.max(begin, 0);
            long to = Math.min(begin + size, y.dimension(axis));
            Tensor cut = y.narrow(axis, from, Math.max(0, to - from));
            return padAxis(cut, axis, from - begin, begin + size - to);
        }

        Tensor pullback(Tensor gy, long[] x, Tensor weight) {
            Tensor g = gy;
            for (int i = 0; i < begin.length; i++) {
                long length =
                        full.stride()[i] * (x[i + 2] - 1) + (weight.dimension(i + 2) - 1) * full.dilation()[i] + 1;
                g = fit(g, i + 2, -begin[i], length);
            }
            return full.pullback(g, Tensor.zeros(gy.type()).expand(x), weight);
        }
    }

    static Tensor padAxis(Tensor x, int axis, long before, long after) {
        if (before == 0 && after == 0) {
            return x;
        }
        if (before < 0 || after < 0) {
            throw new WhenceException(ErrorCode.MODEL_INVALID, "paddings must not be negative");
        }
        long[] shape = x.shape();
        Tensor out = x;
        if (before > 0) {
            shape[axis] = before;
            out = Tensor.concat(axis, Tensor.zeros(x.type(), shape), out);
        }
        if (after > 0) {
            shape[axis] = after;
            out = Tensor.concat(axis, out, Tensor.zeros(x.type(), shape));
        }
        return out;
    }

    static long[] perChannel(int rank) {
        long[] shape = new long[rank];
        Arrays.fill(shape, 1);
        shape[1] = -1;
        return shape;
    }

    static final List<Operator> ALL = List.of(CONV, CONV_TRANSPOSE);
}
