package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Call;
import dev.whence.graph.Kind;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.graph.Slot;
import dev.whence.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Normalisation by statistics of the example itself, followed by a scale and perhaps a bias; the forms differ in which. */
enum Normalizer {
    /** Over the last axes, from {@code axis} on. */
    LAYER(true),
    /** As {@link #LAYER}, without taking off the mean. */
    ROOT_MEAN_SQUARE(false),
    /** Over the spatial axes of each channel. */
    INSTANCE(true),
    /** Over the spatial axes of groups of channels. */
    GROUP(true);

    private final boolean isCentred;

    Normalizer(boolean isCentred) {
        this.isCentred = isCentred;
    }

    /** The operator of this form. */
    Operator operator(String name, int since) {
        return Operator.named(name)
                .since(since)
                .forwardMany(this::forward)
                .gradients(this::gradient)
                .reads(Reads.INPUTS)
                .kind(new Kind.Composite((emitter, c, in) -> expand(new Formula(emitter, c.type(0)), c, in)))
                .build();
    }

    private static double epsilon(Call c) {
        return c.attributes().real("epsilon", 1e-5);
    }

    /** The shape in which slices are whole axes. */
    private long[] view(Call c) {
        long[] x = c.shape(0);
        boolean hasChannels = this == INSTANCE || this == GROUP;
        if (x.length < (hasChannels ? 2 : 1)) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH, "an input of shape " + Arrays.toString(x) + " has no axes to normalise");
        }
        if (this != GROUP) {
            return x;
        }
        long groups = c.attributes().integer("num_groups");
        if (groups < 1 || x[1] % groups != 0) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    x[1] + " channels do not form " + groups + " groups; num_groups must divide the channels");
        }
        return new long[] {x[0], groups, NdArray.elements(x) / Math.max(1, x[0] * groups)};
    }

    private long[] axes(Call c) {
        return switch (this) {
            case LAYER, ROOT_MEAN_SQUARE ->
                LongStream.range(c.axis("axis", -1, c.rank(0)), c.rank(0)).toArray();
            case INSTANCE -> LongStream.range(2, c.rank(0)).toArray();
            case GROUP -> new long[] {2};
        };
    }

    /** The shape in which a scale or bias broadcasts to the input. */
    private long[] parameterView(Call c, int index) {
        if (this == LAYER || this == ROOT_MEAN_SQUARE) {
            return c.shape(index);
        }
        long[] shape = c.shape(0);
        long channels = shape[1];
        Arrays.fill(shape, 1);
        shape[1] = channels;
        long expected = isByGroup(c) ? c.attributes().integer("num_groups") : channels;
        if (NdArray.elements(c.shape(index)) != expected) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "input " + index + " of shape " + Arrays.toString(c.shape(index))
                            + " does not fit an input of shape " + Arrays.toString(c.shape(0)) + "; [" + expected
                            + "] is expected");
        }
        return shape;
    }

    private boolean isByGroup(Call c) {
        return this == GROUP && c.opset() < 21;
    }

    private long[] grouped(Call c) {
        long groups = c.attributes().integer("num_groups");
        return new long[] {groups, c.shape(0)[1] / groups};
    }

    private Tensor parameter(Call c, int index) {
        long[] shape = parameterView(c, index);
        Tensor p = c.in(index);
        if (isByGroup(c)) {
            p = p.reshape(-1, 1).expand(grouped(c));
        }
        return p.reshape(shape);
    }

    private Tensor parameterGradient(Call c, int index, Tensor g) {
        Tensor summed = g.sumTo(parameterView(c, index));
        if (isByGroup(c)) {
            summed = summed.reshape(grouped(c)).sum(false, 1);
        }
        return summed.reshape(c.shape(index));
    }

    private Slot parameter(Formula f, Call c, int index, Slot p) {
        if (this == LAYER || this == ROOT_MEAN_SQUARE) {
            return p;
        }
        Slot spread = p;
        if (isByGroup(c)) {
            spread =
                    f.emitter().apply("Expand", f.reshape(p, -1, 1), f.emitter().constant(grouped(c)));
        }
        return f.reshape(spread, parameterView(c, index));
    }

    /** Halves are normalised in float32, as the standard asks by default. */
    private Statistics statistics(Call c) {
        Tensor x = c.in(0);
        NdArray.Type type = x.type();
        boolean isHalf = type == NdArray.Type.FLOAT16 || type == NdArray.Type.BFLOAT16;
        Tensor wide = isHalf ? x.to(NdArray.Type.FLOAT32) : x;
        return Statistics.of(wide.reshape(view(c)), axes(c), epsilon(c), isCentred);
    }

    private List<@Nullable Tensor> forward(Call c) {
        Statistics s = statistics(c);
        Tensor normalised = s.normalised().to(c.type(0)).reshape(c.shape(0));
        Tensor y = normalised.times(parameter(c, 1));
        y = c.has(2) ? y.plus(parameter(c, 2)) : y;
        return this == LAYER ? List.of(y, s.mean(), s.inverse()) : List.of(y);
    }

    private @Nullable Tensor[] gradient(Call c, @Nullable Tensor[] gys) {
        Tensor[] out = new Tensor[c.arity()];
        Statistics s = statistics(c);
        Tensor gy = gys[0];
        if (c.isActive(0)) {
            Tensor g = gy == null ? null : gy.times(parameter(c, 1)).reshape(view(c));
            out[0] = s.gradient(g, gys.length > 1 ? gys[1] : null, gys.length > 2 ? gys[2] : null)
                    .to(c.type(0))
                    .reshape(c.shape(0));
        }
        if (gy != null && c.isActive(1)) {
            out[1] = parameterGradient(
                    c, 1, gy.times(s.normalised().to(gy.type()).reshape(c.shape(0))));
        }
        if (gy != null && c.isActive(2)) {
            out[2] = parameterGradient(c, 2, gy);
        }
        return out;
    }

    private @Nullable Slot[] expand(Formula f, Call c, @Nullable Slot[] in) {
        Slot x = Formula.given(in, 0);
        boolean isViewed = this == GROUP;
        Statistics.Written w =
                Statistics.Written.of(f, isViewed ? f.reshape(x, view(c)) : x, axes(c), epsilon(c), isCentred);
        Slot normalised = isViewed ? f.reshape(w.normalised(), c.shape(0)) : w.normalised();
        Slot y = f.times(normalised, parameter(f, c, 1, Formula.given(in, 1)));
        Slot bias = in.length > 2 ? in[2] : null;
        y = bias == null ? y : f.plus(y, parameter(f, c, 2, bias));
        return this == LAYER ? new Slot[] {y, w.mean(), w.inverse()} : new Slot[] {y};
    }
}
