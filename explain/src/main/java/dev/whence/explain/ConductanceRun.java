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

/** One batch of conductance: a gradient a point, times the inner value's way to the next point. */
final class ConductanceRun {
    private final Conductance method;
    private final Task task;
    private final String layer;

    private ConductanceRun(Conductance method, Task task) {
        this.method = method;
        this.task = task;
        this.layer = task.sources().getFirst();
    }

    static List<BatchResult> run(Conductance method, Task task) {
        return new ConductanceRun(method, task).run();
    }

    private List<BatchResult> run() {
        try (TensorScope scope = TensorScope.open()) {
            NdArray value = task.network()
                    .run(task.inputTensors(), task.sourceSet(), task.kept(), Interpreter.Retention.NOTHING)
                    .slot(task.target())
                    .tensor()
                    .toNdArray();
            List<NdArray> seeds = task.seeds(value);
            ReferenceSums totals = new ReferenceSums(task, seeds);
            for (int j = 0; j < task.references().size(); j++) {
                try (TensorScope one = TensorScope.open()) {
                    add(j, seeds, totals, one);
                }
            }
            return totals.results(value);
        }
    }

    private void add(int j, List<NdArray> seeds, ReferenceSums totals, TensorScope scope) {
        Map<String, NdArray> reference = task.references().get(j);
        NdArray there =
                Forward.reference(task, reference).slot(task.target()).tensor().toNdArray();
        List<Tensor> scores = alongLine(reference, seeds);
        for (int t = 0; t < seeds.size(); t++) {
            double[] sums = new double[task.count()];
            Forward.addSums(sums, scores.get(t));
            totals.score(t, layer, scores.get(t), scope);
            totals.reference(t, j, there, sums);
        }
    }

    private List<Tensor> alongLine(Map<String, NdArray> reference, List<NdArray> seeds) {
        double[] points = method.quadrature().rule(method.steps() + 1).points();
        List<Tensor> sums = new ArrayList<>();
        List<Tensor> gradients = new ArrayList<>();
        Tensor before = null;
        for (int p = 0; p < points.length; p++) {
            task.step(p, points.length);
            try (TensorScope point = TensorScope.open()) {
                Trace trace = task.network()
                        .run(
                                between(reference, points[p]),
                                task.sourceSet(),
                                task.kept(),
                                GradientPropagation.RETENTION);
                Tensor now = trace.slot(layer).tensor();
                for (int t = 0; before != null && t < seeds.size(); t++) {
                    Tensor step = gradients.get(t).times(now.minus(before));
                    if (p == 1) {
                        sums.add(point.export(step));
                    } else {
                        Tensor earlier = sums.get(t);
                        sums.set(t, point.export(earlier.plus(step)));
                        earlier.close();
                    }
                }
                if (before != null) {
                    before.close();
                    gradients.forEach(Tensor::close);
                    gradients.clear();
                }
                before = point.export(now.copy());
                for (Map<String, Tensor> one : GradientRun.gradients(task, trace, seeds, RectifierRule.GRADIENT)) {
                    gradients.add(point.export(Objects.requireNonNull(one.get(layer))));
                }
            }
        }
        return sums;
    }

    /** The inputs at a point of the line; those that the reference does not name stay where they are. */
    private Map<String, Tensor> between(Map<String, NdArray> reference, double along) {
        Map<String, Tensor> to = task.inputTensors();
        Map<String, Tensor> from = task.referenceTensors(reference, true);
        Map<String, Tensor> feeds = new LinkedHashMap<>();
        to.forEach((name, tensor) -> {
            Tensor start = from.get(name);
            if (start == null || !tensor.type().isFloating() || !reference.containsKey(name)) {
                feeds.put(name, tensor);
            } else {
                feeds.put(name, start.plus(tensor.minus(start).times(along)));
            }
        });
        return feeds;
    }
}
