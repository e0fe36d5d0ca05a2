package dev.whence.explain;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.graph.Call;
import dev.whence.graph.Interpreter;
import dev.whence.graph.Kind;
import dev.whence.graph.Network;
import dev.whence.graph.Operator;
import dev.whence.graph.Reads;
import dev.whence.graph.Slot;
import dev.whence.graph.Step;
import dev.whence.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * DeepLIFT's rules by kind (Shrikumar, Greenside, Kundaje 2017; rules for products, softmax and normalisation follow from the
 * two-player Shapley value and the chain rule of multipliers). Every rule keeps summation-to-delta: what arrives at the
 * outputs times their change equals what leaves at the inputs times theirs.
 */
final class DeepLiftPropagation implements Propagation {
    private final Network network;
    private final Pair pair;
    private final RulePlan plan;
    private final @Nullable DifferenceParts parts;
    private final Residuals residuals;
    private final boolean hasOneTarget;

    /** @param parts the parts of every difference, or null if no activation tells them apart */
    DeepLiftPropagation(
            Network network, Pair pair, RulePlan plan, @Nullable DifferenceParts parts, Residuals residuals) {
        this.network = network;
        this.pair = pair;
        this.plan = plan;
        this.parts = parts;
        this.residuals = residuals;
        this.hasOneTarget = residuals.targets() == 1;
    }

    /** What Rescale reads. */
    static final Interpreter.Retention RESCALE_RETENTION = (operator, kind) -> switch (kind) {
        case Kind.Moving m -> Reads.NOTHING;
        case Kind.Scaling s -> Reads.NOTHING;
        case Kind.Weighted w -> Reads.NOTHING;
        case Kind.Blocking b -> Reads.NOTHING;
        case Kind.Bilinear b -> Reads.INPUTS;
        case Kind.Quotient q -> Reads.INPUTS;
        case Kind.Selecting s -> Reads.INPUTS;
        case Kind.Elementwise e -> Reads.ALL;
        case Kind.TwoPlayer t -> Reads.ALL;
        case Kind.Choice c -> Reads.ALL;
        case Kind.Composite c -> Reads.ALL;
    };

    @Override
    public Interpreter.Retention retention() {
        return parts == null ? RESCALE_RETENTION : Interpreter.Retention.ALL;
    }

    @Override
    public Pullback at(int index) {
        Step step = pair.steps().get(index);
        Call x = pair.x(index);
        if (plan.isMaxout(index)) {
            return maxout(x, Maxout.fractions(x, pair.r(index)));
        }
        return switch (step.kind()) {
            case Kind.Moving(int subtracted) -> moving(step.operator(), x, subtracted);
            case Kind.Scaling(Kind.Coefficient coefficient) -> {
                Tensor c = coefficient.of(x);
                yield single(x, x.firstActive(), m -> SplitRules.scaledBack(m, c, x.shape(x.firstActive())));
            }
            case Kind.Weighted(int data, int weight, int bias) -> weighted(step, x, data, weight);
            case Kind.Elementwise(Kind.Secant secant) -> elementwise(index, step, secant);
            case Kind.Bilinear(int left, int right, boolean isMatrix) ->
                isMatrix ? matrixProduct(index, step, left, right) : product(index, left, right);
            case Kind.Quotient() -> quotient(index);
            case Kind.TwoPlayer(int left, int right) -> twoPlayer(index, step, left, right);
            case Kind.Selecting(Kind.Windows windows) -> {
                MaxRouting routing = MaxRouting.of(windows, x, pair.r(index), plan.ties());
                yield single(x, 0, m -> m.map(routing::back));
            }
            case Kind.Choice() -> choice(index);
            case Kind.Composite(Kind.Expansion expansion) -> composite(index, step);
            case Kind.Blocking(String reason) -> throw noRule(step, reason);
        };
    }

    /** The refusal that names the node. */
    static WhenceException noRule(Step step, String reason) {
        return new WhenceException(
                ErrorCode.OPERATOR_NO_RULE,
                "Cannot explain " + step.describe() + " with DeepLIFT: " + reason
                        + ". Try --method integrated-gradients or occlusion.");
    }

    private static Pullback single(Call x, int input, UnaryOperator<Signal> rule) {
        return (t, outputs) -> {
            @Nullable Signal[] in = new @Nullable Signal[x.arity()];
            Signal m = outputs[0];
            in[input] = m == null ? null : rule.apply(m);
            return in;
        };
    }

    private interface PairRule {
        void apply(Signal m, @Nullable Signal[] inputs);
    }

    private static Pullback several(Call x, PairRule rule) {
        return (t, outputs) -> {
            @Nullable Signal[] in = new @Nullable Signal[x.arity()];
            Signal m = outputs[0];
            if (m != null) {
                rule.apply(m, in);
            }
            return in;
        };
    }

    // ---- linear ------------------------------------------------------------------------------------------------

    private static Pullback moving(Operator operator, Call x, int subtracted) {
        Operator.Gradient gradient = Objects.requireNonNull(operator.gradient(), operator::toString);
        return (t, outputs) -> {
            @Nullable Tensor[] plus = gradient.apply(x, parts(outputs, true));
            boolean split = false;
            for (Signal s : outputs) {
                split |= s != null && s.isSplit();
            }
            if (!split) {
                return GradientPropagation.signals(plus);
            }
            @Nullable Tensor[] minus = gradient.apply(x, parts(outputs, false));
            @Nullable Signal[] in = new @Nullable Signal[plus.length];
            for (int i = 0; i < in.length; i++) {
                Tensor p = plus[i];
                Tensor n = minus[i];
                if (p != null && n != null) {
                    in[i] = i == subtracted ? new Signal(n, p) : new Signal(p, n);
                }
            }
            return in;
        };
    }

    private static @Nullable Tensor[] parts(@Nullable Signal[] signals, boolean plus) {
        @Nullable Tensor[] out = new @Nullable Tensor[signals.length];
        for (int i = 0; i < out.length; i++) {
            Signal s = signals[i];
            out[i] = s == null ? null : plus ? s.plus() : s.minus();
        }
        return out;
    }

    private Pullback weighted(Step step, Call x, int data, int weight) {
        Slot input = Objects.requireNonNull(step.inputs()[data]);
        return single(
                x,
                data,
                m -> m.isSplit()
                        ? SplitRules.weightedBack(step.operator(), x, data, weight, difference(input), m)
                        : SplitRules.weightedBack(step.operator(), x, data, weight, m.plus(), m));
    }

    private Tensor difference(Slot x) {
        return pair.difference(x);
    }

    // ---- activations -------------------------------------------------------------------------------------------

    private Pullback elementwise(int index, Step step, Kind.@Nullable Secant secant) {
        Call x = pair.x(index);
        Call r = pair.r(index);
        Operator operator = step.operator();
        Differences differences = plan.differences();
        return switch (plan.rule(index)) {
            case REVEAL_CANCEL -> {
                Signal slopes = parts == null
                        ? Signal.of(differences.slope(operator, secant, x, r))
                        : parts.slopes(Objects.requireNonNull(step.outputs()[0]));
                yield single(
                        x,
                        0,
                        m -> new Signal(m.plus().times(slopes.plus()), m.minus().times(slopes.minus())));
            }
            case RESCALE -> {
                Tensor slope = differences.slope(operator, secant, x, r);
                boolean isOurs = hasOneTarget && slope.hasShapeOf(x.in(0)) && secant != null;
                yield single(
                        x,
                        0,
                        m -> isOurs && !m.isSplit() ? Signal.of(slope.mulInPlace(m.plus())) : m.map(slope::times));
            }
            case GRADIENT -> {
                Tensor slope = Differences.derivative(operator, x, x.in(0));
                yield single(x, 0, m -> m.map(slope::times));
            }
            case GUIDED_BACKPROP -> {
                Tensor slope = Differences.derivative(operator, x, x.in(0));
                yield single(x, 0, m -> m.map(part -> part.relu().times(slope)));
            }
            case GUIDED_BACKPROP_RESCALE -> {
                Tensor slope = differences.slope(operator, secant, x, r);
                yield single(x, 0, m -> m.map(part -> part.relu().times(slope)));
            }
            case DECONVNET -> single(x, 0, m -> m.map(Tensor::relu));
            case PASS_THROUGH -> single(x, 0, m -> m);
        };
    }

    private static Pullback maxout(Call x, Tensor[] fractions) {
        return several(x, (m, in) -> {
            for (int i = 0; i < fractions.length; i++) {
                in[i] = SplitRules.scaledBack(m, fractions[i], x.shape(i));
            }
        });
    }

    // ---- products of activations -------------------------------------------------------------------------------

    private Tensor middle(int index, int input) {
        return pair.x(index).in(input).plus(pair.r(index).in(input)).times(0.5);
    }

    /** y = a b: each side is multiplied by the mean of the other, which is the two-player Shapley value. */
    private Pullback product(int index, int left, int right) {
        Call x = pair.x(index);
        Tensor a = middle(index, left);
        Tensor b = middle(index, right);
        return several(x, (m, in) -> {
            in[left] = SplitRules.scaledBack(m, b, x.shape(left));
            in[right] = SplitRules.scaledBack(m, a, x.shape(right));
        });
    }

    private Pullback matrixProduct(int index, Step step, int left, int right) {
        Call x = pair.x(index);
        Operator operator = step.operator();
        Call middle = x.with(left, middle(index, left)).with(right, middle(index, right));
        Operator.Gradient gradient = Objects.requireNonNull(operator.gradient(), operator::toString);
        return several(x, (m, in) -> {
            if (!m.isSplit()) {
                @Nullable Tensor[] both = gradient.apply(middle, new @Nullable Tensor[] {m.plus()});
                in[left] = Signal.of(Objects.requireNonNull(both[left]));
                in[right] = Signal.of(Objects.requireNonNull(both[right]));
                return;
            }
            Tensor da = difference(Objects.requireNonNull(step.inputs()[left]));
            Tensor db = difference(Objects.requireNonNull(step.inputs()[right]));
            in[left] = SplitRules.weightedBack(operator, middle, left, right, da, m);
            in[right] = SplitRules.weightedBack(operator, middle, right, left, db, m);
        });
    }

    /** y = a / b. */
    private Pullback quotient(int index) {
        Call x = pair.x(index);
        Tensor[] c = quotientCoefficients(x, pair.r(index));
        return several(x, (m, in) -> {
            if (x.isActive(0)) {
                in[0] = SplitRules.scaledBack(m, c[0], x.shape(0));
            }
            in[1] = SplitRules.scaledBack(m, c[1], x.shape(1));
        });
    }

    /** What a and b of a / b are multiplied by. */
    static Tensor[] quotientCoefficients(Call x, Call r) {
        Tensor inverse = x.in(1).reciprocal();
        Tensor referenceInverse = r.in(1).reciprocal();
        Tensor numerator = x.in(0).plus(r.in(0)).times(0.5);
        return new Tensor[] {
            inverse.plus(referenceInverse).times(0.5),
            numerator.times(inverse).times(referenceInverse).negate()
        };
    }

    private Pullback twoPlayer(int index, Step step, int left, int right) {
        Call x = pair.x(index);
        Tensor[] c = twoPlayerCoefficients(step, x, pair.r(index), left, right, plan.differences());
        return several(x, (m, in) -> {
            in[left] = SplitRules.scaledBack(m, c[0], x.shape(left));
            in[right] = SplitRules.scaledBack(m, c[1], x.shape(right));
        });
    }

    /** The Shapley values of the two arguments, over their differences. */
    static Tensor[] twoPlayerCoefficients(Step step, Call x, Call r, int left, int right, Differences differences) {
        Operator operator = step.operator();
        Tensor both = x.out(0);
        Tensor none = r.out(0);
        Tensor onlyLeft = operator.forward(x.with(right, r.in(right)));
        Tensor onlyRight = operator.forward(x.with(left, r.in(left)));
        Tensor shareLeft = both.minus(onlyRight).plus(onlyLeft.minus(none)).times(0.5);
        Tensor shareRight = both.minus(onlyLeft).plus(onlyRight.minus(none)).times(0.5);
        return new Tensor[] {
            shareSlope(step, shareLeft, x, r, left, differences), shareSlope(step, shareRight, x, r, right, differences)
        };
    }

    private static Tensor shareSlope(Step step, Tensor share, Call x, Call r, int input, Differences differences) {
        Tensor difference = x.in(input).minus(r.in(input)).expand(share.shape());
        Tensor vanishing = differences.isVanishing(difference, x.in(input), r.in(input));
        return Differences.quotient(share, difference, vanishing, () -> {
            if (!step.operator().name().equals("Pow")) {
                return Tensor.full(0.5, share.type());
            }
            Operator.Gradient gradient = Objects.requireNonNull(step.operator().gradient());
            Call middle = x.with(0, x.in(0).plus(r.in(0)).times(0.5).expand(share.shape()))
                    .with(1, x.in(1).plus(r.in(1)).times(0.5).expand(share.shape()));
            middle = middle.withOutputs(step.operator().forward(middle));
            Tensor one = Tensor.full(1, share.type()).expand(share.shape());
            return Objects.requireNonNull(gradient.apply(middle, new @Nullable Tensor[] {one})[input]);
        });
    }

    // ---- choices and composites --------------------------------------------------------------------------------

    /**
     * Where with a condition that changes: the condition and the two branches are two players; the condition's share has no
     * input to go to and is reported as a residual.
     */
    private Pullback choice(int index) {
        Step step = pair.steps().get(index);
        Call x = pair.x(index);
        Call r = pair.r(index);
        Tensor[] c = choiceCoefficients(x, r);
        Tensor change = x.out(0).minus(r.out(0));
        return (t, outputs) -> {
            @Nullable Signal[] in = new @Nullable Signal[3];
            Signal m = outputs[0];
            if (m != null) {
                Tensor rest = change;
                for (int i = 1; i <= 2; i++) {
                    if (x.isActive(i)) {
                        in[i] = SplitRules.scaledBack(m, c[i - 1], x.shape(i));
                        rest = rest.minus(c[i - 1].times(x.in(i).minus(r.in(i))));
                    }
                }
                residuals.add(t, step, merged(m, rest).times(rest));
            }
            return in;
        };
    }

    /** How much of the change of either branch comes through. */
    static Tensor[] choiceCoefficients(Call x, Call r) {
        dev.whence.core.NdArray.Type type = x.out(0).type();
        Tensor chosen = x.in(0).to(type).plus(r.in(0).to(type)).times(0.5);
        return new Tensor[] {chosen, chosen.negate().plus(1)};
    }

    /** One multiplier that gives the same contributions when parts are split by the sign of the difference. */
    static Tensor merged(Signal m, Tensor change) {
        if (!m.isSplit()) {
            return m.plus();
        }
        Tensor sign = change.sign();
        Tensor half = m.plus().minus(m.minus()).times(0.5);
        return m.plus().plus(m.minus()).times(0.5).plus(sign.times(half));
    }

    private Pullback composite(int index, Step step) {
        Network.Expanded x = network.expand(step, pair.x(index).inputs());
        Network.Expanded r = network.expand(step, pair.r(index).inputs());
        Pair inside = Pair.of(x.steps(), r.steps());
        DeepLiftPropagation rules = new DeepLiftPropagation(network, inside, plan.inside(inside), null, residuals);
        List<Slot> wanted = GradientPropagation.activeInputs(x);
        return (t, outputs) -> {
            @Nullable Signal[] unsplit = new @Nullable Signal[outputs.length];
            for (int i = 0; i < outputs.length; i++) {
                Signal m = outputs[i];
                Slot out = step.outputs()[i];
                if (m != null && out != null) {
                    unsplit[i] = m.isSplit() ? Signal.of(merged(m, difference(out))) : m;
                }
            }
            Backward.Signals signals = GradientPropagation.seeds(x, unsplit);
            residuals.during(t, () -> Backward.walkInside(inside.steps(), rules, List.of(signals), wanted));
            return GradientPropagation.arrived(x, signals);
        };
    }
}
