package dev.whence.explain;

import dev.whence.graph.Kind;
import dev.whence.graph.Slot;
import dev.whence.graph.Step;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** Refuses, before anything is computed backward, a target that depends on an input through an operator without a rule. */
final class Reachability {
    private Reachability() {}

    /** Walks from the target to the sources and refuses the first step that cannot carry contributions. */
    static void requireRules(List<Step> steps, Slot target) {
        for (Step step : stepsTowards(steps, target)) {
            if (step.kind() instanceof Kind.Blocking(String reason)) {
                throw DeepLiftPropagation.noRule(step, reason);
            }
        }
    }

    /** The steps through which a target depends on active values, in backward order; what only a condition reads is left out. */
    static List<Step> stepsTowards(List<Step> steps, Slot target) {
        Set<Slot> reached = Collections.newSetFromMap(new IdentityHashMap<>());
        reached.add(target);
        List<Step> found = new ArrayList<>();
        for (int i = steps.size() - 1; i >= 0; i--) {
            Step step = steps.get(i);
            boolean isReached = false;
            for (Slot out : step.outputs()) {
                isReached |= out != null && reached.contains(out);
            }
            if (!isReached) {
                continue;
            }
            found.add(step);
            for (int k = 0; k < step.inputs().length; k++) {
                Slot in = step.inputs()[k];
                boolean isCondition = step.kind() instanceof Kind.Choice && k == 0;
                if (in != null && in.isActive() && !isCondition) {
                    reached.add(in);
                }
            }
        }
        return found;
    }
}
