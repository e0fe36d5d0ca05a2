package dev.whence.explain;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.graph.Call;
import dev.whence.graph.Kind;
import dev.whence.graph.Slot;
import dev.whence.graph.Step;
import dev.whence.tensor.Tensor;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the steps of one trace are to relevance propagation: their rules, and the patterns that span several steps. */
final class LrpPlan {
    private static final Set<String> ADDERS = Set.of("Add", "Sub", "Sum", "Mean");
    private static final Set<String> SIGMOIDS = Set.of("Sigmoid", "HardSigmoid");
    private static final Set<String> NOT_NEGATIVE = Set.of("Relu", "Sigmoid", "HardSigmoid", "Softmax", "Abs", "Exp");
    private static final Set<String> KEEPS_SIGN = Set.of(
            "MaxPool",
            "GlobalMaxPool",
            "AveragePool",
            "GlobalAveragePool",
            "ReduceMean",
            "Flatten",
            "Reshape",
            "Transpose",
            "Squeeze",
            "Unsqueeze");

    private final LrpComposite composite;
    private final List<Step> steps;
    private final Map<Slot, Step> makers = new IdentityHashMap<>();
    private final Map<Slot, Integer> readers = new IdentityHashMap<>();
    private final Map<Step, LrpRule> rules = new IdentityHashMap<>();
    private final Map<Step, Tensor> biases = new IdentityHashMap<>();
    private final Map<Step, Step> biasedBy = new IdentityHashMap<>();

    private LrpPlan(LrpComposite composite, List<Step> steps) {
        this.composite = composite;
        this.steps = steps;
    }

    /**
     * Decides the rules of all steps.
     *
     * @param depth depth of the first layers, for steps inside a composite
     */
    static LrpPlan of(LrpComposite composite, List<Step> steps, int depth) {
        LrpPlan plan = new LrpPlan(composite, steps);
        Map<Slot, Integer> depths = new IdentityHashMap<>();
        for (Step step : steps) {
            int here = depth;
            for (Slot in : step.inputs()) {
                if (in != null) {
                    plan.readers.merge(in, 1, Integer::sum);
                    here = Math.max(here, depths.getOrDefault(in, depth));
                }
            }
            plan.add(step, here);
            for (Slot out : step.outputs()) {
                if (out != null) {
                    plan.makers.put(out, step);
                    depths.put(out, step.kind() instanceof Kind.Weighted ? here + 1 : here);
                }
            }
        }
        steps.forEach(plan::findBias);
        if (depth == 0) {
            plan.requireLayers();
        }
        return plan;
    }

    /** Refuses a rule for a node that takes none. */
    private void requireLayers() {
        for (LrpAssignment assignment : composite.assignments()) {
            if (assignment.place() instanceof LrpPlace.AtNode(String node)) {
                for (Step step : steps) {
                    if (step.node().name().equals(node) && !isChosen(step)) {
                        throw refusal(assignment.rule(), step, whyNone(step));
                    }
                }
            }
        }
    }

    /** Whether the rule that the composite gives to a step is the one that it gets. */
    private boolean isChosen(Step step) {
        return rules.containsKey(step) && !isBias(step) && fixedSum(step) == null;
    }

    private String whyNone(Step step) {
        Step biased = biasedBy.get(step);
        return !rules.containsKey(step)
                ? "it is no layer with weights, sum, normalisation or maximum"
                : biased == null
                        ? "this method has its own rule for such a sum"
                        : "it adds the bias of '" + biased.node().name() + "', to which a rule can be given";
    }

    private void add(Step step, int depth) {
        LrpLayer kind = layer(step);
        if (kind == null) {
            return;
        }
        LrpRule rule = composite.rule(kind, step.node().name(), depth);
        if (!rule.fits(kind)) {
            throw refusal(rule, step, LrpAssignment.whyNot(kind));
        }
        if (kind == LrpLayer.SUM && rule instanceof LrpRule.Pass && !addsOnlyConstants(step)) {
            throw refusal(rule, step, "it makes one value of several, so its inputs are not its output");
        }
        rules.put(step, rule);
    }

    private static WhenceException refusal(LrpRule rule, Step step, String why) {
        return new WhenceException(
                ErrorCode.USAGE,
                "The rule '" + rule.name() + "' cannot be given to " + step.describe() + ": " + why + ".");
    }

    private static boolean addsOnlyConstants(Step step) {
        return ADDERS.contains(step.operator().name()) && step.call().activeCount() == 1;
    }

    /** What a step is for the choice of a rule, or null if rules are not chosen for it. */
    static @Nullable LrpLayer layer(Step step) {
        return switch (step.kind()) {
            case Kind.Weighted _ -> step.operator().name().startsWith("Conv") ? LrpLayer.CONVOLUTION : LrpLayer.DENSE;
            case Kind.Scaling _ -> step.operator().name().equals("BatchNormalization") ? LrpLayer.NORMALIZATION : null;
            case Kind.Moving _ -> LrpMoves.isPure(step) ? null : LrpLayer.SUM;
            case Kind.Selecting _ -> LrpLayer.MAXIMUM;
            default -> null;
        };
    }

    /** A vector that is added to the output of a matrix product or convolution and to nothing else is its bias. */
    private void findBias(Step step) {
        if (!step.operator().name().equals("Add") || step.inputs().length != 2) {
            return;
        }
        Slot a = step.inputs()[0];
        Slot b = step.inputs()[1];
        if (a == null || b == null || a.isActive() == b.isActive()) {
            return;
        }
        Slot product = a.isActive() ? a : b;
        Slot vector = a.isActive() ? b : a;
        Step maker = makers.get(product);
        if (maker != null
                && maker.kind() instanceof Kind.Weighted
                && readers.getOrDefault(product, 0) == 1
                && isOneAFeature(vector, maker)
                && java.util.Arrays.equals(product.shape(), outShape(step))) {
            biases.put(maker, vector.tensor());
            biasedBy.put(step, maker);
        }
    }

    private static long[] outShape(Step step) {
        Slot out = step.outputs()[0];
        return out == null ? new long[0] : out.shape();
    }

    /** Whether a constant is one number, or one number for each channel or column of a layer's output. */
    private static boolean isOneAFeature(Slot constant, Step layer) {
        long[] shape = constant.shape();
        int outputs = outShape(layer).length;
        int wanted = layer.operator().name().startsWith("Conv") ? 1 : outputs - 1;
        for (int i = 0; i < shape.length; i++) {
            if (shape[i] != 1 && outputs - shape.length + i != wanted) {
                return false;
            }
        }
        return true;
    }

    /** Whether a constant has at most one axis that is longer than one. */
    static boolean isVector(Slot constant) {
        int longAxes = 0;
        for (long n : constant.shape()) {
            longAxes += n == 1 ? 0 : 1;
        }
        return longAxes <= 1;
    }

    /** The rule of a step that has one. */
    LrpRule rule(Step step) {
        LrpRule rule = rules.get(step);
        return rule == null ? LrpRule.epsilon(LrpRule.STABILIZER) : rule;
    }

    /** The rule of a step in words. */
    String ruleName(Step step) {
        if (rules.containsKey(step)) {
            boolean isWinner = step.kind() instanceof Kind.Selecting && rule(step) instanceof LrpRule.Pass;
            String fixed = fixedSum(step);
            return isBias(step)
                    ? "bias"
                    : isWinner ? "winner" : fixed == null ? rule(step).name() : fixed;
        }
        return switch (step.kind()) {
            case Kind.Moving _ -> "moves";
            case Kind.Elementwise _, Kind.Scaling _ -> "pass";
            case Kind.Bilinear _, Kind.TwoPlayer _ -> "product";
            case Kind.Quotient _ -> "numerator";
            case Kind.Selecting _ -> "winner";
            case Kind.Choice _ -> "chosen";
            case Kind.Composite _ -> "parts";
            case Kind.Weighted _, Kind.Blocking _ -> "none";
        };
    }

    /**
     * What the conventions do with a sum whatever its rule, in words, or null: what layer normalisation takes off and adds
     * passes where all of it passes, and sums of two are normalised where the conventions say so.
     */
    private @Nullable String fixedSum(Step step) {
        if (isPassedNormalization(step)) {
            return "pass";
        }
        boolean isNormalized = step.operator().name().equals("Add")
                && conventions().sums() == LrpConventions.Sums.NORMALIZED
                && !(rule(step) instanceof LrpRule.Pass);
        return isNormalized ? "normalised" : null;
    }

    /** Whether a step takes a mean off or adds a vector, and relevance passes it because it passes layer normalisation. */
    boolean isPassedNormalization(Step step) {
        if (!conventions().isNormalizationPassed()) {
            return false;
        }
        String name = step.operator().name();
        Slot constant = name.equals("Add") ? addend(step) : null;
        return constant == null ? name.equals("Sub") && isCentring(step) : isVector(constant);
    }

    /** The constant of a sum of a constant and an active value, or null. */
    static @Nullable Slot addend(Step step) {
        Call call = step.call();
        return step.inputs().length != 2 || call.activeCount() != 1 ? null : step.inputs()[1 - call.firstActive()];
    }

    /** What a later step adds to a layer with weights as its bias, or null. */
    @Nullable
    Tensor bias(Step layer) {
        return biases.get(layer);
    }

    /** Whether a step only adds the bias of the layer before it. */
    boolean isBias(Step step) {
        return biasedBy.containsKey(step);
    }

    LrpComposite rules() {
        return composite;
    }

    LrpConventions conventions() {
        return composite.conventions();
    }

    List<Step> steps() {
        return steps;
    }

    /** The plan of what is inside a composite step. */
    LrpPlan inside(List<Step> inner) {
        return of(composite, inner, 1);
    }

    // ---- who made a value --------------------------------------------------------------------------------------

    /** Whether a value is one over a norm or deviation, up to moves and factors. */
    boolean isNormalizer(@Nullable Slot slot) {
        Step maker = origin(slot);
        if (maker == null) {
            return false;
        }
        return switch (maker.operator().name()) {
            case "Reciprocal" -> true;
            case "Pow" -> maker.call().has(1) && isNegative(maker.inputs()[1]);
            case "Div" -> maker.inputs()[0] != null && !isActive(maker.inputs()[0]);
            default -> false;
        };
    }

    private static boolean isActive(@Nullable Slot slot) {
        return slot != null && slot.isActive();
    }

    private static boolean isNegative(@Nullable Slot constant) {
        Tensor tensor = constant == null || constant.isActive() ? null : constant.tensorIfKept();
        return tensor != null && tensor.size() == 1 && tensor.item() < 0;
    }

    /** Whether a value is the output of a sigmoid, up to moves and factors. */
    boolean isGate(@Nullable Slot slot) {
        Step maker = origin(slot);
        return maker != null && SIGMOIDS.contains(maker.operator().name());
    }

    /** Whether a value is known to have no negative elements, because a rectifier or its kin made it. */
    boolean isNowhereNegative(@Nullable Slot slot) {
        Step at = slot == null ? null : makers.get(slot);
        while (at != null && KEEPS_SIGN.contains(at.operator().name())) {
            Slot before = at.inputs()[0];
            at = before == null ? null : makers.get(before);
        }
        return at != null && NOT_NEGATIVE.contains(at.operator().name());
    }

    /** Whether a value is the output of a softmax, up to moves and factors. */
    boolean isAttention(@Nullable Slot slot) {
        Step maker = origin(slot);
        return maker != null && maker.operator().name().equals("Softmax");
    }

    /** Whether a subtraction takes the mean off its own minuend. */
    boolean isCentring(Step step) {
        if (step.inputs().length != 2) {
            return false;
        }
        Step mean = makers.get(step.inputs()[1]);
        return mean != null && mean.operator().name().equals("ReduceMean") && mean.inputs()[0] == step.inputs()[0];
    }

    /** The step that made a value, looking through those that only move or scale it. */
    private @Nullable Step origin(@Nullable Slot slot) {
        Step at = slot == null ? null : makers.get(slot);
        while (at != null && isLookedThrough(at)) {
            Slot before = null;
            for (Slot in : at.inputs()) {
                before = before == null && isActive(in) ? in : before;
            }
            at = before == null ? null : makers.get(before);
        }
        return at;
    }

    private static boolean isLookedThrough(Step step) {
        return step.kind() instanceof Kind.Scaling || (step.kind() instanceof Kind.Moving && LrpMoves.isPure(step));
    }
}
