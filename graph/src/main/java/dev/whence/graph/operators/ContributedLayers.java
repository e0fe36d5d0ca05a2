package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attributes;
import dev.whence.graph.Call;
import dev.whence.graph.Kind;
import dev.whence.graph.Operator;
import dev.whence.graph.Slot;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Fused layers that ONNX Runtime's optimiser writes into models; each is what it was fused from. */
final class ContributedLayers {
    private static final String DOMAIN = "com.microsoft";

    private ContributedLayers() {}

    private static Operator inlined(String name, Kind.Expansion expansion) {
        return Operator.named(DOMAIN, name).inlined(expansion).build();
    }

    private static @Nullable Slot optional(@Nullable Slot[] in, int index) {
        return index < in.length ? in[index] : null;
    }

    /** Layer normalisation of input + skip + bias; outputs y, mean, 1 / deviation and that sum. */
    static final Operator SKIP_LAYER_NORMALIZATION = inlined("SkipLayerNormalization", (emitter, c, in) -> {
        Slot sum = sum(new Formula(emitter, c.type(0)), in, 4);
        Slot[] y = emitter.applyMany("LayerNormalization", 3, epsilon(c), sum, Formula.given(in, 2), optional(in, 3));
        return new Slot[] {y[0], y[1], y[2], sum};
    });

    /** The same without taking off the mean. */
    static final Operator SKIP_SIMPLIFIED = inlined("SkipSimplifiedLayerNormalization", (emitter, c, in) -> {
        Formula f = new Formula(emitter, c.type(0));
        Slot sum = sum(f, in, 3);
        Slot y = emitter.apply("RMSNormalization", epsilon(c), sum, Formula.given(in, 2));
        return new Slot[] {y, null, inverse(f, c, sum, -1, 1), sum};
    });

    private static Slot sum(Formula f, @Nullable Slot[] in, int biasIndex) {
        Slot sum = f.plus(Formula.given(in, 0), Formula.given(in, 1));
        Slot bias = optional(in, biasIndex);
        return bias == null ? sum : f.plus(sum, bias);
    }

    private static Attributes epsilon(Call c) {
        return Attributes.of("epsilon", c.attributes().real("epsilon", 1e-12));
    }

    /** 1 / root mean square, if output {@code index} is wanted. */
    private static @Nullable Slot inverse(Formula f, Call c, Slot x, long axis, int index) {
        boolean wanted = c.wants(index) || c.wants(2);
        if (!wanted) {
            return null;
        }
        int rank = x.shape().length;
        long[] axes = LongStream.range(Call.axis(axis, rank), rank).toArray();
        return Statistics.Written.of(f, x, axes, c.attributes().real("epsilon", 1e-5), false)
                .inverse();
    }

    /** Root mean square normalisation under its name of old, in the standard domain. */
    static final Operator SIMPLIFIED = Operator.named("SimplifiedLayerNormalization")
            .inlined((emitter, c, in) -> {
                long axis = c.attributes().integer("axis", -1);
                Attributes how = Attributes.of("axis", axis)
                        .with("epsilon", c.attributes().real("epsilon", 1e-5));
                Slot x = Formula.given(in, 0);
                Slot y = emitter.apply("RMSNormalization", how, x, Formula.given(in, 1));
                return new Slot[] {y, inverse(new Formula(emitter, c.type(0)), c, x, axis, 1)};
            })
            .build();

    private static final Kind.Expansion MATMUL = (emitter, c, in) -> {
        Formula f = new Formula(emitter, c.type(0));
        if (c.attributes().flag("transBatchA", false) || c.attributes().flag("transBatchB", false)) {
            throw new WhenceException(
                    ErrorCode.OPERATOR_UNSUPPORTED, "attributes 'transBatchA' and 'transBatchB' are not supported");
        }
        Slot y = f.product(turned(f, c, Formula.given(in, 0), "transA"), turned(f, c, Formula.given(in, 1), "transB"));
        double alpha = c.attributes().real("alpha", 1);
        return new Slot[] {alpha == 1 ? y : f.times(y, f.number(alpha))};
    };

    /** alpha op(A) op(B), with op transposing the last two axes on request. */
    static final Operator FUSED_MATMUL = inlined("FusedMatMul", MATMUL);

    /** {@link #FUSED_MATMUL} under its former name. */
    static final Operator TRANSPOSE_MATMUL = inlined("TransposeMatMul", MATMUL);

    private static Slot turned(Formula f, Call c, Slot x, String flag) {
        int rank = x.shape().length;
        if (!c.attributes().flag(flag, false) || rank < 2) {
            return x;
        }
        long[] order = LongStream.range(0, rank).toArray();
        order[rank - 1] = rank - 2L;
        order[rank - 2] = rank - 1L;
        return f.permute(x, order);
    }

    /** Convolution, a fourth input added, then an activation. */
    static final Operator FUSED_CONV = inlined("FusedConv", (emitter, c, in) -> {
        Formula f = new Formula(emitter, c.type(0));
        Attributes how = c.attributes().without("activation").without("activation_params");
        Slot y = emitter.apply("Conv", how, Formula.given(in, 0), Formula.given(in, 1), optional(in, 2));
        Slot addend = optional(in, 3);
        y = addend == null ? y : f.plus(y, addend);
        return new Slot[] {activated(f, c, y, c.attributes().reals("activation_params", new double[0]))};
    });

    /** Gemm, then an activation. */
    static final Operator FUSED_GEMM = inlined("FusedGemm", (emitter, c, in) -> {
        Formula f = new Formula(emitter, c.type(0));
        double[] parameters = {
            c.attributes().real("activation_alpha", Double.NaN), c.attributes().real("activation_beta", Double.NaN)
        };
        Slot y = emitter.apply("Gemm", c.attributes(), Formula.given(in, 0), Formula.given(in, 1), optional(in, 2));
        return new Slot[] {activated(f, c, y, parameters)};
    });

    private static Slot activated(Formula f, Call c, Slot x, double[] given) {
        String name = c.attributes().text("activation", "");
        double first = given.length > 0 ? given[0] : Double.NaN;
        double second = given.length > 1 ? given[1] : Double.NaN;
        return switch (name) {
            case "" -> x;
            case "Relu", "Sigmoid", "Tanh", "Softplus", "Softsign" -> f.apply(name, x);
            case "LeakyRelu", "Elu" ->
                f.emitter().apply(name, Double.isNaN(first) ? Attributes.NONE : Attributes.of("alpha", first), x);
            case "Clip" -> f.emitter().apply(name, x, f.number(first), f.number(second));
            case "HardSigmoid" ->
                f.emitter()
                        .apply(
                                name,
                                Attributes.of("alpha", Double.isNaN(first) ? 0.2 : first)
                                        .with("beta", Double.isNaN(second) ? 0.5 : second),
                                x);
            default ->
                throw new WhenceException(ErrorCode.OPERATOR_UNSUPPORTED, "activation '" + name + "' is not supported");
        };
    }

    static final List<Operator> ALL = List.of(
            SKIP_LAYER_NORMALIZATION,
            SKIP_SIMPLIFIED,
            SIMPLIFIED,
            FUSED_MATMUL,
            TRANSPOSE_MATMUL,
            FUSED_CONV,
            FUSED_GEMM);
}
