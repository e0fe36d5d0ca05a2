package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Call;
import dev.whence.graph.Kind;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
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
                        ? new Kind.Scaling(call -> factor(call).to(call.type(0)))
                        : new Kind.Blocking("its scale, bias or statistics depend on the input");
            })
            .build();

    private static boolean isTraining(Call c) {
        return c.opset() >= 14 && c.attributes().flag("training_mode", false);
    }

    /** scale / sqrt(var + epsilon) in the type of the statistics, shaped to broadcast over the batch. */
    private static Tensor factor(Call c) {
        double epsilon = c.attributes().real("epsilon", 1e-5);
        Tensor scale = c.in(1).to(c.type(4));
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
        NdArray.Type wide = c.type(4);
        Tensor factor = factor(c);
        Tensor shift = perFeature(c, c.in(2).to(wide))
                .minus(perFeature(c, c.in(3).to(wide)).times(factor));
        Tensor x = c.in(0);
        return List.of(x.to(wide).times(factor).plus(shift).to(x.type()));
    }

    private static List<@Nullable Tensor> trained(Call c) {
        NdArray.Type wide = c.type(4);
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
        return List.of(y.to(c.type(0)), runningMean, runningVariance);
    }

    private static Tensor blend(Tensor before, Tensor now, double momentum) {
        return before.times(momentum).plus(now.reshape(before.shape()).times(1 - momentum));
    }

    /**
     * Layer normalisation over the axes from {@code axis} on: c = x - mean, v = mean(c c) + epsilon,
     * y = c / sqrt(v) scale + bias. Further outputs: the mean and 1 / sqrt(v). Standard from opset 17 on; ONNX Runtime wrote
     * it into models of earlier ones.
     */
    static final Operator LAYER_NORMALIZATION = Normalizer.LAYER.operator("LayerNormalization", 1);

    /** Layer normalisation of each channel: over the spatial axes, with a scale and a bias for each channel. */
    static final Operator INSTANCE_NORMALIZATION = Normalizer.INSTANCE.operator("InstanceNormalization", 1);

    /**
     * Layer normalisation of groups of channels. Scale and bias are given for each channel, before opset 21 for each
     * group.
     */
    static final Operator GROUP_NORMALIZATION = Normalizer.GROUP.operator("GroupNormalization", 18);

    /** Division by the root of the mean square, over the axes from {@code axis} on: y = x / sqrt(mean(x x) + epsilon) scale. */
    static final Operator RMS_NORMALIZATION = Normalizer.ROOT_MEAN_SQUARE.operator("RMSNormalization", 23);

    static final List<Operator> ALL = List.of(
            BATCH_NORMALIZATION, LAYER_NORMALIZATION, INSTANCE_NORMALIZATION, GROUP_NORMALIZATION, RMS_NORMALIZATION);
}
