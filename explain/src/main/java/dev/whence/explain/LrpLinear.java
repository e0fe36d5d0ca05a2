package dev.whence.explain;

import dev.whence.graph.Call;
import dev.whence.graph.Kind;
import dev.whence.graph.Operator;
import dev.whence.graph.Slot;
import dev.whence.graph.Step;
import dev.whence.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The rules of one layer with weights. Every rule is one or two sums of products of changed inputs with changed weights; each
 * sum shares relevance in proportion to its products:
 *
 * <pre>
 *   R_i = sum over sums of factor * sum over terms of x'_i * (L'^T (R / s(z')))_i,   z' = sum over terms of L'(x') + bias'
 * </pre>
 *
 * <p>A layer that multiplies its product by a number has the weights that this number makes of the constant ones.
 */
final class LrpLinear {
    /** The input in which convolutions take their bias. */
    private static final int BIAS = 2;

    private final Step step;
    private final Call call;
    private final int data;
    private final int weight;
    private final @Nullable Tensor ownBias;
    private final @Nullable Tensor addedBias;
    private final @Nullable Tensor bias;
    private final Operator.Gradient gradient;
    private final double factor;
    private final boolean isConvolution;
    private final boolean isNowhereNegative;

    /**
     * @param addedBias a bias that a later step adds, or null
     * @param isNowhereNegative whether the input is known to have no negative elements
     */
    LrpLinear(Step step, Kind.Weighted kind, @Nullable Tensor addedBias, boolean isNowhereNegative) {
        this.isNowhereNegative = isNowhereNegative;
        this.step = step;
        this.call = step.call();
        this.data = kind.data();
        this.weight = kind.weight();
        this.isConvolution = step.operator().name().startsWith("Conv");
        this.ownBias = ownBias(kind.bias());
        this.addedBias = addedBias;
        this.bias = ownBias == null ? addedBias : addedBias == null ? ownBias : ownBias.plus(addedBias);
        this.gradient = Objects.requireNonNull(step.operator().gradient());
        this.factor = step.operator().name().equals("Gemm") ? call.attributes().real("alpha", 1) : 1;
    }

    private @Nullable Tensor ownBias(int index) {
        Tensor own = index < 0 ? null : call.optional(index);
        if (own == null) {
            return null;
        }
        if (isConvolution) {
            long[] shape = call.outShape(0);
            Arrays.fill(shape, 1);
            shape[1] = -1;
            return own.reshape(shape);
        }
        return own.times(call.attributes().real("beta", 1));
    }

    /** One product of a changed input with changed weights. */
    private record Term(Tensor data, Tensor weight) {}

    /** One sum: its terms, what it is divided by, what its shares are multiplied by, and the bias in it. */
    private record Sum(
            List<Term> terms,
            Shares shares,
            double factor,
            @Nullable Tensor bias) {}

    /** A prepared rule. */
    @FunctionalInterface
    interface Back {
        /**
         * @param relevance of the outputs
         * @param absorbed told what the bias keeps, elements shaped like the outputs; or null
         * @return relevance of the data input
         */
        Tensor carry(Tensor relevance, @Nullable Consumer<Tensor> absorbed);
    }

    /** Prepares a rule; what does not depend on relevance is computed here. */
    Back prepare(LrpRule rule) {
        Tensor x = call.in(data);
        Tensor w = call.in(weight);
        double e = rule.stabilizer();
        return switch (rule) {
            case LrpRule.Epsilon(double epsilon, boolean hasBias) -> {
                Tensor kept = hasBias ? bias : null;
                yield back(List.of(sum(List.of(new Term(x, w)), total(hasBias), kept, e)));
            }
            case LrpRule.AlphaBeta(double alpha, double beta, double s, boolean hasBias) ->
                back(alphaBeta(alpha, beta, hasBias, e));
            case LrpRule.Gamma gamma -> back(gamma(gamma));
            case LrpRule.PositiveWeights _ -> back(List.of(sum(List.of(new Term(x, positive(w))), bias, e)));
            case LrpRule.WSquare _ ->
                back(List.of(flat(w.times(w).times(factor), bias == null ? null : bias.times(bias), e)));
            case LrpRule.Flat _ -> back(List.of(flat(ones(w, factor == 0 ? 1 : 1 / factor), null, e)));
            case LrpRule.Box(double low, double high, double s) -> back(List.of(box(low, high, e)));
            case LrpRule.PositiveProducts(boolean isSeparate, double s) -> back(positiveProducts(isSeparate, e));
            case LrpRule.Pass _ -> throw new IllegalStateException(step.describe());
        };
    }

    // ---- sums --------------------------------------------------------------------------------------------------

    private List<Sum> alphaBeta(double alpha, double beta, boolean hasBias, double e) {
        Tensor kept = hasBias ? bias : null;
        List<Sum> sums = new ArrayList<>();
        sums.add(ofOneSign(true, alpha, kept, e));
        if (beta != 0) {
            sums.add(ofOneSign(false, -beta, kept, e));
        }
        return sums;
    }

    private Sum ofOneSign(boolean isPositive, double factor, @Nullable Tensor kept, double e) {
        List<Term> terms = products(isPositive);
        Tensor b = kept == null ? null : isPositive ? kept.atLeast(0) : kept.atMost(0);
        if (!isConvolution || e == 0) {
            return new Sum(terms, Shares.ofOneSign(forward(terms, b), e, isPositive), factor, b);
        }
        Tensor stabilizer = Tensor.full(isPositive ? e : -e, call.type(data));
        return new Sum(terms, Shares.of(forward(terms, b == null ? stabilizer : b.plus(stabilizer))), factor, b);
    }

    /** The positive (or the negative) products. Inputs that are nowhere negative need one term only. */
    private List<Term> products(boolean isPositive) {
        Tensor x = call.in(data);
        Tensor w = call.in(weight);
        Tensor towards = isPositive ? positive(w) : negative(w);
        if (isNowhereNegative(x)) {
            return List.of(new Term(x, towards));
        }
        Tensor against = isPositive ? negative(w) : positive(w);
        return List.of(new Term(x.atLeast(0), towards), new Term(x.atMost(0), against));
    }

    private boolean isNowhereNegative(Tensor x) {
        return isNowhereNegative || (x.size() > 0 && x.min(false).item() >= 0);
    }

    private List<Sum> gamma(LrpRule.Gamma rule) {
        Tensor x = call.in(data);
        Tensor w = call.in(weight);
        double e = rule.stabilizer();
        Tensor raised = w.plus(positive(w).times(rule.gamma()));
        if (rule.hasOneWeight()) {
            return List.of(sum(List.of(new Term(x, raised)), bias, e));
        }
        Tensor lowered = w.plus(negative(w).times(rule.gamma()));
        Tensor z = total(true);
        List<Sum> sums = new ArrayList<>();
        for (boolean isPositive : new boolean[] {true, false}) {
            Tensor towards = isPositive ? raised : lowered;
            Tensor against = isPositive ? lowered : raised;
            List<Term> terms = isNowhereNegative(x)
                    ? List.of(new Term(x, towards))
                    : List.of(new Term(x.atLeast(0), towards), new Term(x.atMost(0), against));
            Tensor b = bias == null
                    ? null
                    : bias.plus((isPositive ? bias.atLeast(0) : bias.atMost(0)).times(rule.gamma()));
            Tensor of = forward(terms, b);
            Tensor chosen = isPositive ? z.greaterThan(0) : z.lessThan(0);
            sums.add(new Sum(terms, Shares.of(of, e).where(chosen), 1, b));
        }
        return sums;
    }

    /** Inputs of one, whatever they are. */
    private Sum flat(Tensor weights, @Nullable Tensor b, double e) {
        return sum(List.of(new Term(ones(call.in(data), 1), weights)), b, e);
    }

    private static Tensor ones(Tensor like, double one) {
        return Tensor.full(one, like.type()).expand(like.shape());
    }

    private Sum box(double low, double high, double e) {
        Tensor x = call.in(data);
        Tensor w = call.in(weight);
        Tensor least = (Double.isNaN(low) ? ofExample(x, false) : Tensor.full(low, x.type())).expand(x.shape());
        Tensor most = (Double.isNaN(high) ? ofExample(x, true) : Tensor.full(high, x.type())).expand(x.shape());
        return sum(
                List.of(new Term(x, w), new Term(least.negate(), positive(w)), new Term(most.negate(), negative(w))),
                null,
                e);
    }

    /** The smallest or largest element of each example. */
    private static Tensor ofExample(Tensor x, boolean isLargest) {
        if (x.rank() < 2) {
            return isLargest ? x.max(true) : x.min(true);
        }
        long[] axes = new long[x.rank() - 1];
        Arrays.setAll(axes, i -> i + 1);
        return isLargest ? x.max(true, axes) : x.min(true, axes);
    }

    private List<Sum> positiveProducts(boolean isSeparate, double e) {
        boolean isPicture = isConvolution && call.rank(data) == 4 && call.shape(data)[1] == 3;
        if (isSeparate && isPicture) {
            return List.of(box(Double.NaN, Double.NaN, e));
        }
        List<Term> terms = products(true);
        return isSeparate ? terms.stream().map(t -> sum(List.of(t), null, e)).toList() : List.of(sum(terms, null, e));
    }

    // ---- the layer as a linear map -----------------------------------------------------------------------------

    /** Constants of which the layer's weights are positive. */
    private Tensor positive(Tensor w) {
        return factor < 0 ? w.atMost(0) : w.atLeast(0);
    }

    private Tensor negative(Tensor w) {
        return factor < 0 ? w.atLeast(0) : w.atMost(0);
    }

    private Sum sum(List<Term> terms, @Nullable Tensor b, double e) {
        return sum(terms, forward(terms, b), b, e);
    }

    private static Sum sum(List<Term> terms, Tensor z, @Nullable Tensor b, double e) {
        return new Sum(terms, Shares.of(z, e), 1, b);
    }

    private Tensor forward(List<Term> terms, @Nullable Tensor b) {
        Tensor inside = isConvolution && b != null ? perChannel(b) : null;
        Tensor z = null;
        for (Term term : terms) {
            Tensor one = step.operator().forward(changed(term, z == null ? inside : null));
            z = z == null ? one : z.addInPlace(one);
        }
        Tensor all = Objects.requireNonNull(z);
        return b == null || inside != null ? all : all.addInPlace(b);
    }

    /** A bias in the form that convolutions take, which saves a pass over their output. */
    private Tensor perChannel(Tensor b) {
        return b.reshape(-1).expand(call.outShape(0)[1]).contiguous();
    }

    private Call changed(Term term) {
        return changed(term, null);
    }

    private Call changed(Term term, @Nullable Tensor inside) {
        @Nullable Tensor[] inputs = new @Nullable Tensor[Math.max(call.arity(), inside == null ? 0 : BIAS + 1)];
        inputs[data] = term.data();
        inputs[weight] = term.weight();
        if (inside != null) {
            inputs[BIAS] = inside;
        }
        return call.with(inputs);
    }

    /** The layer's own sum, from the forward run if its output was kept. */
    private Tensor total(boolean hasBias) {
        Slot out = step.outputs()[0];
        Tensor kept = out == null ? null : out.tensorIfKept();
        if (kept == null) {
            return forward(List.of(new Term(call.in(data), call.in(weight))), hasBias ? bias : null);
        }
        if (hasBias) {
            return addedBias == null ? kept : kept.plus(addedBias);
        }
        return ownBias == null ? kept : kept.minus(ownBias);
    }

    private Back back(List<Sum> sums) {
        return (relevance, absorbed) -> {
            Tensor all = null;
            for (Sum sum : sums) {
                Tensor share = sum.shares().share(relevance);
                share = sum.factor() == 1 ? share : share.mulInPlace(sum.factor());
                for (Term term : sum.terms()) {
                    Tensor part = Objects.requireNonNull(
                                    gradient.apply(changed(term), new @Nullable Tensor[] {share})[data])
                            .mulInPlace(term.data());
                    all = all == null ? part : all.addInPlace(part);
                }
                if (sum.bias() != null && absorbed != null) {
                    absorbed.accept(share.times(sum.bias()));
                }
            }
            return Objects.requireNonNull(all);
        };
    }
}
