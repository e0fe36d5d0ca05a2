package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attributes;
import dev.whence.graph.Call;
import dev.whence.graph.Kind;
import dev.whence.graph.Kinds;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.graph.Slot;
import dev.whence.tensor.Algebra;
import dev.whence.tensor.Convolution;
import dev.whence.tensor.Pooling;
import dev.whence.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Pooling over windows or over all spatial axes of {@code [N, C, spatial...]}. */
final class PoolingOperators {
    private PoolingOperators() {}

    /** The largest element of each window, and where it stands in the whole input. */
    static final Operator MAX_POOL = Operator.named("MaxPool")
            .forwardMany(PoolingOperators::maxPool)
            .gradient((c, gy) -> {
                PoolWindow w = PoolWindow.of(c);
                Tensor framed = prepared(w, c.in(0));
                Pooling pooling = w.pooling();
                Tensor g = pooling.maxPullback(gy, framed, pooling.max(framed).indices());
                return w.isNative() ? g : w.unframed(g);
            })
            .reads(Reads.INPUTS)
            .kind(new Kind.Selecting(new PoolWindow.OfMaximum()))
            .build();

    private static Tensor prepared(PoolWindow w, Tensor x) {
        Tensor real = x.type().isFloating() ? x : x.to(NdArray.Type.FLOAT64);
        return w.isNative() ? real : w.framed(real, Double.NEGATIVE_INFINITY);
    }

    private static List<@Nullable Tensor> maxPool(Call c) {
        PoolWindow w = PoolWindow.of(c);
        Pooling.Maxima maxima = w.pooling().max(prepared(w, c.in(0)));
        Tensor values = maxima.values().to(c.type(0));
        return Arrays.asList(values, c.wants(1) ? flatPlaces(c, w, maxima.indices()) : null);
    }

    /** Places in the flattened input, from places in each (possibly framed) channel. */
    private static Tensor flatPlaces(Call c, PoolWindow w, Tensor indices) {
        long[] x = w.x();
        int axes = w.axes();
        boolean columnMajor = c.attributes().flag("storage_order", false);
        long[] plane = w.isNative() ? x : w.framedShape();
        Tensor rest = indices;
        Tensor flat = Tensor.zeros(NdArray.Type.INT64);
        Tensor[] coordinate = new Tensor[axes];
        for (int i = axes - 1; i >= 0; i--) {
            coordinate[i] = rest.remainder(whole(plane[i + 2]));
            rest = rest.minus(coordinate[i])
                    .to(NdArray.Type.FLOAT64)
                    .divide(plane[i + 2])
                    .round()
                    .to(NdArray.Type.INT64);
            if (!w.isNative()) {
                coordinate[i] = coordinate[i].minus(whole(w.window().before()[i]));
            }
        }
        long step = 1;
        for (int n = 0; n < axes; n++) {
            int i = columnMajor ? n : axes - 1 - n;
            flat = flat.plus(coordinate[i].times(whole(step)));
            step *= x[i + 2];
        }
        Tensor channels = Algebra.range(0, x[0] * x[1], 1, NdArray.Type.INT64).times(whole(step));
        long[] shape = new long[axes + 2];
        Arrays.fill(shape, 1);
        shape[0] = x[0];
        shape[1] = x[1];
        return flat.plus(channels.reshape(shape));
    }

    private static Tensor whole(long value) {
        return Tensor.full(value, NdArray.Type.INT64);
    }

    /** The mean of each window; padding counts only with {@code count_include_pad}. */
    static final Operator AVERAGE_POOL = Operator.named("AveragePool")
            .forward(PoolingOperators::averagePool)
            .gradient(PoolingOperators::averageGradient)
            .reads(Reads.NOTHING)
            .kind(Kinds.MOVING)
            .linearPart(PoolingOperators::averagePool)
            .build();

    private static boolean countsPadding(Call c) {
        return c.attributes().flag("count_include_pad", false);
    }

    /** Whether the engine's mean does it. */
    private static boolean isPlain(PoolWindow w) {
        return w.isNative() && Arrays.stream(w.window().dilation()).allMatch(d -> d == 1);
    }

    private static Tensor averagePool(Call c) {
        PoolWindow w = PoolWindow.of(c);
        Tensor x = c.in(0);
        if (w.isWhole()) {
            return x.mean(true, spatial(c));
        }
        if (isPlain(w)) {
            return w.pooling().average(x, countsPadding(c));
        }
        Tensor framed = w.framed(x, 0);
        Tensor sums = sliding(w).apply(oneChannel(framed), ones(w, x.type()), null);
        return sums.reshape(w.outShape()).divide(w.counts(countsPadding(c), x.type()));
    }

    private static Tensor averageGradient(Call c, Tensor gy) {
        PoolWindow w = PoolWindow.of(c);
        if (w.isWhole()) {
            return overallPullback(c, gy);
        }
        if (isPlain(w)) {
            return w.pooling().averagePullback(gy, Tensor.zeros(gy.type()).expand(w.x()), countsPadding(c));
        }
        Tensor each = oneChannel(gy.divide(w.counts(countsPadding(c), gy.type())));
        long[] framed = w.framedShape();
        long[] flat = framed.clone();
        flat[0] = framed[0] * framed[1];
        flat[1] = 1;
        Tensor g = sliding(w).pullback(each, Tensor.zeros(gy.type()).expand(flat), ones(w, gy.type()));
        return w.unframed(g.reshape(framed));
    }

    /** Sums over windows of a framed input with one channel. */
    private static Convolution sliding(PoolWindow w) {
        long[] none = new long[w.axes()];
        return new Convolution(w.window().stride(), none, w.window().dilation(), false, none, 1);
    }

    private static Tensor ones(PoolWindow w, NdArray.Type type) {
        long[] kernel = w.window().kernel();
        long[] shape = new long[kernel.length + 2];
        Arrays.fill(shape, 1);
        System.arraycopy(kernel, 0, shape, 2, kernel.length);
        return Tensor.full(1, type, shape);
    }

    private static Tensor oneChannel(Tensor x) {
        long[] shape = x.shape();
        shape[0] *= shape[1];
        shape[1] = 1;
        return x.reshape(shape);
    }

    /** The mean over all spatial axes. */
    static final Operator GLOBAL_AVERAGE_POOL = Operator.named("GlobalAveragePool")
            .forward(c -> c.in(0).mean(true, spatial(c)))
            .gradient(PoolingOperators::overallPullback)
            .reads(Reads.NOTHING)
            .kind(Kinds.MOVING)
            .linearPart(c -> c.in(0).mean(true, spatial(c)))
            .build();

    /** The pullback of the mean over all spatial axes: a share for each place. */
    private static Tensor overallPullback(Call c, Tensor gy) {
        long[] x = c.shape(0);
        double places = NdArray.elements(Arrays.copyOfRange(x, 2, x.length));
        return gy.divide(places).expand(x);
    }

    private static long[] spatial(Call c) {
        if (c.rank(0) < 3) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "an input of shape " + Arrays.toString(c.shape(0)) + " has no spatial axes; [N, C, spatial...] is"
                            + " expected");
        }
        return LongStream.range(2, c.rank(0)).toArray();
    }

    /** The largest element of each channel. The gradient goes to the first one among equals. */
    static final Operator GLOBAL_MAX_POOL = Operator.named("GlobalMaxPool")
            .forward(c -> c.in(0).max(true, spatial(c)))
            .gradient((c, gy) -> {
                long[] x = c.shape(0);
                Tensor flat = c.in(0).reshape(x[0], x[1], -1);
                Tensor winner = flat.argMax(2, true);
                return Tensor.zeros(gy.type(), flat.shape())
                        .scatter(2, winner, gy.reshape(x[0], x[1], 1))
                        .reshape(x);
            })
            .reads(Reads.INPUTS)
            .kind(new Kind.Selecting(new AxisWindows(PoolingOperators::spatial, c -> true)))
            .build();

    /** The p-norm of each window; what lies outside counts as zero. */
    static final Operator LP_POOL = Operator.named("LpPool")
            .inlined((emitter, c, in) -> {
                Formula f = new Formula(emitter, c.type(0));
                PoolWindow w = PoolWindow.of(c);
                long[] weights = ones(w, NdArray.Type.FLOAT32).shape();
                weights[0] = w.x()[1];
                Attributes window = Attributes.of("strides", w.window().stride())
                        .with("dilations", w.window().dilation())
                        .with("pads", w.framePads())
                        .with("group", w.x()[1]);
                Slot sums = emitter.apply(
                        "Conv",
                        window,
                        powers(f, c, Formula.given(in, 0)),
                        f.constant(Tensor.full(1, f.type(), weights)));
                return new Slot[] {root(f, c, sums)};
            })
            .build();

    /** The p-norm of each channel. */
    static final Operator GLOBAL_LP_POOL = Operator.named("GlobalLpPool")
            .inlined((emitter, c, in) -> {
                Formula f = new Formula(emitter, c.type(0));
                Slot sums = f.reduce("ReduceSum", powers(f, c, Formula.given(in, 0)), spatial(c));
                return new Slot[] {root(f, c, sums)};
            })
            .build();

    private static double exponent(Call c) {
        double p = c.attributes().real("p", 2);
        if (!(p > 0)) {
            throw new WhenceException(ErrorCode.MODEL_INVALID, "attribute 'p' is " + p + "; more than 0 is expected");
        }
        return p;
    }

    private static Slot powers(Formula f, Call c, Slot x) {
        double p = exponent(c);
        if (p == 2) {
            return f.times(x, x);
        }
        Slot size = f.apply("Abs", x);
        return p == 1 ? size : f.emitter().apply("Pow", size, f.number(p));
    }

    private static Slot root(Formula f, Call c, Slot sums) {
        double p = exponent(c);
        if (p == 2) {
            return f.apply("Sqrt", sums);
        }
        return p == 1 ? sums : f.emitter().apply("Pow", sums, f.number(1 / p));
    }

    /** Puts elements back where a maximum pooling found them, zeros elsewhere. */
    static final Operator MAX_UNPOOL = Operator.named("MaxUnpool")
            .since(9)
            .forward(c -> {
                long[] inferred = unpooledShape(c);
                Tensor flat = Tensor.zeros(c.type(0), NdArray.elements(inferred));
                Tensor y = flat.scatter(0, places(c, inferred), c.in(0).reshape(-1))
                        .reshape(inferred);
                return c.has(2) ? fitted(y, c.in(2).toLongs()) : y;
            })
            .gradient((c, gy) -> {
                long[] inferred = unpooledShape(c);
                Tensor g = fitted(gy, inferred).reshape(-1);
                return g.indexSelect(0, places(c, inferred)).reshape(c.shape(0));
            })
            .reads(Reads.INPUTS)
            .kind(c -> c.isActive(1) ? new Kind.Blocking("its places depend on the input") : Kinds.MOVING)
            .build();

    private static long[] unpooledShape(Call c) {
        long[] x = c.shape(0);
        SpatialWindow w = SpatialWindow.of(c, x, c.attributes().integers("kernel_shape"));
        long size = x[0] * x[1];
        for (int i = 0; i < w.kernel().length; i++) {
            x[i + 2] = (x[i + 2] - 1) * w.stride()[i] + w.kernel()[i] - w.before()[i] - w.after()[i];
            if (x[i + 2] < 1 || x[i + 2] > Integer.MAX_VALUE / Math.max(1, size)) {
                throw new WhenceException(
                        ErrorCode.SHAPE_MISMATCH, "the unpooled shape " + Arrays.toString(x) + " is not possible");
            }
            size *= x[i + 2];
        }
        return x;
    }

    private static Tensor places(Call c, long[] shape) {
        Tensor places = c.in(1).reshape(-1);
        long size = NdArray.elements(shape);
        if (places.size() > 0
                && (places.min(false, 0).item() < 0 || places.max(false, 0).item() >= size)) {
            throw new WhenceException(
                    ErrorCode.OPERATOR_FAILED, "an index lies outside the " + size + " places of the output");
        }
        return places;
    }

    /** Cuts or fills with zeros at the end of each axis. */
    private static Tensor fitted(Tensor y, long[] shape) {
        long[] border = new long[2 * shape.length];
        for (int i = 0; i < shape.length; i++) {
            border[2 * (shape.length - 1 - i) + 1] = shape[i] - y.dimension(i);
        }
        return Arrays.equals(shape, y.shape()) ? y : y.pad(0, border);
    }

    static final List<Operator> ALL =
            List.of(MAX_POOL, AVERAGE_POOL, GLOBAL_AVERAGE_POOL, GLOBAL_MAX_POOL, LP_POOL, GLOBAL_LP_POOL, MAX_UNPOOL);
}
