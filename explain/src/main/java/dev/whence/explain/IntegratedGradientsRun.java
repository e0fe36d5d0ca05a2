package dev.whence.explain;

import dev.whence.core.NdArray;
import dev.whence.graph.Interpreter;
import dev.whence.graph.Trace;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** One batch of integrated gradients: one gradient a point of the line, summed. Several points are stacked into one run. */
final class IntegratedGradientsRun {
    private final IntegratedGradients method;
    private final Task task;
    private final List<NdArray> seeds;
    private final Map<String, Tensor> x;
    private final StackedRuns runs;

    private IntegratedGradientsRun(
            IntegratedGradients method, Task task, List<NdArray> seeds, Map<String, Tensor> x, StackedRuns runs) {
        this.method = method;
        this.task = task;
        this.seeds = seeds;
        this.x = x;
        this.runs = runs;
    }

    static List<BatchResult> run(IntegratedGradients method, Task task) {
        try (TensorScope scope = TensorScope.open()) {
            Trace trace = task.network()
                    .run(task.inputTensors(), task.sourceSet(), task.kept(), Interpreter.Retention.NOTHING);
            NdArray value = trace.slot(task.target()).tensor().toNdArray();
            Map<String, Tensor> x = Forward.values(trace, task.sources());
            List<NdArray> seeds = task.seeds(value);
            ReferenceSums totals = new ReferenceSums(task, seeds);
            IntegratedGradientsRun run =
                    new IntegratedGradientsRun(method, task, seeds, x, new StackedRuns(task, seeds, x, value));
            for (int j = 0; j < task.references().size(); j++) {
                try (TensorScope one = TensorScope.open()) {
                    run.add(j, totals, one);
                }
            }
            return totals.results(value);
        }
    }

    private void add(int j, ReferenceSums totals, TensorScope scope) {
        Trace reference = Forward.reference(task, task.references().get(j));
        NdArray referenceValue = reference.slot(task.target()).tensor().toNdArray();
        Map<String, Tensor> r = Forward.values(reference, task.sources());
        List<Map<String, Tensor>> means = alongLine(r);
        for (int t = 0; t < seeds.size(); t++) {
            double[] sums = new double[task.count()];
            for (String source : task.sources()) {
                Tensor mean = Objects.requireNonNull(means.get(t).get(source));
                Tensor score = mean.times(of(x, source).minus(of(r, source)));
                Forward.addSums(sums, score);
                totals.score(t, source, score, scope);
            }
            totals.reference(t, j, referenceValue, sums);
        }
    }

    private List<Map<String, Tensor>> alongLine(Map<String, Tensor> r) {
        Quadrature.Rule rule = method.quadrature().rule(method.steps());
        int points = rule.points().length;
        List<Map<String, Tensor>> sums = new ArrayList<>();
        seeds.forEach(s -> sums.add(new LinkedHashMap<>()));
        int done = 0;
        while (done < points) {
            task.step(done, points);
            int first = done;
            int copies = runs.copiesOf(points - done);
            try (TensorScope some = TensorScope.open()) {
                List<Map<String, Tensor>> gradients = runs.gradients(copies, (source, copy) -> {
                    Tensor from = of(r, source);
                    return from.plus(of(x, source).minus(from).times(rule.points()[first + copy]));
                });
                for (int t = 0; t < sums.size(); t++) {
                    for (String source : task.sources()) {
                        Tensor stacked = of(gradients.get(t), source);
                        for (int copy = 0; copy < copies; copy++) {
                            Tensor gradient = runs.part(stacked, copy, copies);
                            add(sums.get(t), source, gradient.times(rule.weights()[first + copy]), some);
                        }
                    }
                }
            }
            done += copies;
        }
        return sums;
    }

    private static Tensor of(Map<String, Tensor> tensors, String source) {
        return Objects.requireNonNull(tensors.get(source), source);
    }

    private static void add(Map<String, Tensor> sums, String source, Tensor weighted, TensorScope scope) {
        Tensor earlier = sums.get(source);
        sums.put(source, scope.export(earlier == null ? weighted : earlier.plus(weighted)));
        if (earlier != null) {
            earlier.close();
        }
    }
}
