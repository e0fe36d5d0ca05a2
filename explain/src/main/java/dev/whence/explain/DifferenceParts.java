package dev.whence.explain;

import dev.whence.graph.Call;
import dev.whence.graph.Kind;
import dev.whence.graph.Operator;
import dev.whence.graph.Slot;
import dev.whence.graph.Step;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The positive and negative parts of every difference, carried forward from the inputs, and RevealCancel's slopes at the
 * activations (Shrikumar et al. 2017, section 3.5.3).
 */
final class DifferenceParts {
    private final Pair pair;
    private final RulePlan plan;
    private final Map<Slot, Parts> parts = new IdentityHashMap<>();
    private final Map<Slot, Signal> slopes = new IdentityHashMap<>();

    private DifferenceParts(Pair pair, RulePlan plan) {
        this.pair = pair;
        this.plan = plan;
    }

    /** Carries parts forward through the whole trace; everything belongs to the innermost scope. */
    static DifferenceParts of(Pair pair, RulePlan plan, Collection<Slot> sources) {
        DifferenceParts all = new DifferenceParts(pair, plan);
        for (Slot source : sources) {
            all.parts.put(source, Parts.bySign(all.difference(source)));
        }
        for (int i = 0; i < pair.steps().size(); i++) {
            all.step(i);
        }
        return all;
    }

    /** The parts of a value's difference. */
    Parts at(Slot slot) {
        return Objects.requireNonNull(parts.get(slot), slot::toString);
    }

    /** RevealCancel's slopes at the activation that makes a value. */
    Signal slopes(Slot output) {
        return Objects.requireNonNull(slopes.get(output), output::toString);
    }

    private Tensor difference(Slot slot) {
        return pair.difference(slot);
    }

    private void step(int index) {
        Step step = pair.steps().get(index);
        try (TensorScope working = TensorScope.open()) {
            if (step.kind() instanceof Kind.Moving(int subtracted)) {
                moving(step, subtracted, working);
                return;
            }
            for (Slot out : step.outputs()) {
                if (out == null || step.kind() instanceof Kind.Blocking) {
                    continue;
                }
                Tensor change = difference(out);
                Parts made = out == step.outputs()[0] ? made(index, step, change, working) : Parts.bySign(change);
                parts.put(out, made.exported(working));
            }
        }
    }

    private Parts made(int index, Step step, Tensor change, TensorScope working) {
        Call x = pair.x(index);
        Call r = pair.r(index);
        if (plan.isMaxout(index)) {
            return maxout(step, Maxout.fractions(x, r), change);
        }
        return switch (step.kind()) {
            case Kind.Scaling(Kind.Coefficient coefficient) ->
                expanded(in(step, x.firstActive()).scaled(coefficient.of(x)), change);
            case Kind.Weighted(int data, int weight, int bias) ->
                SplitRules.weighted(step.operator(), x, data, weight, inDifference(step, data), change);
            case Kind.Elementwise(Kind.Secant secant) -> elementwise(index, step, secant, working);
            case Kind.Bilinear(int left, int right, boolean isMatrix) ->
                isMatrix
                        ? matrixProduct(step, x, r, left, right)
                        : expanded(in(step, left).scaled(middle(x, r, right)), change)
                                .plus(expanded(in(step, right).scaled(middle(x, r, left)), change));
            case Kind.Quotient() -> {
                Tensor[] c = DeepLiftPropagation.quotientCoefficients(x, r);
                Parts denominator = in(step, 1).scaled(c[1]);
                yield x.isActive(0) ? in(step, 0).scaled(c[0]).plus(denominator) : denominator;
            }
            case Kind.TwoPlayer(int left, int right) -> {
                Tensor[] c = DeepLiftPropagation.twoPlayerCoefficients(step, x, r, left, right, plan.differences());
                yield in(step, left).scaled(c[0]).plus(in(step, right).scaled(c[1]));
            }
            case Kind.Selecting(Kind.Windows windows) -> {
                MaxRouting routing = MaxRouting.of(windows, x, r, plan.ties());
                Parts in = in(step, 0);
                yield new Parts(
                        routing.forward(in.plus()).reshape(change.shape()),
                        routing.forward(in.minus()).reshape(change.shape()));
            }
            case Kind.Choice() -> choice(step, x, r, change);
            case Kind.Composite c -> Parts.bySign(change);
            case Kind.Moving m -> throw new IllegalStateException("handled apart");
            case Kind.Blocking b -> Parts.bySign(change);
        };
    }

    private static Parts expanded(Parts p, Tensor change) {
        return p.plus().hasShapeOf(change)
                ? p
                : new Parts(p.plus().expand(change.shape()), p.minus().expand(change.shape()));
    }

    private Parts in(Step step, int input) {
        return at(Objects.requireNonNull(step.inputs()[input]));
    }

    private Tensor inDifference(Step step, int input) {
        return difference(Objects.requireNonNull(step.inputs()[input]));
    }

    private static Tensor middle(Call x, Call r, int input) {
        return x.in(input).plus(r.in(input)).times(0.5);
    }

    // ---- linear ------------------------------------------------------------------------------------------------

    private void moving(Step step, int subtracted, TensorScope working) {
        Call x = step.call();
        @Nullable Tensor[] plus = x.inputs();
        @Nullable Tensor[] minus = x.inputs();
        @Nullable Tensor[] zero = x.inputs();
        for (int i = 0; i < plus.length; i++) {
            if (x.isActive(i)) {
                Parts in = in(step, i);
                plus[i] = i == subtracted ? in.minus() : in.plus();
                minus[i] = i == subtracted ? in.plus() : in.minus();
                zero[i] = Tensor.zeros(in.plus().type()).expand(in.plus().shape());
            }
        }
        var outPlus = linear(step, x.with(plus), x.with(zero));
        var outMinus = linear(step, x.with(minus), x.with(zero));
        for (int o = 0; o < step.outputs().length; o++) {
            Slot out = step.outputs()[o];
            if (out != null && hasParts(out)) {
                parts.put(out, new Parts(outPlus[o], outMinus[o]).exported(working));
            }
        }
    }

    /** Whether a value can have a difference: neither a mask nor indices. */
    private static boolean hasParts(@Nullable Slot slot) {
        return slot != null && slot.type().isFloating();
    }

    /** The step on differences alone, without the constants it may add. */
    private static Tensor[] linear(Step step, Call differences, Call nothing) {
        Operator operator = step.operator();
        Operator.Forward part = step.outputs().length == 1 ? operator.linearPart() : null;
        var out = part == null ? operator.forwardAll(differences) : part.apply(differences);
        var base = part == null ? operator.forwardAll(nothing) : null;
        Tensor[] result = new Tensor[step.outputs().length];
        for (int i = 0; i < result.length; i++) {
            if (hasParts(step.outputs()[i])) {
                Tensor y = Objects.requireNonNull(out.get(i));
                result[i] = base == null ? y : y.minus(Objects.requireNonNull(base.get(i)));
            }
        }
        return result;
    }

    /** Products of matrices: each side is a linear map whose weights are the mean of the other. */
    private Parts matrixProduct(Step step, Call x, Call r, int left, int right) {
        Operator operator = step.operator();
        Tensor a = middle(x, r, left);
        Tensor b = middle(x, r, right);
        Tensor da = inDifference(step, left);
        Tensor db = inDifference(step, right);
        Call middle = x.with(left, a).with(right, b);
        Parts ofLeft = SplitRules.weighted(operator, middle, left, right, da, operator.forward(middle.with(left, da)));
        return ofLeft.plus(
                SplitRules.weighted(operator, middle, right, left, db, operator.forward(middle.with(right, db))));
    }

    // ---- nonlinear ---------------------------------------------------------------------------------------------

    /**
     * RevealCancel. Where the function is not defined with one part alone (the square root of a sum whose negative part
     * outweighs the reference), the element is rescaled.
     */
    private Parts elementwise(int index, Step step, Kind.@Nullable Secant secant, TensorScope working) {
        Call x = pair.x(index);
        Call r = pair.r(index);
        Parts in = in(step, 0);
        if (plan.rule(index) != ActivationRule.REVEAL_CANCEL) {
            Tensor slope = plan.differences().slope(step.operator(), secant, x, r);
            return new Parts(in.plus().times(slope), in.minus().times(slope));
        }
        Operator operator = step.operator();
        Tensor reference = r.in(0);
        Tensor top = reference.plus(in.plus());
        Tensor bottom = reference.plus(in.minus());
        Tensor fTop = operator.forward(x.with(0, top)).to(top.type());
        Tensor fBottom = operator.forward(x.with(0, bottom)).to(top.type());
        Tensor fx = x.out(0).to(top.type());
        Tensor fr = r.out(0).to(top.type());
        Tensor plus = fTop.minus(fr).addInPlace(fx.minus(fBottom)).mulInPlace(0.5);
        Tensor minus = fBottom.minus(fr).addInPlace(fx.minus(fTop)).mulInPlace(0.5);
        Tensor threshold = plan.differences().threshold(x.in(0), reference);
        Tensor slopePlus = partSlope(operator, x, plus, in.plus(), threshold, reference, bottom);
        Tensor slopeMinus = partSlope(operator, x, minus, in.minus(), threshold, reference, top);
        Tensor spread = plus.minus(minus);
        if (!Double.isFinite(spread.sum(false).item())) {
            Tensor undefined = spread.isNan().or(spread.isInfinite());
            Tensor slope = plan.differences().slope(operator, secant, x, r);
            slopePlus = undefined.where(slope, slopePlus);
            slopeMinus = undefined.where(slope, slopeMinus);
            plus = undefined.where(slope.times(in.plus()), plus);
            minus = undefined.where(slope.times(in.minus()), minus);
        }
        slopes.put(Objects.requireNonNull(step.outputs()[0]), new Signal(slopePlus, slopeMinus).exported(working));
        return new Parts(plus, minus);
    }

    /** Change over part; where the part vanishes, the mean of the derivatives without and with the other part. */
    private static Tensor partSlope(
            Operator operator, Call x, Tensor change, Tensor part, Tensor threshold, Tensor reference, Tensor other) {
        return Differences.quotient(
                change,
                part,
                part.abs().lessThan(threshold),
                () -> Differences.derivative(operator, x, reference)
                        .plus(Differences.derivative(operator, x, other))
                        .times(0.5));
    }

    private Parts maxout(Step step, Tensor[] fractions, Tensor change) {
        Parts sum = expanded(in(step, 0).scaled(fractions[0]), change);
        for (int i = 1; i < fractions.length; i++) {
            sum = sum.plus(expanded(in(step, i).scaled(fractions[i]), change));
        }
        return sum;
    }

    private Parts choice(Step step, Call x, Call r, Tensor change) {
        Tensor[] c = DeepLiftPropagation.choiceCoefficients(x, r);
        Parts sum = null;
        Tensor rest = change;
        for (int i = 1; i <= 2; i++) {
            if (x.isActive(i)) {
                Parts branch = expanded(in(step, i).scaled(c[i - 1]), change);
                sum = sum == null ? branch : sum.plus(branch);
                rest = rest.minus(c[i - 1].times(inDifference(step, i)));
            }
        }
        Parts condition = Parts.bySign(rest);
        return sum == null ? condition : sum.plus(condition);
    }
}
