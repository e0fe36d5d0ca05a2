package dev.whence.explain;

import dev.whence.core.NdArray;
import dev.whence.graph.Kind;
import dev.whence.graph.Network;
import dev.whence.graph.Slot;
import dev.whence.graph.Step;
import dev.whence.graph.Trace;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Batches of relevance propagation. */
final class LrpRun implements Runner {
    private static final List<String> UNFOLDED =
            List.of("Batch normalisation was not folded into the weights beside it, because a value or node that is"
                    + " asked for would be gone.");

    private final Lrp method;
    private final @Nullable LrpLedger ledger;
    private final @Nullable LrpMeter meter;
    private List<String> notices = List.of();

    LrpRun(Lrp method) {
        this(method, null, null);
    }

    /**
     * @param ledger takes down what every step gets, gives and keeps, or null
     * @param meter takes down what arrives at some values, or null
     */
    LrpRun(Lrp method, @Nullable LrpLedger ledger, @Nullable LrpMeter meter) {
        this.method = method;
        this.ledger = ledger;
        this.meter = meter;
    }

    @Override
    public NetworkForms.Form form() {
        return method.isNormalizationFolded() ? NetworkForms.Form.FOLDED : NetworkForms.Form.PLAIN;
    }

    @Override
    public Set<String> nodes() {
        Set<String> nodes = new HashSet<>();
        for (LrpAssignment assignment : method.composite().assignments()) {
            if (assignment.place() instanceof LrpPlace.AtNode(String node)) {
                nodes.add(node);
            }
        }
        return nodes;
    }

    @Override
    public Set<String> values() {
        return meter == null ? Set.of() : meter.values();
    }

    @Override
    public List<BatchResult> run(Task task) {
        Network network = task.network();
        notices = task.hasWantedForm() ? List.of() : UNFOLDED;
        try (TensorScope scope = TensorScope.open()) {
            Trace trace = network.run(
                    task.inputTensors(), task.sourceSet(), task.kept(), LrpPropagation.retention(method.composite()));
            Slot target = trace.slot(task.target());
            NdArray value = target.tensor().toNdArray();
            List<NdArray> seeds = task.seeds(value);
            List<Step> steps = ElementwiseGroups.fused(trace.steps());
            requireRules(steps, target);
            if (meter != null) {
                meter.requireReached(
                        Reachability.stepsTowards(trace.steps(), target), Reachability.stepsTowards(steps, target));
            }
            LrpPlan plan = LrpPlan.of(method.composite(), steps, 0);
            LrpPropagation.Keeping keeping = ledger == null ? null : ledger.keeping();
            Propagation rules = new LrpPropagation(network, method, plan, task.count(), keeping);
            if (ledger != null) {
                rules = ledger.around(rules, plan);
            }
            if (meter != null) {
                rules = meter.around(rules, plan);
            }
            List<Backward.Signals> signals = new ArrayList<>();
            for (NdArray seed : seeds) {
                Tensor weights = Tensor.of(seed).to(target.type()).on(network.device());
                Backward.Signals one = new Backward.Signals();
                Tensor start = start(weights, target.tensor());
                if (ledger != null) {
                    ledger.start(start, task.first(), task.count());
                }
                if (meter != null) {
                    meter.start(signals.size(), start, task.first(), task.count());
                }
                one.seed(target, Signal.of(start));
                signals.add(one);
            }
            List<Slot> sources = task.sources().stream().map(trace::slot).toList();
            Backward.walk(steps, rules, signals, sources);
            return results(task, sources, signals, seeds, value);
        }
    }

    private Tensor start(Tensor weights, Tensor value) {
        return switch (method.start()) {
            case VALUE -> weights.times(value);
            case ONE -> weights;
        };
    }

    private List<BatchResult> results(
            Task task, List<Slot> sources, List<Backward.Signals> signals, List<NdArray> seeds, NdArray value) {
        List<BatchResult> out = new ArrayList<>();
        for (int t = 0; t < seeds.size(); t++) {
            Map<String, NdArray> scores = new LinkedHashMap<>();
            double[] sums = new double[task.count()];
            for (int s = 0; s < sources.size(); s++) {
                Slot source = sources.get(s);
                Signal arrived = signals.get(t).at(source);
                Tensor score = arrived == null ? Tensor.zeros(source.type(), source.shape()) : arrived.plus();
                Forward.addSums(sums, score);
                scores.put(task.sources().get(s), score.toNdArray());
            }
            out.add(new BatchResult(
                    scores,
                    Map.of(),
                    sums,
                    Seeds.values(value, seeds.get(t)),
                    new double[0][],
                    new double[0][],
                    notices));
        }
        return out;
    }

    private static void requireRules(List<Step> steps, Slot target) {
        for (Step step : Reachability.stepsTowards(steps, target)) {
            if (step.kind() instanceof Kind.Blocking(String reason)) {
                throw LrpPropagation.noRule(step, reason);
            }
        }
    }
}
