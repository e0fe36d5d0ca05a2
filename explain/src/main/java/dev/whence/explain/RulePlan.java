package dev.whence.explain;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.graph.Kind;
import dev.whence.graph.Slot;
import dev.whence.graph.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which rule each step of a trace gets, decided once from the settings and the graph. */
final class RulePlan {
    private final DeepLift settings;
    private final ActivationRule[] rules;
    private final boolean[] maxouts;
    private final List<String> warnings;

    private RulePlan(DeepLift settings, ActivationRule[] rules, boolean[] maxouts, List<String> warnings) {
        this.settings = settings;
        this.rules = rules;
        this.maxouts = maxouts;
        this.warnings = warnings;
    }

    /**
     * Refuses a rule for a node that is no activation on the way to the target.
     *
     * @throws WhenceException naming the first such node
     */
    static void requireActivations(DeepLift settings, List<Step> steps) {
        for (Map.Entry<String, ActivationRule> override : settings.overrides().entrySet()) {
            List<Step> named = steps.stream()
                    .filter(s -> s.node().name().equals(override.getKey()))
                    .toList();
            if (named.stream().noneMatch(s -> s.kind() instanceof Kind.Elementwise)) {
                throw new WhenceException(
                        ErrorCode.USAGE,
                        "The rule " + text(override.getValue()) + " is for node '" + override.getKey() + "', "
                                + (named.isEmpty()
                                        ? "through which nothing passes from what is attributed to the target."
                                        : "which is no activation but operator "
                                                + named.getFirst().operator().name()
                                                + "; only functions of one input, element by element, take a rule."));
            }
        }
    }

    private static String text(ActivationRule rule) {
        return rule.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static RulePlan of(DeepLift settings, List<Step> steps) {
        ActivationRule[] rules = new ActivationRule[steps.size()];
        boolean[] maxouts = new boolean[steps.size()];
        List<String> warnings = new ArrayList<>();
        Map<Slot, Step> makers = new IdentityHashMap<>();
        for (int i = 0; i < rules.length; i++) {
            Step step = steps.get(i);
            rules[i] = rule(settings, step, makers, warnings);
            maxouts[i] = settings.maxout() && Maxout.isMaxout(step, makers);
            for (Slot out : step.outputs()) {
                if (out != null) {
                    makers.put(out, step);
                }
            }
        }
        return new RulePlan(settings, rules, maxouts, warnings);
    }

    private static ActivationRule rule(DeepLift settings, Step step, Map<Slot, Step> makers, List<String> warnings) {
        ActivationRule named = settings.overrides().get(step.node().name());
        if (named != null) {
            return named;
        }
        return switch (settings.mode()) {
            case RESCALE -> ActivationRule.RESCALE;
            case REVEAL_CANCEL -> ActivationRule.REVEAL_CANCEL;
            case GENOMICS_DEFAULT ->
                step.kind() instanceof Kind.Elementwise ? genomics(step, makers, warnings) : ActivationRule.RESCALE;
        };
    }

    /** Rescale behind a convolution, RevealCancel behind a dense layer. */
    private static ActivationRule genomics(Step activation, Map<Slot, Step> makers, List<String> warnings) {
        Step at = maker(activation, makers);
        while (at != null && isLookedThrough(at)) {
            at = maker(at, makers);
        }
        String operator = at == null ? "" : at.operator().name();
        if (operator.startsWith("Conv")) {
            return ActivationRule.RESCALE;
        }
        if (operator.equals("Gemm") || operator.equals("MatMul")) {
            return ActivationRule.REVEAL_CANCEL;
        }
        warnings.add("The activation " + activation.node().name()
                + " follows neither a convolution nor a dense layer; it got the Rescale rule.");
        return ActivationRule.RESCALE;
    }

    private static boolean isLookedThrough(Step step) {
        return step.kind() instanceof Kind.Moving || step.kind() instanceof Kind.Scaling;
    }

    private static @Nullable Step maker(Step step, Map<Slot, Step> makers) {
        for (Slot in : step.inputs()) {
            if (in != null && in.isActive()) {
                return makers.get(in);
            }
        }
        return null;
    }

    /** The rule of an activation. */
    ActivationRule rule(int index) {
        return rules[index];
    }

    /** Whether a step is a Maxout that is followed piece by piece. */
    boolean isMaxout(int index) {
        return maxouts[index];
    }

    /** Whether any activation needs the parts of differences. */
    boolean needsParts(List<Step> steps) {
        for (int i = 0; i < rules.length; i++) {
            if (rules[i] == ActivationRule.REVEAL_CANCEL && steps.get(i).kind() instanceof Kind.Elementwise) {
                return true;
            }
        }
        return false;
    }

    /** The plan for the inside of a composite: Rescale throughout. */
    RulePlan inside(Pair inside) {
        ActivationRule[] all = new ActivationRule[inside.steps().size()];
        Arrays.fill(all, ActivationRule.RESCALE);
        return new RulePlan(settings, all, new boolean[all.length], warnings);
    }

    MaxTies ties() {
        return settings.ties();
    }

    Differences differences() {
        return settings.differences();
    }

    /** What the user must be told. */
    List<String> warnings() {
        return warnings.stream().distinct().toList();
    }
}
