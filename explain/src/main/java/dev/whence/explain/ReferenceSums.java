package dev.whence.explain;

import dev.whence.core.NdArray;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Adds up what the references of one batch give, target by target, and takes the mean in the end. */
final class ReferenceSums {
    private final Task task;
    private final List<NdArray> seeds;
    private final List<Map<String, Tensor>> scores = new ArrayList<>();
    private final List<Map<String, double[]>> residuals = new ArrayList<>();
    private final double[][][] referenceValues;
    private final double[][][] referenceSums;
    private List<String> warnings = List.of();

    /** @param seeds the weights of every target */
    ReferenceSums(Task task, List<NdArray> seeds) {
        this.task = task;
        this.seeds = seeds;
        int k = task.references().size();
        this.referenceValues = new double[seeds.size()][k][];
        this.referenceSums = new double[seeds.size()][k][];
        seeds.forEach(seed -> {
            scores.add(new LinkedHashMap<>());
            residuals.add(new LinkedHashMap<>());
        });
    }

    /** Adds one reference's scores; what stays of them goes to the parent of the scope, which must be the innermost one. */
    void score(int target, String source, Tensor score, TensorScope scope) {
        Tensor earlier = scores.get(target).get(source);
        scores.get(target).put(source, scope.export(earlier == null ? score : earlier.plus(score)));
        if (earlier != null) {
            earlier.close();
        }
    }

    /** Adds one reference's residuals, which count as contributions. */
    void residuals(int target, Map<String, double[]> more, double[] total) {
        more.forEach((name, values) -> {
            double[] sum = residuals.get(target).computeIfAbsent(name, n -> new double[total.length]);
            for (int i = 0; i < sum.length; i++) {
                sum[i] += values[i];
                total[i] += values[i];
            }
        });
    }

    /**
     * Takes down one reference's side of the sum.
     *
     * @param k the reference's place
     * @param value the network's output at the reference
     * @param sums what the contributions of each example add up to
     */
    void reference(int target, int k, NdArray value, double[] sums) {
        referenceValues[target][k] = Seeds.values(value, seeds.get(target));
        referenceSums[target][k] = sums;
    }

    void warnings(List<String> told) {
        warnings = told;
    }

    /** @param value the network's output at the inputs */
    List<BatchResult> results(NdArray value) {
        int k = task.references().size();
        List<BatchResult> out = new ArrayList<>();
        for (int t = 0; t < seeds.size(); t++) {
            Map<String, NdArray> means = new LinkedHashMap<>();
            scores.get(t).forEach((name, sum) -> means.put(name, (k == 1 ? sum : sum.divide(k)).toNdArray()));
            residuals.get(t).values().forEach(v -> Arrays.setAll(v, i -> v[i] / k));
            double[] sums = new double[task.count()];
            for (double[] one : referenceSums[t]) {
                Arrays.setAll(sums, i -> sums[i] + one[i] / k);
            }
            out.add(new BatchResult(
                    means,
                    residuals.get(t),
                    sums,
                    Seeds.values(value, seeds.get(t)),
                    referenceValues[t],
                    referenceSums[t],
                    warnings));
        }
        return out;
    }
}
