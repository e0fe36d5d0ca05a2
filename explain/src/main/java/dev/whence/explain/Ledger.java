package dev.whence.explain;

import dev.whence.core.NdArray;
import dev.whence.graph.Interpreter;
import dev.whence.graph.Kind;
import dev.whence.graph.Slot;
import dev.whence.graph.Step;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Takes down, for every step of a backward walk of DeepLIFT, the contributions that arrive at its outputs and those that
 * leave at its inputs. Where the rule of a step keeps the sum, both are the same. Sums run over the whole batch, and over
 * several references their mean is kept.
 */
final class Ledger {
    private final Map<Integer, Entry> byStep = new TreeMap<>();
    private int walks;

    private static final class Entry {
        private final Step step;
        private final String rule;
        private double arrived;
        private double left;

        Entry(Step step, String rule) {
            this.step = step;
            this.rule = rule;
        }
    }

    /** The same rules, with every step taken down. */
    Propagation around(
            Propagation rules, Pair pair, RulePlan plan, @Nullable DifferenceParts parts, Residuals residuals) {
        walks++;
        return new Watched(rules, pair, plan, parts, residuals);
    }

    /** The balance of every step that was reached, in backward order. */
    List<NodeBalance> balances() {
        List<NodeBalance> out = new ArrayList<>();
        for (Entry e : byStep.values()) {
            out.addFirst(new NodeBalance(
                    e.step.node().name(),
                    e.step.node().operator(),
                    e.step.node().opset(),
                    e.rule,
                    e.arrived / walks,
                    e.left / walks));
        }
        return out;
    }

    private final class Watched implements Propagation {
        private final Propagation rules;
        private final Pair pair;
        private final RulePlan plan;
        private final @Nullable DifferenceParts parts;
        private final Residuals residuals;

        Watched(Propagation rules, Pair pair, RulePlan plan, @Nullable DifferenceParts parts, Residuals residuals) {
            this.rules = rules;
            this.pair = pair;
            this.plan = plan;
            this.parts = parts;
            this.residuals = residuals;
        }

        @Override
        public Interpreter.Retention retention() {
            return Interpreter.Retention.ALL;
        }

        @Override
        public Pullback at(int index) {
            Step step = pair.steps().get(index);
            Pullback pullback = rules.at(index);
            return (t, outputs) -> {
                double before = residuals.total(t);
                @Nullable Signal[] inputs = pullback.carry(t, outputs);
                Entry entry = byStep.computeIfAbsent(index, i -> new Entry(step, rule(step, plan.rule(index))));
                entry.arrived += sum(step.outputs(), outputs);
                entry.left += sum(step.inputs(), inputs) + residuals.total(t) - before;
                return inputs;
            };
        }

        private double sum(@Nullable Slot[] slots, @Nullable Signal[] signals) {
            double total = 0;
            for (int i = 0; i < signals.length; i++) {
                Slot slot = slots[i];
                Signal signal = signals[i];
                if (slot != null && signal != null && slot.isActive()) {
                    total += contribution(slot, signal);
                }
            }
            return total;
        }

        private double contribution(Slot slot, Signal signal) {
            try (TensorScope scope = TensorScope.open()) {
                Tensor reference = pair.reference(slot).tensor();
                Tensor all;
                if (signal.isSplit() && parts != null) {
                    Parts change = parts.at(slot);
                    all = signal.plus().times(change.plus()).plus(signal.minus().times(change.minus()));
                } else {
                    Tensor change = slot.tensor().minus(reference);
                    all = DeepLiftPropagation.merged(signal, change).times(change);
                }
                // Infinities of a mask are the same on both sides: no change, though their difference is no number.
                Tensor none = Tensor.zeros(all.type()).on(all.device());
                Tensor mask = slot.tensor().equalTo(reference).and(all.isNan());
                all = mask.where(none, all);
                return Arrays.stream(all.to(NdArray.Type.FLOAT64).toDoubles()).sum();
            }
        }
    }

    private static String rule(Step step, ActivationRule rule) {
        return switch (step.kind()) {
            case Kind.Moving _, Kind.Scaling _, Kind.Weighted _ -> "linear";
            case Kind.Elementwise _ ->
                rule.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
            case Kind.Bilinear _ -> "product";
            case Kind.Quotient _ -> "quotient";
            case Kind.TwoPlayer _ -> "two players";
            case Kind.Selecting _ -> "cross-max";
            case Kind.Choice _ -> "choice";
            case Kind.Composite _ -> "expansion";
            case Kind.Blocking _ -> "none";
        };
    }
}
