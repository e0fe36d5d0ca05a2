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

/** Normalisation by stored statistics or by those of the example itself. */
final class NormalizationOperators {
    private NormalizationOperators() {}

    /**
     * Batch normalisation with the stored statistics: y = scale (x - mean) / sqrt(var + epsilon) + bias for each channel.
     * In training mode (from opset 14) it uses the statistics of the batch, through which nothing can be attributed.
     */
    static final Operator BATCH_NORMALIZATION = Operator.named("BatchNormalization")
            .forwardMany(NormalizationOperators::batchNormalization)
            .gradient((c, gy) -> gy.times(factor(c).to(gy.type())))
            .reads(Reads.NOTHING)
            .kind(c -> {
                if (isTraining(c)) {
                    return new Kind.Blocking("its training mode mixes the examples of the batch");
                }
                return c.isActive(0) && c.activeCount() == 1
                        ? new Kind.Scaling(call -> factor(call).to(call.in(0).type()))
                        : new Kind.Blocking("its scale, bias or statistics depend on the input");
            })
            .build();

    private static boolean isTraining(Call c) {
        return c.opset() >= 14 && c.attributes().flag("training_mode", false);
    }

    /** scale / sqrt(var + epsilon) in the type of the statistics, shaped to broadcast over the batch. */
    private static Tensor factor(Call c) {
        double epsilon = c.attributes().real("epsilon", 1e-5);
        Tensor scale = c.in(1).to(c.in(4).type());
        return perFeature(c, scale.divide(c.in(4).plus(epsilon).sqrt()));
    }

    /** One value a channel, or (before opset 9 on request) one a channel and place. */
    private static Tensor perFeature(Call c, Tensor values) {
        long[] shape = c.shape(0);
        boolean eachPlace = c.opset() < 9 && !c.attributes().flag("spatial", true);
        shape[0] = 1;
        if (!eachPlace) {
            Arrays.fill(shape, Math.min(2, shape.length), shape.length, 1);
        }
        if (shape.length == 1) {
            shape[0] = c.shape(0)[0];
        }
        if (NdArray.elements(shape) != values.size()) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    values.size() + " statistics do not fit an input of shape " + Arrays.toString(c.shape(0)));
        }
        return values.reshape(shape);
    }

    private static List<@Nullable Tensor> batchNormalization(Call c) {
        if (isTraining(c)) {
            return trained(c);
        }
        NdArray.Type wide = c.in(4).type();
        Tensor factor = factor(c);
        Tensor shift = perFeature(c, c.in(2).to(wide))
                .minus(perFeature(c, c.in(3).to(wide)).times(factor));
        Tensor x = c.in(0);
        return List.of(x.to(wide).times(factor).plus(shift).to(x.type()));
    }

    private static List<@Nullable Tensor> trained(Call c) {
        NdArray.Type wide = c.in(4).type();
        Tensor x = c.in(0).to(wide);
        long[] axes = LongStream.range(0, x.rank()).filter(a -> a != 1).toArray();
        Tensor mean = x.mean(true, axes);
        Tensor centred = x.minus(mean);
        Tensor variance = centred.times(centred).mean(true, axes);
        double epsilon = c.attributes().real("epsilon", 1e-5);
        Tensor y = centred.divide(variance.plus(epsilon).sqrt())
                .times(perFeature(c, c.in(1).to(wide)))
                .plus(perFeature(c, c.in(2).to(wide)));
        double momentum = c.attributes().real("momentum", 0.9);
        Tensor runningMean = blend(c.in(3), mean, momentum);
        Tensor runningVariance = blend(c.in(4), variance, momentum);
        return List.of(y.to(c.in(0).type()), runningMean, runningVariance);
    }

    private static Tensor blend(Tensor before, Tensor now, double momentum) {
        return before.times(momentum).plus(now.reshape(before.shape()).times(1 - momentum));
    }

    /**
     * Layer normalisation over the axes from {@code axis} on: c = x - mean, v = mean(c c) + epsilon,
     * y = c / sqrt(v) scale + bias. Further outputs: the mean and 1 / sqrt(v).
     */
    static final Operator LAYER_NORMALIZATION = Operator.named("LayerNormalization")
            .forwardMany(c -> {
                Statistics s = Statistics.of(c.in(0), layerAxes(c), epsilon(c), true);
                Tensor y = s.normalised().times(c.in(1));
                Tensor bias = c.optional(2);
                return List.of(bias == null ? y : y.plus(bias), s.mean(), s.inverse());
            })
            .gradients((c, gys) -> layerGradient(c, gys, true))
            .reads(Reads.INPUTS)
            .kind(new Kind.Composite((emitter, c, in) -> {
                Formula f = new Formula(emitter, c.in(0).type());
                Written w = Written.of(f, required(in, 0), layerAxes(c), epsilon(c), true);
                Slot y = f.times(w.normalised(), required(in, 1));
                Slot bias = in.length > 2 ? in[2] : null;
                return new Slot[] {bias == null ? y : f.plus(y, bias), w.mean(), w.inverse()};
            }))
            .build();

    static Slot required(@Nullable Slot[] in, int index) {
        Slot slot = index < in.length ? in[index] : null;
        if (slot == null) {
            throw new WhenceException(
                    ErrorCode.MODEL_INVALID, "input " + index + " is missing; this operator cannot work without it");
        }
        return slot;
    }

    private static double epsilon(Call c) {
        return c.attributes().real("epsilon", 1e-5);
    }

    private static long[] layerAxes(Call c) {
        return LongStream.range(c.axis("axis", -1, c.rank(0)), c.rank(0)).toArray();
    }

    private static @Nullable Tensor[] layerGradient(Call c, @Nullable Tensor[] gys, boolean isCentred) {
        Tensor[] out = new Tensor[c.arity()];
        Statistics s = Statistics.of(c.in(0), layerAxes(c), epsilon(c), isCentred);
        Tensor gy = gys[0];
        if (c.isActive(0)) {
            out[0] = s.gradient(
                    gy == null ? null : gy.times(c.in(1)),
                    gys.length > 1 ? gys[1] : null,
                    gys.length > 2 ? gys[2] : null);
        }
        if (gy != null && c.isActive(1)) {
            out[1] = gy.times(s.normalised()).sumTo(c.shape(1));
        }
        if (gy != null && c.isActive(2)) {
            out[2] = gy.sumTo(c.shape(2));
        }
        return out;
    }

    /**
     * The statistics of slices of a tensor.
     *
     * @param axes the axes of a slice
     * @param mean the mean of each slice; of no use where it is not taken off
     * @param centred the tensor less its mean, or as it is
     * @param inverse 1 / sqrt(mean of squares + epsilon)
     */
    record Statistics(long[] axes, Tensor mean, Tensor centred, Tensor inverse) {
        static Statistics of(Tensor x, long[] axes, double epsilon, boolean isCentred) {
            Tensor mean = isCentred ? x.mean(true, axes) : Tensor.zeros(x.type());
            Tensor centred = isCentred ? x.minus(mean) : x;
            Tensor variance = centred.times(centred).mean(true, axes);
            return new Statistics(
                    axes, mean, centred, variance.plus(epsilon).sqrt().reciprocal());
        }

        Tensor normalised() {
            return centred.times(inverse);
        }

        /** The gradient towards the tensor from those of the normalised tensor, the mean and the inverse deviation. */
        Tensor gradient(@Nullable Tensor ofNormalised, @Nullable Tensor ofMean, @Nullable Tensor ofInverse) {
            double n = (double) centred.size() / inverse.size();
            Tensor gi = ofInverse;
            Tensor gc = null;
            if (ofNormalised != null) {
                Tensor through = ofNormalised.times(centred).sum(true, axes);
                gi = gi == null ? through : gi.plus(through);
                gc = ofNormalised.times(inverse);
            }
            if (gi != null) {
                Tensor cube = inverse.times(inverse).times(inverse);
                Tensor part = centred.times(gi.times(cube).divide(-n));
                gc = gc == null ? part : gc.plus(part);
            }
            Tensor gm = ofMean == null ? Tensor.zeros(centred.type()) : ofMean.divide(n);
            if (gc == null) {
                return gm.expand(centred.shape());
            }
            boolean isCentred = mean.rank() > 0 || centred.rank() == 0;
            return isCentred ? gc.minus(gc.mean(true, axes)).plus(gm) : gc;
        }
    }

    /**
     * The same statistics written with smaller operators.
     *
     * @param mean the mean of each slice, or null where it is not taken off
     * @param inverse 1 / sqrt(mean of squares + epsilon)
     * @param normalised the tensor, centred and divided
     */
    record Written(@Nullable Slot mean, Slot inverse, Slot normalised) {
        static Written of(Formula f, Slot x, long[] axes, double epsilon, boolean isCentred) {
            Slot mean = isCentred ? f.reduce("ReduceMean", x, axes) : null;
            Slot centred = mean == null ? x : f.minus(x, mean);
            Slot variance = f.reduce("ReduceMean", f.times(centred, centred), axes);
            Slot inverse = f.apply("Reciprocal", f.apply("Sqrt", f.plus(variance, f.number(epsilon))));
            return new Written(mean, inverse, f.times(centred, inverse));
        }
    }

    static final List<Operator> ALL = List.of(BATCH_NORMALIZATION, LAYER_NORMALIZATION);
}
