package dev.whence.explain;

import dev.whence.core.NdArray;
import dev.whence.graph.Interpreter;
import dev.whence.graph.Trace;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;

/** One batch of gradients at random points between inputs and references. */
final class GradientShapRun {
    private final GradientShap method;
    private final Task task;
    private final Map<String, NdArray> x = new LinkedHashMap<>();
    private final List<Map<String, NdArray>> references = new ArrayList<>();
    private final List<NdArray> referenceValues = new ArrayList<>();
    private final NdArray value;

    private GradientShapRun(GradientShap method, Task task) {
        this.method = method;
        this.task = task;
        try (TensorScope scope = TensorScope.open()) {
            Trace trace = task.network()
                    .run(task.inputTensors(), task.sourceSet(), task.kept(), Interpreter.Retention.NOTHING);
            this.value = trace.slot(task.target()).tensor().toNdArray();
            task.sources().forEach(s -> x.put(s, trace.slot(s).tensor().toNdArray()));
        }
        for (Map<String, NdArray> reference : task.references()) {
            try (TensorScope scope = TensorScope.open()) {
                Trace trace = Forward.reference(task, reference);
                Map<String, NdArray> there = new LinkedHashMap<>();
                task.sources().forEach(s -> there.put(s, trace.slot(s).tensor().toNdArray()));
                references.add(there);
                referenceValues.add(trace.slot(task.target()).tensor().toNdArray());
            }
        }
    }

    static List<BatchResult> run(GradientShap method, Task task) {
        return new GradientShapRun(method, task).run();
    }

    private List<BatchResult> run() {
        List<NdArray> seeds = task.seeds(value);
        x.forEach((name, array) -> task.requireByExample(name, array.shape()));
        int[][] strata = new int[task.count()][];
        int[][] drawn = new int[task.count()][];
        for (int i = 0; i < task.count(); i++) {
            RandomGenerator random = RandomStreams.of(task.seed(), (long) task.first() + i);
            strata[i] = RandomStreams.permutation(method.samples(), random);
            drawn[i] = evenly(method.samples(), references.size(), random);
        }
        List<Map<String, Tensor>> totals = new ArrayList<>();
        seeds.forEach(s -> totals.add(new LinkedHashMap<>()));
        try (TensorScope scope = TensorScope.open()) {
            for (int sample = 0; sample < method.samples(); sample++) {
                task.step(sample, method.samples());
                try (TensorScope point = TensorScope.open()) {
                    add(totals, products(seeds, strata, drawn, sample), point);
                }
            }
            return results(seeds, totals);
        }
    }

    /** Every number below {@code kinds} as often as any other, in random order. */
    private static int[] evenly(int samples, int kinds, RandomGenerator random) {
        int[] out = new int[samples];
        for (int start = 0; start < samples; start += kinds) {
            int[] round = RandomStreams.permutation(kinds, random);
            System.arraycopy(round, 0, out, start, Math.min(kinds, samples - start));
        }
        return out;
    }

    /** Gradients at this sample's points, times the differences. */
    private List<Map<String, Tensor>> products(List<NdArray> seeds, int[][] strata, int[][] drawn, int sample) {
        Map<String, double[]> points = new LinkedHashMap<>();
        Map<String, double[]> differences = new LinkedHashMap<>();
        x.forEach((name, array) -> {
            points.put(name, new double[array.size()]);
            differences.put(name, new double[array.size()]);
        });
        for (int i = 0; i < task.count(); i++) {
            RandomGenerator random = RandomStreams.of(task.seed(), (long) task.first() + i, sample);
            double along = (strata[i][sample] + random.nextDouble()) / method.samples();
            for (String source : task.sources()) {
                fill(source, i, drawn[i][sample], along, random, points, differences);
            }
        }
        Map<String, Tensor> feeds = task.inputTensors();
        points.forEach((name, data) -> feeds.put(name, tensor(name, data)));
        Trace there = task.network().run(feeds, task.sourceSet(), task.kept(), GradientPropagation.RETENTION);
        List<Map<String, Tensor>> products = GradientRun.gradients(task, there, seeds, RectifierRule.GRADIENT);
        for (Map<String, Tensor> one : products) {
            one.replaceAll(
                    (name, gradient) -> gradient.times(tensor(name, Objects.requireNonNull(differences.get(name)))
                            .on(gradient.device())
                            .to(gradient.type())));
        }
        return products;
    }

    private void fill(
            String source,
            int example,
            int reference,
            double along,
            RandomGenerator random,
            Map<String, double[]> points,
            Map<String, double[]> differences) {
        NdArray from = Objects.requireNonNull(references.get(reference).get(source));
        NdArray to = Objects.requireNonNull(x.get(source));
        double[] point = Objects.requireNonNull(points.get(source));
        double[] difference = Objects.requireNonNull(differences.get(source));
        method.noise().add(to, example, point, random);
        int row = to.size() / task.count();
        for (int i = example * row; i < (example + 1) * row; i++) {
            double r = from.getDouble(i);
            difference[i] = point[i] - r;
            point[i] = r + along * difference[i];
        }
    }

    private Tensor tensor(String name, double[] data) {
        NdArray like = Objects.requireNonNull(x.get(name));
        return Tensor.of(Numbers.of(like, data).toArray(like.shape()));
    }

    private static void add(List<Map<String, Tensor>> totals, List<Map<String, Tensor>> products, TensorScope scope) {
        for (int t = 0; t < totals.size(); t++) {
            Map<String, Tensor> total = totals.get(t);
            products.get(t).forEach((name, product) -> {
                Tensor earlier = total.get(name);
                total.put(name, scope.export(earlier == null ? product : earlier.plus(product)));
                if (earlier != null) {
                    earlier.close();
                }
            });
        }
    }

    private List<BatchResult> results(List<NdArray> seeds, List<Map<String, Tensor>> totals) {
        List<BatchResult> out = new ArrayList<>();
        for (int t = 0; t < seeds.size(); t++) {
            Map<String, NdArray> scores = new LinkedHashMap<>();
            double[] sums = new double[task.count()];
            totals.get(t).forEach((name, total) -> {
                Tensor mean = total.divide(method.samples());
                Forward.addSums(sums, mean);
                scores.put(name, mean.toNdArray());
            });
            double[] mean = new double[task.count()];
            for (NdArray one : referenceValues) {
                double[] values = Seeds.values(one, seeds.get(t));
                Arrays.setAll(mean, i -> mean[i] + values[i] / referenceValues.size());
            }
            out.add(new BatchResult(
                    scores,
                    Map.of(),
                    sums,
                    Seeds.values(value, seeds.get(t)),
                    new double[][] {mean},
                    new double[][] {sums},
                    List.of()));
        }
        return out;
    }
}
