package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attributes;
import dev.whence.graph.Call;
import dev.whence.graph.Kind;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.graph.Slot;
import dev.whence.tensor.Indexing;
import dev.whence.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Losses of a classifier against given classes. */
final class LossOperators {
    private LossOperators() {}

    /**
     * Minus the logarithmic probability of the given class, {@code [N, C, d...]} with classes {@code [N, d...]}, weighted
     * by class; single values, their sum or their weighted mean. Linear in the probabilities.
     */
    static final Operator NEGATIVE_LOG_LIKELIHOOD = Operator.named("NegativeLogLikelihoodLoss")
            .since(12)
            .forward(c -> weighted(c, c.in(0)))
            .gradient((c, gy) -> {
                Tensor coefficients = coefficients(c, gy.type());
                boolean isSingle = reduction(c).equals("none");
                return coefficients.times(isSingle ? gy.unsqueeze(1) : gy);
            })
            .reads(Reads.NOTHING)
            .kind(c -> c.isActive(1) || c.isActive(2)
                    ? new Kind.Blocking("its classes or weights depend on the input")
                    : new Kind.Composite((emitter, call, in) -> {
                        Formula f = new Formula(emitter, call.type(0));
                        return new Slot[] {summed(f, call, Formula.given(in, 0))};
                    }))
            .build();

    /** Softmax over axis 1, then {@link #NEGATIVE_LOG_LIKELIHOOD}; the second output is the logarithm of the softmax. */
    static final Operator SOFTMAX_CROSS_ENTROPY = Operator.named("SoftmaxCrossEntropyLoss")
            .since(12)
            .inlined((emitter, c, in) -> {
                Slot logarithms = emitter.apply("LogSoftmax", Attributes.of("axis", 1), Formula.given(in, 0));
                Attributes how = Attributes.of("reduction", reduction(c));
                if (c.attributes().has("ignore_index")) {
                    how = how.with("ignore_index", c.attributes().integer("ignore_index"));
                }
                Slot loss = emitter.apply(
                        "NegativeLogLikelihoodLoss", how, logarithms, in[1], in.length > 2 ? in[2] : null);
                return new Slot[] {loss, logarithms};
            })
            .build();

    private static String reduction(Call c) {
        return c.attributes().text("reduction", "mean");
    }

    private static Tensor weighted(Call c, Tensor x) {
        Tensor terms = x.times(coefficients(c, x.type()));
        return reduction(c).equals("none") ? terms.sum(false, 1) : terms.sum(false);
    }

    private static Slot summed(Formula f, Call c, Slot x) {
        Slot terms = f.times(x, f.constant(coefficients(c, f.type())));
        long[] axes = reduction(c).equals("none")
                ? new long[] {1}
                : java.util.stream.LongStream.range(0, c.rank(0)).toArray();
        return f.emitter()
                .apply(
                        "ReduceSum",
                        Attributes.of("keepdims", 0),
                        terms,
                        f.emitter().constant(axes));
    }

    /** What each logarithmic probability is multiplied with; shape of the first input. */
    private static Tensor coefficients(Call c, NdArray.Type type) {
        long[] x = c.shape(0);
        long[] classes = c.shape(1);
        if (x.length < 2
                || classes.length != x.length - 1
                || classes[0] != x[0]
                || !Arrays.equals(classes, 1, classes.length, x, 2, x.length)) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "classes of shape " + Arrays.toString(classes) + " do not fit scores of shape "
                            + Arrays.toString(x));
        }
        Tensor target = c.in(1).to(NdArray.Type.INT64);
        Tensor counted = null;
        if (c.attributes().has("ignore_index")) {
            Tensor ignored = Tensor.full(c.attributes().integer("ignore_index"), NdArray.Type.INT64);
            counted = target.notEqualTo(ignored);
            target = counted.where(target, Tensor.zeros(NdArray.Type.INT64));
        }
        requireClasses(target, x[1]);
        Tensor weights = classWeights(c, target, counted, type);
        long[] order = new long[x.length];
        for (int i = 2; i < order.length; i++) {
            order[i] = i - 1L;
        }
        order[1] = order.length - 1L;
        Tensor chosen = Indexing.oneHot(target, x[1]).to(type).permute(order).times(weights.unsqueeze(1));
        return reduction(c).equals("mean") ? chosen.divide(weights.sum(false)).negate() : chosen.negate();
    }

    private static Tensor classWeights(Call c, Tensor target, @Nullable Tensor counted, NdArray.Type type) {
        Tensor weights = c.has(2)
                ? c.in(2).to(type).indexSelect(0, target.reshape(-1)).reshape(target.shape())
                : Tensor.full(1, type, target.shape());
        return counted == null ? weights : weights.times(counted.to(type));
    }

    private static void requireClasses(Tensor target, long classes) {
        if (target.size() == 0) {
            return;
        }
        long[] all = java.util.stream.LongStream.range(0, target.rank()).toArray();
        double low = target.min(false, all).item();
        double high = target.max(false, all).item();
        if (low < 0 || high >= classes) {
            throw new WhenceException(
                    ErrorCode.OPERATOR_FAILED,
                    "class " + (long) (low < 0 ? low : high) + " lies outside " + classes + " classes");
        }
    }

    static final List<Operator> ALL = List.of(NEGATIVE_LOG_LIKELIHOOD, SOFTMAX_CROSS_ENTROPY);
}
