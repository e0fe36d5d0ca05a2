package dev.whence.explain;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Graph;
import dev.whence.graph.Slot;
import dev.whence.graph.Step;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Sums the relevance that arrives at some values in a walk, when it is complete there; nothing is held for it. */
final class LrpMeter implements LrpWatch {
    private final ExampleTotals totals = new ExampleTotals();
    private final Set<String> values;
    private final List<Map<String, RelevanceSums.Sums>> byTarget = new ArrayList<>();
    private final List<double[]> starts = new ArrayList<>();

    private LrpMeter(Graph graph, Collection<String> values, int targets, int examples) {
        for (String value : values) {
            if (graph.producer(value).isEmpty()) {
                throw new WhenceException(
                        ErrorCode.TARGET_INVALID,
                        "Model '" + graph.name() + "' has no inner value '" + value
                                + "' at which relevance could be summed.");
            }
        }
        this.values = new LinkedHashSet<>(values);
        for (int t = 0; t < targets; t++) {
            Map<String, RelevanceSums.Sums> sums = new LinkedHashMap<>();
            for (String value : this.values) {
                sums.put(
                        value,
                        new RelevanceSums.Sums(new double[examples], new double[examples], new double[examples]));
            }
            byTarget.add(sums);
            starts.add(new double[examples]);
        }
    }

    /** Explains every target of a request and measures at some values. */
    static List<RelevanceSums> measure(Explainer explainer, Request request, Collection<String> values) {
        if (!(request.method() instanceof Lrp method)) {
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "Relevance at inner values is that of a walk of relevance, and method '"
                            + request.method().name() + "' has none. Choose lrp-attention or one of its kin.");
        }
        int examples = Explainer.examples(request.inputs());
        List<TargetChoice> targets = request.targets();
        List<RelevanceSums> out = new ArrayList<>();
        for (int from = 0; from < targets.size(); from += Explainer.TARGETS_AT_ONCE) {
            List<TargetChoice> some = targets.subList(from, Math.min(from + Explainer.TARGETS_AT_ONCE, targets.size()));
            LrpMeter meter = new LrpMeter(explainer.graph(), values, some.size(), examples);
            Request part = request.target(some.toArray(TargetChoice[]::new));
            List<Explanation> explanations = explainer.explain(part, new LrpRun(method, null, meter));
            for (int t = 0; t < some.size(); t++) {
                out.add(new RelevanceSums(explanations.get(t), meter.starts.get(t), meter.byTarget.get(t)));
            }
        }
        return out;
    }

    /** The values at which relevance is summed. */
    Set<String> values() {
        return values;
    }

    /**
     * Refuses values on the way that the walk would pass by.
     *
     * @param all the steps from the target back as the network has them
     * @param walked the steps that the walk takes
     * @throws WhenceException {@link ErrorCode#TARGET_INVALID} if one lies within a group of steps that is walked as one
     */
    void requireReached(List<Step> all, List<Step> walked) {
        Set<String> missed = measured(all);
        missed.removeAll(measured(walked));
        for (String value : missed) {
            throw new WhenceException(
                    ErrorCode.TARGET_INVALID,
                    "Relevance cannot be summed at value '" + value + "': it lies within elementwise steps that are one"
                            + " function for relevance. Name the value that this function makes or takes.");
        }
    }

    private Set<String> measured(List<Step> steps) {
        Set<String> found = new LinkedHashSet<>();
        for (Step step : steps) {
            for (Slot out : step.outputs()) {
                if (out != null && values.contains(out.name())) {
                    found.add(out.name());
                }
            }
        }
        return found;
    }

    /** Takes down what stands at a target of a batch. */
    void start(int target, Tensor relevance, int firstExample, int batch) {
        totals.batch(firstExample, batch);
        totals.add(starts.get(target), relevance);
    }

    @Override
    public Propagation.Pullback watched(int index, LrpPlan plan, Propagation.Pullback pullback) {
        Step step = plan.steps().get(index);
        return isMeasured(step)
                ? (t, outputs) -> {
                    take(t, step, outputs);
                    return pullback.carry(t, outputs);
                }
                : pullback;
    }

    private boolean isMeasured(Step step) {
        return !measured(List.of(step)).isEmpty();
    }

    private void take(int target, Step step, @Nullable Signal[] outputs) {
        for (int i = 0; i < outputs.length; i++) {
            Slot slot = step.outputs()[i];
            Signal signal = outputs[i];
            RelevanceSums.Sums sums = slot == null ? null : byTarget.get(target).get(slot.name());
            if (sums != null && signal != null) {
                try (TensorScope scope = TensorScope.open()) {
                    Tensor relevance = signal.plus().to(NdArray.Type.FLOAT64);
                    Tensor size = relevance.abs();
                    totals.add(sums.signed(), relevance);
                    totals.add(sums.absolute(), size);
                    totals.add(sums.positive(), relevance.plus(size).times(0.5));
                }
            }
        }
    }
}
