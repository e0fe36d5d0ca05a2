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
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Relevance propagation by kind. What travels backward is the relevance of a value itself, in {@link Signal#plus}; at fan-out
 * it adds up.
 */
final class LrpPropagation implements Propagation {
    private static final Set<String> NORMALIZERS = Set.of(
            "LayerNormalization",
            "RMSNormalization",
            "InstanceNormalization",
            "GroupNormalization",
            "SimplifiedLayerNormalization",
            "MeanVarianceNormalization");

    private final Network network;
    private final Lrp method;
    private final LrpPlan plan;
    private final int examples;
    private final @Nullable Keeping kept;

    /** Told what leaves the network at a step. */
    @FunctionalInterface
    interface Keeping {
        /** Relevance that a bias or constant of a step keeps, element by element, ordered by example. */
        void keep(int index, Tensor relevance);
    }

    /**
     * @param examples examples in the batch, for rules that take totals for each
     * @param kept told what biases and constants keep, or null
     */
    LrpPropagation(Network network, Lrp method, LrpPlan plan, int examples, @Nullable Keeping kept) {
        this.network = network;
        this.method = method;
        this.plan = plan;
        this.examples = examples;
        this.kept = kept;
    }

    /** What the rules read. */
    static Interpreter.Retention retention(LrpComposite composite) {
        Reads convolutions = composite.readsConvolutionOutputs() ? Reads.ALL : Reads.INPUTS;
        return (operator, kind) -> switch (kind) {
            case Kind.Weighted _ -> operator.name().startsWith("Conv") ? convolutions : Reads.ALL;
            case Kind.Moving _, Kind.Composite _ -> Reads.ALL;
            case Kind.Scaling _ -> operator.name().equals("BatchNormalization") ? Reads.ALL : Reads.NOTHING;
            case Kind.Bilinear(int l, int r, boolean isMatrix) -> isMatrix ? Reads.ALL : Reads.NOTHING;
            case Kind.Selecting _ -> composite.hasRulesForMaxima() ? Reads.ALL : operator.reads();
            case Kind.TwoPlayer _, Kind.Choice _ -> operator.reads();
            case Kind.Elementwise _, Kind.Quotient _, Kind.Blocking _ -> Reads.NOTHING;
        };
    }

    @Override
    public Interpreter.Retention retention() {
        return retention(method.composite());
    }

    @Override
    public Pullback at(int index) {
        Step step = plan.steps().get(index);
        return switch (step.kind()) {
            case Kind.Moving _ -> moving(index, step);
            case Kind.Scaling _ -> scaling(index, step);
            case Kind.Weighted weighted -> {
                LrpLinear.Back back = new LrpLinear(
                                step, weighted, plan.bias(step), plan.isNowhereNegative(step.inputs()[weighted.data()]))
                        .prepare(plan.rule(step));
                Consumer<Tensor> absorbed = kept == null ? null : t -> kept.keep(index, t);
                yield one(step, weighted.data(), r -> back.carry(r, absorbed));
            }
            case Kind.Elementwise _ -> one(step, activeInput(step), r -> r);
            case Kind.Bilinear(int left, int right, boolean isMatrix) ->
                isMatrix ? matrixProduct(index, step, left, right) : product(step, left, right);
            case Kind.Quotient _ -> quotient(step);
            case Kind.TwoPlayer(int left, int right) ->
                step.operator().name().equals("Pow") ? halves(step, left, right) : byGradient(step);
            case Kind.Selecting _ ->
                plan.rule(step) instanceof LrpRule.Epsilon(double e, boolean b)
                        ? proportional(index, step, e)
                        : byGradient(step);
            case Kind.Choice _ -> moved(index, step);
            case Kind.Composite _ -> composite(index, step);
            case Kind.Blocking(String reason) -> throw noRule(step, reason);
        };
    }

    /** The refusal that names the node. */
    static WhenceException noRule(Step step, String reason) {
        return new WhenceException(
                ErrorCode.OPERATOR_NO_RULE,
                "Cannot explain " + step.describe() + " with LRP: " + reason
                        + ". Try --method integrated-gradients or occlusion.");
    }

    // ---- shapes of rules ---------------------------------------------------------------------------------------

    private interface Carry {
        Tensor of(Tensor relevance);
    }

    private interface CarryAll {
        void of(Tensor relevance, @Nullable Signal[] inputs);
    }

    private static Pullback all(Step step, CarryAll rule) {
        return (t, outputs) -> {
            @Nullable Signal[] in = new @Nullable Signal[step.inputs().length];
            Signal signal = outputs[0];
            if (signal != null) {
                rule.of(signal.plus(), in);
            }
            return in;
        };
    }

    private static Pullback one(Step step, int input, Carry rule) {
        long[] shape = shape(step, input);
        return all(step, (r, in) -> in[input] = Signal.of(rule.of(r).sumTo(shape)));
    }

    private static long[] shape(Step step, int input) {
        return Objects.requireNonNull(step.inputs()[input]).shape();
    }

    private static int activeInput(Step step) {
        for (int i = 0; i < step.inputs().length; i++) {
            Slot in = step.inputs()[i];
            if (in != null && in.isActive()) {
                return i;
            }
        }
        throw new IllegalStateException(step.describe());
    }

    private static boolean isActive(Step step, int input) {
        Slot slot = input < step.inputs().length ? step.inputs()[input] : null;
        return slot != null && slot.isActive();
    }

    /** Relevance goes where a gradient would. */
    private static Pullback byGradient(Step step) {
        Operator.Gradient gradient = Objects.requireNonNull(step.operator().gradient(), step::describe);
        Call call = step.call();
        return (t, outputs) -> GradientPropagation.signals(gradient.apply(call, GradientPropagation.tensors(outputs)));
    }

    /** Every element goes where it came from: what goes nowhere came from a constant, or from padding, and is kept. */
    private Pullback moved(int index, Step step) {
        Pullback back = byGradient(step);
        Keeping keeping = kept;
        return keeping == null
                ? back
                : (t, outputs) -> {
                    @Nullable Signal[] in = back.carry(t, outputs);
                    for (Signal arrived : outputs) {
                        if (arrived != null) {
                            keeping.keep(index, arrived.plus());
                        }
                    }
                    for (int i = 0; i < in.length; i++) {
                        Signal left = in[i];
                        if (left != null && step.call().isActive(i)) {
                            keeping.keep(index, left.plus().negate());
                        }
                    }
                    return in;
                };
    }

    /** Everything to one input, nothing to the others. */
    private static Pullback only(Step step, int input) {
        return one(step, input, r -> r);
    }

    private static Pullback halves(Step step, int left, int right) {
        return all(step, (r, in) -> {
            Tensor half = r.times(0.5);
            in[left] = Signal.of(half.sumTo(shape(step, left)));
            in[right] = Signal.of(half.sumTo(shape(step, right)));
        });
    }

    // ---- sums --------------------------------------------------------------------------------------------------

    private Pullback moving(int index, Step step) {
        if (LrpMoves.isPure(step)) {
            return moved(index, step);
        }
        LrpConventions conventions = plan.conventions();
        boolean isAdd = step.operator().name().equals("Add");
        if (plan.isBias(step) || plan.rule(step) instanceof LrpRule.Pass) {
            return only(step, activeInput(step));
        }
        if (plan.isPassedNormalization(step)) {
            return only(step, activeInput(step));
        }
        return isAdd && conventions.sums() == LrpConventions.Sums.NORMALIZED
                ? LrpTotals.add(step, examples, keep(index))
                : proportional(index, step, plan.rule(step).stabilizer());
    }

    private @Nullable Consumer<Tensor> keep(int index) {
        return kept == null ? null : t -> kept.keep(index, t);
    }

    /** R_i = x_i (J^T (R / s(y)))_i: in proportion to what each element adds to the outputs. */
    private Pullback proportional(int index, Step step, double stabilizer) {
        Operator.Gradient gradient = Objects.requireNonNull(step.operator().gradient(), step::describe);
        Call call = step.call();
        @Nullable Shares[] shares = new @Nullable Shares[step.outputs().length];
        for (int i = 0; i < shares.length; i++) {
            Slot out = step.outputs()[i];
            shares[i] = out == null ? null : Shares.of(out.tensor(), stabilizer);
        }
        return (t, outputs) -> {
            @Nullable Tensor[] divided = new @Nullable Tensor[outputs.length];
            for (int i = 0; i < outputs.length; i++) {
                Signal signal = outputs[i];
                Shares share = shares[i];
                divided[i] = signal == null || share == null ? null : share.share(signal.plus());
            }
            @Nullable Tensor[] slopes = gradient.apply(call, divided);
            @Nullable Signal[] in = new @Nullable Signal[slopes.length];
            for (int i = 0; i < in.length; i++) {
                Tensor slope = slopes[i];
                in[i] = slope == null || !call.isActive(i) ? null : Signal.of(slope.times(call.in(i)));
            }
            Tensor share = divided[0];
            if (kept != null && share != null && step.kind() instanceof Kind.Moving && hasConstants(step)) {
                kept.keep(index, share.times(ofConstants(step)));
            }
            return in;
        };
    }

    /** Whether numbers that are not active may be among what a step adds up. */
    private static boolean hasConstants(Step step) {
        Call call = step.call();
        for (int i = 0; i < call.arity(); i++) {
            if (call.has(i) && !call.isActive(i) && call.type(i).isFloating()) {
                return true;
            }
        }
        return false;
    }

    /** What constants alone make of a sum: its output where everything active is zero. */
    private static Tensor ofConstants(Step step) {
        Call call = step.call();
        @Nullable Tensor[] inputs = call.inputs();
        for (int i = 0; i < inputs.length; i++) {
            Tensor x = inputs[i];
            inputs[i] = x == null || !call.isActive(i)
                    ? x
                    : Tensor.zeros(x.type(), x.shape()).on(x.device());
        }
        return step.operator().forward(call.with(inputs));
    }

    private Pullback scaling(int index, Step step) {
        int input = activeInput(step);
        return step.operator().name().equals("BatchNormalization") && !(plan.rule(step) instanceof LrpRule.Pass)
                ? withShift(index, step, input)
                : only(step, input);
    }

    /** y = c x + d: the part of d is kept. */
    private Pullback withShift(int index, Step step, int input) {
        Call call = step.call();
        Tensor scaled =
                call.in(input).times(((Kind.Scaling) step.kind()).coefficient().of(call));
        Tensor y = Objects.requireNonNull(step.outputs()[0]).tensor();
        Shares shares = Shares.of(y, plan.rule(step).stabilizer());
        return one(step, input, r -> {
            Tensor share = shares.share(r);
            if (kept != null) {
                kept.keep(index, share.times(y.minus(scaled)));
            }
            return share.times(scaled);
        });
    }

    // ---- products ----------------------------------------------------------------------------------------------

    /** What normalises or gates gets nothing; two signals share in halves. */
    private Pullback product(Step step, int left, int right) {
        Slot l = step.inputs()[left];
        Slot r = step.inputs()[right];
        if (plan.isNormalizer(l) != plan.isNormalizer(r)) {
            return only(step, plan.isNormalizer(l) ? right : left);
        }
        boolean areGatesConstant = plan.conventions().gates() == LrpConventions.Gates.SIGNAL_ONLY;
        if (areGatesConstant && plan.isGate(l) != plan.isGate(r)) {
            return only(step, plan.isGate(l) ? right : left);
        }
        return halves(step, left, right);
    }

    /** R_A = A (R / s(2 A B) B^T), and the same for B; or all for the side that is not attention. */
    private Pullback matrixProduct(int index, Step step, int left, int right) {
        Operator.Gradient gradient = Objects.requireNonNull(step.operator().gradient(), step::describe);
        Call call = step.call();
        boolean isLeftAttention = plan.isAttention(step.inputs()[left]);
        boolean isValuesOnly = plan.conventions().attention() == LrpConventions.Attention.VALUES_ONLY
                && isLeftAttention != plan.isAttention(step.inputs()[right]);
        double stabilizer =
                plan.rules().rule(LrpLayer.DENSE, step.node().name(), 1) instanceof LrpRule.Epsilon(double e, boolean b)
                        ? e
                        : LrpRule.STABILIZER;
        Tensor y = Objects.requireNonNull(step.outputs()[0]).tensor();
        Shares shares = Shares.of(isValuesOnly ? y : y.times(2), stabilizer);
        return all(step, (r, in) -> {
            Tensor share = shares.share(r);
            @Nullable Tensor[] slopes = gradient.apply(call, new @Nullable Tensor[] {share});
            for (int side : new int[] {left, right}) {
                if (!isValuesOnly || (side == left) != isLeftAttention) {
                    in[side] = Signal.of(Objects.requireNonNull(slopes[side]).times(call.in(side)));
                }
            }
            if (kept != null && hasConstants(step)) {
                kept.keep(index, share.times(ofConstants(step)).times(isValuesOnly ? 1 : 2));
            }
        });
    }

    /** The numerator gets all where it can. */
    private static Pullback quotient(Step step) {
        return only(step, isActive(step, 0) ? 0 : 1);
    }

    // ---- composites --------------------------------------------------------------------------------------------

    private Pullback composite(int index, Step step) {
        String name = step.operator().name();
        LrpConventions conventions = plan.conventions();
        if (name.equals("Softmax")) {
            return switch (conventions.attention()) {
                case SOFTMAX_PASSED -> only(step, 0);
                case HALVES, VALUES_ONLY -> LrpTotals.softmax(step);
            };
        }
        if (NORMALIZERS.contains(name) && conventions.isNormalizationPassed()) {
            return only(step, 0);
        }
        boolean isSmooth = name.equals("LogSoftmax") || name.equals("ReduceLogSumExp");
        if (isSmooth && step.operator().gradient() != null) {
            return proportional(index, step, LrpRule.STABILIZER);
        }
        return expanded(index, step);
    }

    private Pullback expanded(int index, Step step) {
        Network.Expanded inside = network.expand(step, step.call().inputs());
        Keeping outer = kept;
        Keeping inner = outer == null ? null : (i, relevance) -> outer.keep(index, relevance);
        LrpPropagation rules = new LrpPropagation(
                network, method, plan.inside(ElementwiseGroups.fused(inside.steps())), examples, inner);
        List<Slot> wanted = GradientPropagation.activeInputs(inside);
        return (t, outputs) -> {
            Backward.Signals signals = GradientPropagation.seeds(inside, outputs);
            Backward.walkInside(rules.plan.steps(), rules, List.of(signals), wanted);
            return GradientPropagation.arrived(inside, signals);
        };
    }
}
