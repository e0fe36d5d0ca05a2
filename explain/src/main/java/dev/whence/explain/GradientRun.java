package dev.whence.explain;

import dev.whence.core.NdArray;
import dev.whence.graph.Slot;
import dev.whence.graph.Step;
import dev.whence.graph.Trace;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One batch of gradients. */
final class GradientRun {
    private GradientRun() {}

    static List<BatchResult> run(Gradient method, Task task) {
        try (TensorScope scope = TensorScope.open()) {
            Trace trace = task.network()
                    .run(task.inputTensors(), task.sourceSet(), task.kept(), GradientPropagation.RETENTION);
            NdArray value = trace.slot(task.target()).tensor().toNdArray();
            List<NdArray> seeds = task.seeds(value);
            @Nullable NdArray referenceValue = null;
            Map<String, Tensor> references = Map.of();
            if (method.usesReference()) {
                Trace reference = Forward.reference(task, task.references().getFirst());
                referenceValue = reference.slot(task.target()).tensor().toNdArray();
                references = Forward.values(reference, task.sources());
            }
            List<Map<String, Tensor>> gradients = gradients(task, trace, seeds, method.rectifiers());
            List<BatchResult> results = new ArrayList<>();
            for (int t = 0; t < seeds.size(); t++) {
                Map<String, NdArray> scores = new LinkedHashMap<>();
                double[] sums = new double[task.count()];
                for (String source : task.sources()) {
                    Tensor x = trace.slot(source).tensor();
                    Tensor score = score(method, gradients.get(t).get(source), x, references.get(source));
                    Forward.addSums(sums, score);
                    scores.put(source, score.toNdArray());
                }
                double[][] referenceValues = referenceValue == null
                        ? new double[0][]
                        : new double[][] {Seeds.values(referenceValue, seeds.get(t))};
                results.add(new BatchResult(
                        scores,
                        Map.of(),
                        sums,
                        Seeds.values(value, seeds.get(t)),
                        referenceValues,
                        referenceValues.length == 0 ? new double[0][] : new double[][] {sums},
                        notices(method, trace.steps())));
            }
            return results;
        }
    }

    /** Gradients of every target towards every source, in the innermost scope. */
    static List<Map<String, Tensor>> gradients(Task task, Trace trace, List<NdArray> seeds, RectifierRule rectifiers) {
        Slot target = trace.slot(task.target());
        List<Backward.Signals> signals = new ArrayList<>();
        for (NdArray seed : seeds) {
            Backward.Signals one = new Backward.Signals();
            one.seed(
                    target,
                    Signal.of(
                            Tensor.of(seed).to(target.type()).on(task.network().device())));
            signals.add(one);
        }
        List<Slot> sources = task.sources().stream().map(trace::slot).toList();
        Backward.walk(
                trace.steps(), new GradientPropagation(task.network(), trace.steps(), rectifiers), signals, sources);
        List<Map<String, Tensor>> out = new ArrayList<>();
        for (Backward.Signals one : signals) {
            Map<String, Tensor> bySource = new LinkedHashMap<>();
            for (int i = 0; i < sources.size(); i++) {
                Signal arrived = one.at(sources.get(i));
                Slot source = sources.get(i);
                bySource.put(
                        task.sources().get(i),
                        arrived == null ? Tensor.zeros(source.type(), source.shape()) : arrived.plus());
            }
            out.add(bySource);
        }
        return out;
    }

    private static Tensor score(Gradient method, @Nullable Tensor gradient, Tensor x, @Nullable Tensor reference) {
        Tensor score = Objects.requireNonNull(gradient);
        score = switch (method.factor()) {
            case ONE -> score;
            case INPUT -> score.times(x);
            case DIFFERENCE -> score.times(x.minus(Objects.requireNonNull(reference)));
        };
        score = method.absolute() ? score.abs() : score;
        return method.masked() ? x.notEqualTo(0).where(score, Tensor.zeros(score.type(), score.shape())) : score;
    }

    /** Guided backpropagation and deconvnet change rectifiers only: other activations are named. */
    private static List<String> notices(Gradient method, List<Step> steps) {
        if (method.rectifiers() == RectifierRule.GRADIENT) {
            return List.of();
        }
        Set<String> others = new TreeSet<>();
        for (Step step : steps) {
            if (step.kind() instanceof dev.whence.graph.Kind.Elementwise
                    && !step.operator().name().equals("Relu")) {
                others.add(step.operator().name());
            }
        }
        return others.isEmpty()
                ? List.of()
                : List.of("Only rectifiers are treated differently from the gradient; the activations " + others
                        + " of this model got their plain derivative.");
    }
}
