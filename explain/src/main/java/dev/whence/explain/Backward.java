package dev.whence.explain;

import dev.whence.graph.Profile;
import dev.whence.graph.Slot;
import dev.whence.graph.Step;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The one backward walk that every propagation method shares: steps in reverse order, signals added up at fan-out. */
final class Backward {
    private Backward() {}

    /** The signals of one target, by value. They belong to the scope that was innermost when the walk began. */
    static final class Signals {
        private final IdentityHashMap<Slot, Signal> bySlot = new IdentityHashMap<>();

        /** Puts the first signal at a value. */
        void seed(Slot slot, Signal signal) {
            bySlot.put(slot, signal);
        }

        /** What has arrived at a value, or null if nothing has. */
        @Nullable
        Signal at(Slot slot) {
            return bySlot.get(slot);
        }

        private void deliver(Slot slot, Signal signal, TensorScope working) {
            Signal earlier = bySlot.get(slot);
            Signal sum = earlier == null ? signal : earlier.plus(signal);
            bySlot.put(slot, sum.exported(working));
            if (earlier != null) {
                earlier.close();
            }
        }

        private void drop(Slot slot) {
            Signal done = bySlot.remove(slot);
            if (done != null) {
                done.close();
            }
        }
    }

    /**
     * Walks all targets at once.
     *
     * @param steps the trace
     * @param propagation the rules
     * @param targets one a target, seeded; afterwards they hold what arrived at {@code wanted}
     * @param wanted values whose signals are kept
     */
    static void walk(List<Step> steps, Propagation propagation, List<Signals> targets, Collection<Slot> wanted) {
        walk(steps, propagation, targets, wanted, Profile.current());
    }

    /** As {@link #walk}, inside a step that is itself taken down in the profile. */
    static void walkInside(List<Step> steps, Propagation propagation, List<Signals> targets, Collection<Slot> wanted) {
        walk(steps, propagation, targets, wanted, null);
    }

    private static void walk(
            List<Step> steps,
            Propagation propagation,
            List<Signals> targets,
            Collection<Slot> wanted,
            @Nullable Profile profile) {
        Set<Slot> kept = Collections.newSetFromMap(new IdentityHashMap<>());
        kept.addAll(wanted);
        for (int i = steps.size() - 1; i >= 0; i--) {
            Step step = steps.get(i);
            if (targets.stream().anyMatch(t -> isReached(step, t))) {
                long start = profile == null ? 0 : profile.now();
                long bytes = carry(step, propagation, i, targets);
                if (profile != null) {
                    String name = step.operator().name();
                    profile.add(name, Profile.Direction.BACKWARD, profile.now() - start, bytes);
                }
            }
            for (Slot out : step.outputs()) {
                if (out != null && !kept.contains(out)) {
                    targets.forEach(t -> t.drop(out));
                }
            }
        }
    }

    private static boolean isReached(Step step, Signals signals) {
        for (Slot out : step.outputs()) {
            if (out != null && signals.at(out) != null) {
                return true;
            }
        }
        return false;
    }

    private static long carry(Step step, Propagation propagation, int index, List<Signals> targets) {
        long bytes = 0;
        try (TensorScope working = TensorScope.open()) {
            Propagation.Pullback pullback = propagation.at(index);
            for (int t = 0; t < targets.size(); t++) {
                Signals signals = targets.get(t);
                if (!isReached(step, signals)) {
                    continue;
                }
                @Nullable Signal[] outputs = new @Nullable Signal[step.outputs().length];
                for (int o = 0; o < outputs.length; o++) {
                    Slot slot = step.outputs()[o];
                    outputs[o] = slot == null ? null : signals.at(slot);
                }
                @Nullable Signal[] inputs = pullback.carry(t, outputs);
                for (int i = 0; i < inputs.length; i++) {
                    Signal signal = inputs[i];
                    Slot slot = step.inputs()[i];
                    if (signal != null && slot != null && slot.isActive()) {
                        bytes += Profile.bytes(signal.plus());
                        signals.deliver(slot, isRepeated(inputs, i) ? signal.map(Tensor::alias) : signal, working);
                    }
                }
            }
        }
        return bytes;
    }

    /** Whether a later input gets the same tensors, which must outlive what becomes of this one's. */
    private static boolean isRepeated(@Nullable Signal[] inputs, int at) {
        Signal one = Objects.requireNonNull(inputs[at]);
        for (int i = at + 1; i < inputs.length; i++) {
            Signal other = inputs[i];
            if (other != null && (other.plus() == one.plus() || other.minus() == one.minus())) {
                return true;
            }
        }
        return false;
    }
}
