package dev.whence.explain;

import dev.whence.core.NdArray;
import dev.whence.graph.Trace;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** One batch of integrated gradients: one gradient a point of the line, summed. */
final class IntegratedGradientsRun {
    private IntegratedGradientsRun() {}

    static List<BatchResult> run(IntegratedGradients method, Task task) {
        try (TensorScope scope = TensorScope.open()) {
            Trace trace = task.network()
                    .run(
                            task.inputTensors(),
                            task.sourceSet(),
                            task.kept(),
                            dev.whence.graph.Interpreter.Retention.NOTHING);
            NdArray value = trace.slot(task.target()).tensor().toNdArray();
            Map<String, Tensor> x = Forward.values(trace, task.sources());
            List<NdArray> seeds = task.seeds(value);
            int k = task.references().size();
            double[][][] referenceValues = new double[seeds.size()][k][];
            double[][][] referenceSums = new double[seeds.size()][k][];
            List<Map<String, Tensor>> totals = new ArrayList<>();
            seeds.forEach(s -> totals.add(new LinkedHashMap<>()));
            for (int j = 0; j < k; j++) {
                Trace reference = Forward.reference(task, task.references().get(j));
                NdArray referenceValue = reference.slot(task.target()).tensor().toNdArray();
                List<Map<String, Tensor>> scores =
                        alongLine(method, task, x, Forward.values(reference, task.sources()), seeds);
                for (int t = 0; t < seeds.size(); t++) {
                    double[] sums = new double[task.count()];
                    scores.get(t).values().forEach(score -> Forward.addSums(sums, score));
                    referenceSums[t][j] = sums;
                    referenceValues[t][j] = Seeds.values(referenceValue, seeds.get(t));
                    Map<String, Tensor> total = totals.get(t);
                    scores.get(t).forEach((name, score) -> total.merge(name, score, Tensor::plus));
                }
            }
            return results(task, value, seeds, totals, referenceValues, referenceSums);
        }
    }

    private static List<Map<String, Tensor>> alongLine(
            IntegratedGradients method, Task task, Map<String, Tensor> x, Map<String, Tensor> r, List<NdArray> seeds) {
        Quadrature.Rule rule = method.quadrature().rule(method.steps());
        List<Map<String, Tensor>> sums = new ArrayList<>();
        seeds.forEach(s -> sums.add(new LinkedHashMap<>()));
        for (int p = 0; p < rule.points().length; p++) {
            task.step(p, rule.points().length);
            try (TensorScope point = TensorScope.open()) {
                Map<String, Tensor> feeds = task.inputTensors();
                for (String source : task.sources()) {
                    Tensor from = Objects.requireNonNull(r.get(source));
                    Tensor to = Objects.requireNonNull(x.get(source));
                    feeds.put(source, from.plus(to.minus(from).times(rule.points()[p])));
                }
                Trace there = task.network().run(feeds, task.sourceSet(), task.kept(), GradientPropagation.RETENTION);
                List<Map<String, Tensor>> gradients = GradientRun.gradients(task, there, seeds, RectifierRule.GRADIENT);
                for (int t = 0; t < seeds.size(); t++) {
                    add(sums.get(t), gradients.get(t), rule.weights()[p], point);
                }
            }
        }
        for (Map<String, Tensor> sum : sums) {
            sum.replaceAll((source, mean) ->
                    mean.times(Objects.requireNonNull(x.get(source)).minus(Objects.requireNonNull(r.get(source)))));
        }
        return sums;
    }

    private static void add(Map<String, Tensor> sums, Map<String, Tensor> gradients, double weight, TensorScope scope) {
        gradients.forEach((source, gradient) -> {
            Tensor earlier = sums.get(source);
            Tensor weighted = gradient.times(weight);
            sums.put(source, scope.export(earlier == null ? weighted : earlier.plus(weighted)));
            if (earlier != null) {
                earlier.close();
            }
        });
    }

    private static List<BatchResult> results(
            Task task,
            NdArray value,
            List<NdArray> seeds,
            List<Map<String, Tensor>> totals,
            double[][][] referenceValues,
            double[][][] referenceSums) {
        int k = task.references().size();
        List<BatchResult> out = new ArrayList<>();
        for (int t = 0; t < seeds.size(); t++) {
            Map<String, NdArray> scores = new LinkedHashMap<>();
            totals.get(t).forEach((name, sum) -> scores.put(name, (k == 1 ? sum : sum.divide(k)).toNdArray()));
            double[] sums = new double[task.count()];
            for (double[] one : referenceSums[t]) {
                for (int i = 0; i < sums.length; i++) {
                    sums[i] += one[i] / k;
                }
            }
            out.add(new BatchResult(
                    scores,
                    Map.of(),
                    sums,
                    Seeds.values(value, seeds.get(t)),
                    referenceValues[t],
                    referenceSums[t],
                    List.of()));
        }
        return out;
    }
}
