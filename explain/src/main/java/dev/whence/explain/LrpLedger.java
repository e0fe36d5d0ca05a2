package dev.whence.explain;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.graph.Slot;
import dev.whence.graph.Step;
import dev.whence.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Takes down, for every step of a walk of relevance and every example, what arrives, what leaves and what is kept. */
final class LrpLedger implements LrpWatch {
    private final ExampleTotals totals = new ExampleTotals();
    private final Map<Integer, Entry> byStep = new TreeMap<>();
    private final int examples;
    private final double[] start;

    /** @param examples examples in all batches */
    LrpLedger(int examples) {
        this.examples = examples;
        this.start = new double[examples];
    }

    private final class Entry {
        private final Step step;
        private final String rule;
        private final double[] arrived = new double[examples];
        private final double[] left = new double[examples];
        private final double[] kept = new double[examples];

        Entry(Step step, String rule) {
            this.step = step;
            this.rule = rule;
        }
    }

    /** Explains a request's first target with every step taken down. */
    static Conservation conservation(Explainer explainer, Request all) {
        if (!(all.method() instanceof Lrp method)) {
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "A conservation report follows relevance from node to node; method '"
                            + all.method().name() + "' has none. Choose lrp-epsilon or one of its kin.");
        }
        Request request = all.target(all.targets().getFirst());
        int examples = Explainer.examples(request.inputs());
        LrpLedger ledger = new LrpLedger(examples);
        Explanation explanation =
                explainer.explain(request, new LrpRun(method, ledger, null)).getFirst();
        List<LayerConservation> layers = ledger.layers();
        double[] absorbed = new double[examples];
        layers.forEach(layer -> Arrays.setAll(absorbed, i -> absorbed[i] + layer.absorbed()[i]));
        double[] end = explanation.attribution().delta().clone();
        double[] value = explanation.attribution().target().values();
        Arrays.setAll(end, i -> end[i] + value[i]);
        return new Conservation(explanation, ledger.start, end, absorbed, layers);
    }

    /** Takes down what stands at the target of a batch. */
    void start(Tensor relevance, int firstExample, int batch) {
        totals.batch(firstExample, batch);
        totals.add(start, relevance);
    }

    /** Takes down what biases and constants keep. */
    LrpPropagation.Keeping keeping() {
        return (index, relevance) -> {
            Entry entry = byStep.get(index);
            if (entry != null) {
                totals.add(entry.kept, relevance);
            }
        };
    }

    @Override
    public Propagation.Pullback watched(int index, LrpPlan plan, Propagation.Pullback pullback) {
        Step step = plan.steps().get(index);
        Entry entry = byStep.computeIfAbsent(index, i -> new Entry(step, plan.ruleName(step)));
        return (t, outputs) -> {
            @Nullable Signal[] inputs = pullback.carry(t, outputs);
            addAll(entry.arrived, step.outputs(), outputs);
            addAll(entry.left, step.inputs(), inputs);
            return inputs;
        };
    }

    private void addAll(double[] sums, @Nullable Slot[] slots, @Nullable Signal[] signals) {
        for (int i = 0; i < signals.length; i++) {
            Slot slot = slots[i];
            Signal signal = signals[i];
            if (slot != null && signal != null && slot.isActive()) {
                totals.add(sums, signal.plus());
            }
        }
    }

    /** Every step that was reached, in backward order. */
    List<LayerConservation> layers() {
        List<LayerConservation> out = new ArrayList<>();
        for (Entry e : byStep.values()) {
            out.addFirst(new LayerConservation(
                    e.step.node().name(),
                    e.step.node().operator(),
                    e.step.node().opset(),
                    e.rule,
                    e.arrived,
                    e.left,
                    e.kept));
        }
        return out;
    }
}
