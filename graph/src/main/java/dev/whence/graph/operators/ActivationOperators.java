package dev.whence.graph.operators;

import static dev.whence.graph.operators.Activations.indicator;
import static dev.whence.graph.operators.Activations.negativePart;
import static dev.whence.graph.operators.Activations.number;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.graph.Call;
import dev.whence.graph.Kind;
import dev.whence.graph.Kinds;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.graph.Slot;
import dev.whence.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Activation functions applied to each element: Relu, Sigmoid, Tanh, Gelu and their kin. */
final class ActivationOperators {
    private ActivationOperators() {}

    /** Rectifier, y = max(x, 0). The gradient at 0 is taken as 0. */
    static final Operator RELU = Operator.named("Relu")
            .forward(c -> c.in(0).relu())
            .gradient((c, gy) -> gy.times(c.out(0).greaterThan(0)))
            .reads(Reads.OUTPUTS)
            .kind(Kinds.elementwise((at, x, r) -> Secants.relu(x, r)))
            .build();

    /** Logistic function, y = 1 / (1 + e^-x). */
    static final Operator SIGMOID = Operator.named("Sigmoid")
            .forward(c -> c.in(0).sigmoid())
            .gradient((c, gy) -> gy.times(c.out(0)).times(c.out(0).negate().plus(1)))
            .reads(Reads.OUTPUTS)
            .kind(Kinds.elementwise((at, x, r) -> Secants.sigmoid(x, r)))
            .build();

    /** Hyperbolic tangent. */
    static final Operator TANH = Operator.named("Tanh")
            .forward(c -> c.in(0).tanh())
            .gradient((c, gy) -> gy.minus(gy.times(c.out(0)).times(c.out(0))))
            .reads(Reads.OUTPUTS)
            .kind(Kinds.elementwise((at, x, r) -> Secants.tanh(x, r)))
            .build();

    /** y = x for x &gt; 0, {@code alpha} x otherwise. */
    static final Operator LEAKY_RELU = Operator.named("LeakyRelu")
            .forward(c -> {
                Tensor x = c.in(0);
                return x.greaterThan(0).where(x, x.times(c.attributes().real("alpha", 0.01)));
            })
            .gradient((c, gy) ->
                    c.in(0).greaterThan(0).where(gy, gy.times(c.attributes().real("alpha", 0.01))))
            .reads(Reads.INPUTS)
            .kind(Kinds.ELEMENTWISE)
            .build();

    /** y = x for x &gt; 0, slope x otherwise; the slope is the second input and broadcasts to x. */
    static final Operator PRELU = Operator.named("PRelu")
            .forward(c -> {
                Tensor x = c.in(0);
                return x.greaterThan(0).where(x, x.times(c.in(1)));
            })
            .gradients(ActivationOperators::preluGradient)
            .reads(Reads.INPUTS)
            .kind(c ->
                    c.isActive(1) ? new Kind.Composite(ActivationOperators::expandPrelu) : new Kind.Elementwise(null))
            .build();

    private static @Nullable Tensor[] preluGradient(Call c, @Nullable Tensor[] gys) {
        @Nullable Tensor[] out = new @Nullable Tensor[c.arity()];
        Tensor gy = gys[0];
        if (gy == null) {
            return out;
        }
        Tensor x = c.in(0);
        if (c.isActive(0)) {
            out[0] = x.greaterThan(0).where(gy, gy.times(c.in(1)));
        }
        if (c.isActive(1)) {
            out[1] = gy.times(negativePart(x)).sumTo(c.shape(1));
        }
        return out;
    }

    /** max(x, 0) - slope max(-x, 0). */
    private static @Nullable Slot[] expandPrelu(dev.whence.graph.Emitter emitter, Call call, @Nullable Slot[] in) {
        Slot x = Objects.requireNonNull(in[0]);
        Slot below = emitter.apply("Relu", emitter.apply("Neg", x));
        return new Slot[] {emitter.apply("Sub", emitter.apply("Relu", x), emitter.apply("Mul", below, in[1]))};
    }

    /** y = x for x &gt; 0, {@code alpha} (e^x - 1) otherwise. */
    static final Operator ELU = exponential("Elu", 1, 1, false);

    /** As Elu with a factor {@code gamma} on both sides. */
    static final Operator SELU = exponential("Selu", 1.6732631921768188, 1.0507010221481323, false);

    /** y = x for x &gt; 0, {@code alpha} (e^(x / alpha) - 1) otherwise. */
    static final Operator CELU = exponential("Celu", 1, 1, true);

    private static Operator exponential(String name, double alpha, double gamma, boolean isStretched) {
        return Operator.named(name)
                .since(isStretched ? 12 : 1)
                .forward(c -> {
                    double a = c.attributes().real("alpha", alpha);
                    double g = c.attributes().real("gamma", gamma);
                    Tensor x = c.in(0);
                    Tensor below = negativePart(x);
                    Tensor bent =
                            (isStretched ? below.divide(a) : below).expm1().times(a);
                    Tensor y = x.greaterThan(0).where(x, bent);
                    return g == 1 ? y : y.times(g);
                })
                .gradient((c, gy) -> {
                    double a = c.attributes().real("alpha", alpha);
                    double g = c.attributes().real("gamma", gamma);
                    Tensor x = c.in(0);
                    Tensor below = negativePart(x);
                    Tensor slope =
                            isStretched ? below.divide(a).exp() : below.exp().times(a);
                    return x.greaterThan(0).where(gy, gy.times(slope)).times(g);
                })
                .reads(Reads.INPUTS)
                .kind(Kinds.ELEMENTWISE)
                .build();
    }

    /** x times the normal distribution function of x; {@code approximate} may ask for the tanh form. */
    static final Operator GELU = Operator.named("Gelu")
            .since(20)
            .forward(c -> c.in(0).gelu(isApproximate(c)))
            .gradient((c, gy) ->
                    gy.times(isApproximate(c) ? Activations.geluTanhSlope(c.in(0)) : Activations.geluSlope(c.in(0))))
            .reads(Reads.INPUTS)
            .kind(Kinds.ELEMENTWISE)
            .build();

    private static boolean isApproximate(Call c) {
        String form = c.attributes().text("approximate", "none");
        if (!form.equals("none") && !form.equals("tanh")) {
            throw new WhenceException(
                    ErrorCode.MODEL_INVALID,
                    "attribute 'approximate' is \"" + form + "\"; \"none\" or \"tanh\" is expected");
        }
        return form.equals("tanh");
    }

    /** max(0, min(1, {@code alpha} x + {@code beta})). */
    static final Operator HARD_SIGMOID = Operator.named("HardSigmoid")
            .forward(c -> ramp(c, c.in(0)).clamp(0, 1))
            .gradient((c, gy) -> {
                Tensor y = c.out(0);
                Tensor inside = y.greaterThan(0).and(y.lessThan(1));
                return gy.times(indicator(inside, gy)).times(c.attributes().real("alpha", 0.2));
            })
            .reads(Reads.OUTPUTS)
            .kind(Kinds.ELEMENTWISE)
            .build();

    private static Tensor ramp(Call c, Tensor x) {
        return x.times(c.attributes().real("alpha", 0.2)).plus(c.attributes().real("beta", 0.5));
    }

    /** x max(0, min(1, x / 6 + 1/2)). */
    static final Operator HARD_SWISH = Operator.named("HardSwish")
            .since(14)
            .forward(c -> c.in(0).times(c.in(0).divide(6).plus(0.5).clamp(0, 1)))
            .gradient((c, gy) -> {
                Tensor x = c.in(0);
                Tensor bent = gy.times(x.divide(3).plus(0.5)).times(indicator(x.greaterThan(-3), gy));
                return x.lessThan(3).where(bent, gy);
            })
            .reads(Reads.INPUTS)
            .kind(Kinds.ELEMENTWISE)
            .build();

    /** x / (1 + e^(-{@code alpha} x)). */
    static final Operator SWISH = swish("", "Swish", 1);

    static Operator swish(String domain, String name, double otherwise) {
        return Operator.named(domain, name)
                .since(domain.isEmpty() ? 24 : 1)
                .forward(c -> c.in(0)
                        .times(c.in(0)
                                .times(c.attributes().real("alpha", otherwise))
                                .sigmoid()))
                .gradient((c, gy) -> {
                    double alpha = c.attributes().real("alpha", otherwise);
                    Tensor s = c.in(0).times(alpha).sigmoid();
                    Tensor rest = s.negate().plus(1).times(c.in(0)).times(alpha).plus(1);
                    return gy.times(s).times(rest);
                })
                .reads(Reads.INPUTS)
                .kind(Kinds.ELEMENTWISE)
                .build();
    }

    /** x tanh(ln(1 + e^x)). */
    static final Operator MISH = Operator.named("Mish")
            .since(18)
            .forward(c -> c.in(0).times(Activations.softplus(c.in(0)).tanh()))
            .gradient((c, gy) -> gy.times(Activations.mishSlope(c.in(0))))
            .reads(Reads.INPUTS)
            .kind(Kinds.ELEMENTWISE)
            .build();

    /** ln(1 + e^x). */
    static final Operator SOFTPLUS = Operator.named("Softplus")
            .forward(c -> Activations.softplus(c.in(0)))
            .gradient((c, gy) -> gy.times(c.in(0).sigmoid()))
            .reads(Reads.INPUTS)
            .kind(Kinds.elementwise((at, x, r) -> Secants.softplus(x, r)))
            .build();

    /** x / (1 + |x|). */
    static final Operator SOFTSIGN = Operator.named("Softsign")
            .forward(c -> c.in(0).divide(c.in(0).abs().plus(1)))
            .gradient((c, gy) -> {
                Tensor below = c.in(0).abs().plus(1);
                return gy.divide(below.times(below));
            })
            .reads(Reads.INPUTS)
            .kind(Kinds.ELEMENTWISE)
            .build();

    /** x where x &gt; {@code alpha}, otherwise 0. */
    static final Operator THRESHOLDED_RELU = Operator.named("ThresholdedRelu")
            .since(10)
            .forward(c -> c.in(0).greaterThan(c.attributes().real("alpha", 1)).where(c.in(0), number(0, c.in(0))))
            .gradient((c, gy) ->
                    gy.times(indicator(c.in(0).greaterThan(c.attributes().real("alpha", 1)), gy)))
            .reads(Reads.INPUTS)
            .kind(Kinds.ELEMENTWISE)
            .build();

    /** x + {@code bias} below -{@code lambd}, x - {@code bias} above {@code lambd}, otherwise 0. */
    static final Operator SHRINK = Operator.named("Shrink")
            .since(9)
            .forward(c -> {
                double lambda = c.attributes().real("lambd", 0.5);
                double bias = c.attributes().real("bias", 0);
                Tensor x = c.in(0);
                Tensor above = x.greaterThan(lambda).where(x.minus(bias).to(x.type()), number(0, x));
                return x.lessThan(-lambda).where(x.plus(bias).to(x.type()), above);
            })
            .gradient((c, gy) ->
                    gy.times(indicator(c.in(0).abs().greaterThan(c.attributes().real("lambd", 0.5)), gy)))
            .reads(Reads.INPUTS)
            .kind(Kinds.ELEMENTWISE)
            .build();

    static final List<Operator> ALL = List.of(
            RELU,
            SIGMOID,
            TANH,
            LEAKY_RELU,
            PRELU,
            ELU,
            SELU,
            CELU,
            GELU,
            HARD_SIGMOID,
            HARD_SWISH,
            SWISH,
            MISH,
            SOFTPLUS,
            SOFTSIGN,
            THRESHOLDED_RELU,
            SHRINK);
}
