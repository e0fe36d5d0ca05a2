package dev.whence.explain;

import dev.whence.core.NdArray;
import dev.whence.graph.Interpreter;
import dev.whence.graph.Trace;
import dev.whence.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Batches of a method on noisy copies: the inner method runs once a copy, and its scores are summed up in float64. */
final class SmoothGradRun implements Runner {
    private final SmoothGrad method;
    private final Runner inner;

    SmoothGradRun(SmoothGrad method, ReferenceTraces references) {
        this.method = method;
        this.inner = Runner.of(method.inner(), references);
    }

    @Override
    public NetworkForms.Form form() {
        return inner.form();
    }

    @Override
    public Set<String> nodes() {
        return inner.nodes();
    }

    @Override
    public List<BatchResult> run(Task task) {
        NdArray value;
        Map<String, NdArray> clean = new LinkedHashMap<>();
        try (TensorScope scope = TensorScope.open()) {
            Trace trace = task.network()
                    .run(task.inputTensors(), task.sourceSet(), task.kept(), Interpreter.Retention.NOTHING);
            value = trace.slot(task.target()).tensor().toNdArray();
            task.sources().forEach(s -> clean.put(s, trace.slot(s).tensor().toNdArray()));
        }
        List<NdArray> seeds = task.seeds(value);
        clean.forEach((name, array) -> task.requireByExample(name, array.shape()));
        Task settled = task.settled(value);
        List<Totals> totals = new ArrayList<>();
        for (int sample = 0; sample < method.samples(); sample++) {
            List<BatchResult> results = inner.run(noisy(settled, clean, sample));
            for (int t = 0; t < results.size(); t++) {
                if (sample == 0) {
                    totals.add(new Totals());
                }
                totals.get(t).add(results.get(t));
            }
        }
        List<BatchResult> out = new ArrayList<>();
        for (int t = 0; t < totals.size(); t++) {
            out.add(totals.get(t).result(method.summary(), task.count(), Seeds.values(value, seeds.get(t))));
        }
        return out;
    }

    private Task noisy(Task task, Map<String, NdArray> clean, int sample) {
        Map<String, NdArray> feeds = new LinkedHashMap<>(task.feeds());
        Map<String, double[]> copies = new LinkedHashMap<>();
        clean.forEach((name, array) -> copies.put(name, new double[array.size()]));
        for (int i = 0; i < task.count(); i++) {
            var random = RandomStreams.of(task.seed(), (long) task.first() + i, sample);
            for (Map.Entry<String, NdArray> one : clean.entrySet()) {
                method.noise().add(one.getValue(), i, Objects.requireNonNull(copies.get(one.getKey())), random);
            }
        }
        clean.forEach((name, array) -> feeds.put(
                name,
                Numbers.of(array, Objects.requireNonNull(copies.get(name))).toArray(array.shape())));
        return task.sample(feeds, sample, method.samples());
    }

    /** Running means and sums of squared differences (Welford's way) of one target's scores. */
    private static final class Totals {
        private final Map<String, double[]> means = new LinkedHashMap<>();
        private final Map<String, double[]> squares = new LinkedHashMap<>();
        private final Map<String, double[]> residuals = new LinkedHashMap<>();
        private final List<BatchResult> first = new ArrayList<>(1);
        private double[][] referenceSums = new double[0][];
        private int samples;

        void add(BatchResult result) {
            samples++;
            if (first.isEmpty()) {
                first.add(result);
                referenceSums = new double[result.referenceSums().length][];
                Arrays.setAll(referenceSums, k -> new double[result.values().length]);
            }
            result.scores().forEach(this::add);
            result.residuals()
                    .forEach((name, values) ->
                            addTo(residuals.computeIfAbsent(name, n -> new double[values.length]), values));
            for (int k = 0; k < referenceSums.length; k++) {
                addTo(referenceSums[k], result.referenceSums()[k]);
            }
        }

        private void add(String name, NdArray scores) {
            double[] mean = means.computeIfAbsent(name, n -> new double[scores.size()]);
            double[] square = squares.computeIfAbsent(name, n -> new double[scores.size()]);
            for (int i = 0; i < mean.length; i++) {
                double score = scores.getDouble(i);
                double difference = score - mean[i];
                mean[i] += difference / samples;
                square[i] += difference * (score - mean[i]);
            }
        }

        private static void addTo(double[] sums, double[] more) {
            Arrays.setAll(sums, i -> sums[i] + more[i]);
        }

        BatchResult result(SmoothGrad.Summary summary, int count, double[] values) {
            BatchResult example = first.getFirst();
            Map<String, NdArray> scores = new LinkedHashMap<>();
            double[] sums = new double[count];
            means.forEach((name, mean) -> {
                double[] square = Objects.requireNonNull(squares.get(name));
                double[] all = new double[mean.length];
                Arrays.setAll(all, i -> switch (summary) {
                    case MEAN -> mean[i];
                    case SQUARED -> mean[i] * mean[i] + square[i] / samples;
                    case VARIANCE -> square[i] / samples;
                });
                for (int i = 0; i < all.length; i++) {
                    sums[(int) ((long) i * count / all.length)] += all[i];
                }
                NdArray like = Objects.requireNonNull(example.scores().get(name));
                scores.put(name, Numbers.of(like, all).toArray(like.shape()));
            });
            boolean isMean = summary == SmoothGrad.Summary.MEAN;
            double[][] perReference = new double[referenceSums.length][];
            Arrays.setAll(
                    perReference,
                    k -> isMean
                            ? Arrays.stream(referenceSums[k])
                                    .map(s -> s / samples)
                                    .toArray()
                            : sums);
            residuals.values().forEach(one -> Arrays.setAll(one, i -> one[i] / samples));
            if (isMean) {
                residuals.values().forEach(one -> addTo(sums, one));
            }
            return new BatchResult(
                    scores,
                    isMean ? residuals : Map.of(),
                    sums,
                    values,
                    example.referenceValues(),
                    perReference,
                    example.warnings());
        }
    }

    @Override
    public void close() {
        inner.close();
    }
}
