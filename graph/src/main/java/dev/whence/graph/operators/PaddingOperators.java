package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Call;
import dev.whence.graph.Kinds;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Operators that widen or crop the ends of axes: Pad, CenterCropPad. */
final class PaddingOperators {
    private PaddingOperators() {}

    /** Entries added at (or, for negative numbers, taken from) both ends of axes. */
    static final Operator PAD = Operator.named("Pad")
            .since(2)
            .forward(c -> Margins.of(c).apply(c.in(0), fill(c)))
            .gradients((c, gys) -> {
                @Nullable Tensor[] out = new @Nullable Tensor[c.arity()];
                Tensor gy = gys[0];
                if (gy == null) {
                    return out;
                }
                Margins margins = Margins.of(c);
                if (c.isActive(0)) {
                    out[0] = margins.pullback(gy, c.shape(0));
                }
                if (c.isActive(2)) {
                    Tensor inside = margins.mode.equals("constant") ? margins.window(gy) : gy;
                    out[2] = gy.sum(false).minus(inside.sum(false)).reshape(c.shape(2));
                }
                return out;
            })
            .reads(Reads.NOTHING)
            .kind(IndexingOperators.MOVING_BY_CONSTANTS)
            .build();

    private static Tensor fill(Call c) {
        if (c.opset() < 11) {
            return Tensor.full(c.attributes().real("value", 0), c.in(0).type())
                    .on(c.in(0).device());
        }
        Tensor given = c.optional(2);
        return given == null
                ? Sizes.zerosLike(c.in(0))
                : given.reshape(new long[0]).to(c.in(0).type());
    }

    /** Axes cut or filled with zeros evenly at both ends until they have the wanted lengths. */
    static final Operator CENTER_CROP_PAD = Operator.named("CenterCropPad")
            .since(18)
            .forward(c -> centred(c).apply(c.in(0), Sizes.zerosLike(c.in(0))))
            .gradient((c, gy) -> centred(c).pullback(gy, c.shape(0)))
            .reads(Reads.NOTHING)
            .kind(Kinds.MOVING)
            .linearPart(c -> centred(c).apply(c.in(0), Sizes.zerosLike(c.in(0))))
            .build();

    private static Margins centred(Call c) {
        long[] x = c.shape(0);
        long[] wanted = c.in(1).toLongs();
        long[] axes =
                c.attributes().integers("axes", LongStream.range(0, x.length).toArray());
        if (axes.length != wanted.length) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH, wanted.length + " lengths are given for " + axes.length + " axes");
        }
        long[] before = new long[x.length];
        long[] after = new long[x.length];
        for (int i = 0; i < axes.length; i++) {
            int axis = Call.axis(axes[i], x.length);
            long more = Sizes.checked(wanted[i])[0] - x[axis];
            before[axis] = more / 2;
            after[axis] = more - more / 2;
        }
        return new Margins(x, before, after, "constant");
    }

    /**
     * How many entries are added at both ends of each axis, and from where they come.
     *
     * @param x the shape before
     */
    private record Margins(long[] x, long[] before, long[] after, String mode) {
        static Margins of(Call c) {
            long[] x = c.shape(0);
            boolean attributes = c.opset() < 11;
            long[] pads = attributes ? c.attributes().integers("pads") : c.in(1).toLongs();
            Tensor axisInput = c.opset() < 18 ? null : c.optional(3);
            long[] axes = axisInput == null ? LongStream.range(0, x.length).toArray() : axisInput.toLongs();
            if (pads.length != 2 * axes.length) {
                throw new WhenceException(
                        ErrorCode.SHAPE_MISMATCH,
                        pads.length + " paddings are given for " + axes.length + " axes; two for each are expected");
            }
            long[] before = new long[x.length];
            long[] after = new long[x.length];
            for (int i = 0; i < axes.length; i++) {
                int axis = Call.axis(axes[i], x.length);
                before[axis] = bounded(pads[i]);
                after[axis] = bounded(pads[i + axes.length]);
            }
            return new Margins(x, before, after, c.attributes().text("mode", "constant"));
        }

        private static long bounded(long pad) {
            if (Math.abs(pad) > Sizes.MOST_ELEMENTS) {
                throw new WhenceException(ErrorCode.SHAPE_MISMATCH, "a padding of " + pad + " is impossible");
            }
            return pad;
        }

        long[] shape() {
            long[] out = x.clone();
            for (int i = 0; i < out.length; i++) {
                out[i] += before[i] + after[i];
            }
            return Sizes.checked(out);
        }

        Tensor apply(Tensor data, Tensor fill) {
            long[] shape = shape();
            if (mode.equals("constant")) {
                Tensor out = fill.expand(shape).copy().as(data.type());
                window(out).copyInPlace(kept(data));
                return out;
            }
            Tensor out = data;
            for (int i = 0; i < x.length; i++) {
                if (before[i] != 0 || after[i] != 0) {
                    out = out.indexSelect(i, sources(i, shape[i]).on(data.device()));
                }
            }
            return out;
        }

        Tensor pullback(Tensor gy, long[] wanted) {
            if (mode.equals("constant")) {
                Tensor out = Sizes.zerosLike(gy, wanted);
                kept(out).copyInPlace(window(gy));
                return out;
            }
            Tensor g = gy;
            for (int i = x.length - 1; i >= 0; i--) {
                if (before[i] != 0 || after[i] != 0) {
                    long[] shape = g.shape();
                    Tensor sources = sources(i, shape[i]).on(gy.device());
                    shape[i] = x[i];
                    g = Sizes.zerosLike(gy, shape).indexAdd(i, sources, g);
                }
            }
            return g;
        }

        /** The part of the input that survives; a view. */
        private Tensor kept(Tensor data) {
            Tensor out = data;
            for (int i = 0; i < x.length; i++) {
                if (before[i] < 0 || after[i] < 0) {
                    out = out.narrow(i, Math.max(0, Math.min(x[i], -before[i])), survivors(i));
                }
            }
            return out;
        }

        /** Where it lies in the output; a view. */
        private Tensor window(Tensor padded) {
            Tensor out = padded;
            for (int i = 0; i < x.length; i++) {
                if (before[i] != 0 || after[i] != 0) {
                    out = out.narrow(i, Math.min(Math.max(0, before[i]), padded.dimension(i)), survivors(i));
                }
            }
            return out;
        }

        private long survivors(int axis) {
            return Math.max(0, x[axis] + Math.min(0, before[axis]) + Math.min(0, after[axis]));
        }

        /** For every entry of the output's axis the entry of the input's axis that it repeats. */
        private Tensor sources(int axis, long length) {
            long n = x[axis];
            if (n == 0 && length > 0) {
                throw new WhenceException(
                        ErrorCode.SHAPE_MISMATCH, "an empty axis of " + Arrays.toString(x) + " cannot be continued");
            }
            long[] out = new long[Sizes.inJava(length)];
            for (int i = 0; i < out.length; i++) {
                out[i] = source(i - before[axis], n);
            }
            return Tensor.of(NdArray.of(out, out.length));
        }

        private long source(long place, long n) {
            return switch (mode) {
                case "edge" -> Math.clamp(place, 0, n - 1);
                case "wrap" -> Math.floorMod(place, n);
                case "reflect" -> {
                    long period = Math.max(1, 2 * (n - 1));
                    long within = Math.floorMod(place, period);
                    yield n == 1 ? 0 : Math.min(within, period - within);
                }
                default ->
                    throw new WhenceException(
                            ErrorCode.MODEL_INVALID, "mode '" + mode + "' is none of constant, edge, reflect, wrap");
            };
        }
    }

    static final List<Operator> ALL = List.of(PAD, CENTER_CROP_PAD);
}
