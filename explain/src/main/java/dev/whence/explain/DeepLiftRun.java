package dev.whence.explain;

import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Interpreter;
import dev.whence.graph.Slot;
import dev.whence.graph.Step;
import dev.whence.graph.Trace;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Batches of DeepLIFT. References shared by all examples run once, with a batch of one; the exception is a network in which
 * they cannot be broadcast, for which they are repeated.
 */
final class DeepLiftRun implements Runner {
    private final DeepLift method;
    private final @Nullable Ledger ledger;
    private final boolean anyParts;
    private final Interpreter.Retention retention;
    private final ReferenceTraces references;

    DeepLiftRun(DeepLift method, ReferenceTraces references) {
        this(method, references, null);
    }

    /**
     * @param references kept runs, which remain the caller's
     * @param ledger takes down what every step gets and gives, or null
     */
    DeepLiftRun(DeepLift method, ReferenceTraces references, @Nullable Ledger ledger) {
        this.method = method;
        this.references = references;
        this.ledger = ledger;
        this.anyParts = method.mode() != DeepLift.Mode.RESCALE
                || method.overrides().containsValue(ActivationRule.REVEAL_CANCEL);
        this.retention = anyParts || ledger != null ? Interpreter.Retention.ALL : DeepLiftPropagation.RESCALE_RETENTION;
    }

    /**
     * A scaling inside a layer groups its products by sign just as one behind it does, so that parts stay the same; a ledger
     * wants every node.
     */
    @Override
    public NetworkForms.Form form() {
        return ledger != null ? NetworkForms.Form.PLAIN : NetworkForms.Form.FASTEST;
    }

    @Override
    public Set<String> nodes() {
        return method.overrides().keySet();
    }

    @Override
    public List<BatchResult> run(Task task) {
        try (TensorScope scope = TensorScope.open()) {
            Trace x = task.network().run(task.inputTensors(), task.sourceSet(), task.kept(), retention);
            Slot target = x.slot(task.target());
            Reachability.requireRules(x.steps(), target);
            RulePlan.requireActivations(method, x.steps());
            NdArray value = target.tensor().toNdArray();
            List<NdArray> seeds = task.seeds(value);
            ReferenceSums sums = new ReferenceSums(task, seeds);
            for (int k = 0; k < task.references().size(); k++) {
                task.step(k, task.references().size());
                try (TensorScope one = TensorScope.open()) {
                    explain(task, x, target, seeds, k, sums, one);
                }
            }
            return sums.results(value);
        }
    }

    /** Input and reference side by side. */
    private record Compared(Pair pair, Trace reference) {}

    private Compared compare(Task task, Trace x, Map<String, NdArray> reference) {
        Trace once = Task.isShared(reference) ? shared(task, reference) : null;
        if (once != null) {
            Pair pair = Pair.of(x.steps(), once.steps());
            if (pair.broadcasts()) {
                return new Compared(pair, once);
            }
        }
        Trace repeated =
                task.network().run(task.referenceTensors(reference, true), task.sourceSet(), task.kept(), retention);
        return new Compared(Pair.of(x.steps(), repeated.steps()), repeated);
    }

    /** The trace of a shared reference, or null if the network does not take a batch of one or needs more of each example. */
    private @Nullable Trace shared(Task task, Map<String, NdArray> reference) {
        if (ReferenceTraces.canKeep(task.references())) {
            return references.of(task, reference, retention);
        }
        try {
            return task.runShared(task.sharedFeeds(reference), retention);
        } catch (WhenceException e) {
            return null;
        }
    }

    private void explain(
            Task task, Trace x, Slot target, List<NdArray> seeds, int k, ReferenceSums sums, TensorScope scope) {
        Compared compared = compare(task, x, task.references().get(k));
        Pair pair = compared.pair();
        RulePlan plan = RulePlan.of(method, pair.steps());
        List<Slot> sources = task.sources().stream().map(x::slot).toList();
        DifferenceParts parts = null;
        if (plan.needsParts(pair.steps())) {
            pair = pair.with(ElementwiseGroups::fused);
            plan = RulePlan.of(method, pair.steps());
            parts = DifferenceParts.of(pair, plan, used(pair, sources));
        }
        Residuals residuals = new Residuals(task.count(), seeds.size());
        List<Backward.Signals> signals = new ArrayList<>();
        for (NdArray seed : seeds) {
            Backward.Signals one = new Backward.Signals();
            one.seed(
                    target,
                    Signal.of(
                            Tensor.of(seed).to(target.type()).on(task.network().device())));
            signals.add(one);
        }
        Propagation rules = new DeepLiftPropagation(task.network(), pair, plan, parts, residuals);
        if (ledger != null) {
            rules = ledger.around(rules, pair, plan, parts, residuals);
        }
        Backward.walk(pair.steps(), rules, signals, sources);
        NdArray referenceValue =
                compared.reference().slot(task.target()).tensor().toNdArray();
        sums.warnings(plan.warnings());
        for (int t = 0; t < seeds.size(); t++) {
            double[] total = new double[task.count()];
            for (int s = 0; s < sources.size(); s++) {
                Slot source = sources.get(s);
                Tensor r = compared.reference().slot(task.sources().get(s)).tensor();
                Tensor difference = source.tensor().minus(r);
                Signal m = signals.get(t).at(source);
                Tensor contribution =
                        m == null ? Tensor.zeros(difference.type(), source.shape()) : contribution(m, difference);
                Forward.addSums(total, contribution);
                Tensor score =
                        method.asMultipliers() && m != null ? DeepLiftPropagation.merged(m, difference) : contribution;
                sums.score(t, task.sources().get(s), score, scope);
            }
            sums.residuals(t, residuals.of(t), total);
            sums.reference(t, k, referenceValue, total);
        }
    }

    /** Sources that some step reads. */
    private static List<Slot> used(Pair pair, List<Slot> sources) {
        List<Slot> used = new ArrayList<>();
        for (Step step : pair.steps()) {
            for (Slot in : step.inputs()) {
                if (in != null && sources.contains(in) && !used.contains(in)) {
                    used.add(in);
                }
            }
        }
        return used;
    }

    private static Tensor contribution(Signal m, Tensor difference) {
        if (!m.isSplit()) {
            return m.plus().times(difference);
        }
        Parts parts = Parts.bySign(difference);
        return m.plus().times(parts.plus()).plus(m.minus().times(parts.minus()));
    }
}
