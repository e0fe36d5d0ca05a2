package dev.whence.explain;

import dev.whence.core.NdArray;
import dev.whence.graph.Interpreter;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** One batch of methods that change the input and look at the output: occlusion and in-silico mutagenesis. */
final class PerturbationRun {
    private final Task task;
    private final NdArray value;
    private final List<NdArray> seeds;
    private final Map<String, NdArray> originals = new LinkedHashMap<>();
    private final List<double[]> values = new ArrayList<>();

    private PerturbationRun(Task task) {
        this.task = task;
        try (TensorScope scope = TensorScope.open()) {
            var trace = task.network()
                    .run(task.inputTensors(), task.sourceSet(), task.kept(), Interpreter.Retention.NOTHING);
            this.value = trace.slot(task.target()).tensor().toNdArray();
            task.sources().forEach(s -> originals.put(s, trace.slot(s).tensor().toNdArray()));
        }
        this.seeds = task.seeds(value);
        seeds.forEach(s -> values.add(Seeds.values(value, s)));
    }

    /** Every target's values when one source is changed. */
    private List<double[]> valuesWith(String source, double[] changed) {
        try (TensorScope scope = TensorScope.open()) {
            NdArray original = original(source);
            Map<String, Tensor> feeds = task.inputTensors();
            feeds.put(source, Tensor.of(NdArray.of(changed, original.shape())).to(original.type()));
            NdArray y = task.network()
                    .run(feeds, task.sourceSet(), task.kept(), Interpreter.Retention.NOTHING)
                    .slot(task.target())
                    .tensor()
                    .toNdArray();
            return seeds.stream().map(s -> Seeds.values(y, s)).toList();
        }
    }

    private NdArray original(String source) {
        return Objects.requireNonNull(originals.get(source));
    }

    // ---- occlusion ---------------------------------------------------------------------------------------------

    static List<BatchResult> occlusion(Occlusion method, Task task) {
        PerturbationRun run = new PerturbationRun(task);
        List<Map<String, double[]>> sums = new ArrayList<>();
        List<double[]> referenceValues = new ArrayList<>();
        run.seeds.forEach(s -> sums.add(new LinkedHashMap<>()));
        try (TensorScope scope = TensorScope.open()) {
            var reference = Forward.reference(task, task.references().getFirst());
            NdArray y = reference.slot(task.target()).tensor().toNdArray();
            run.seeds.forEach(s -> referenceValues.add(Seeds.values(y, s)));
            for (String source : task.sources()) {
                NdArray r = Task.repeatedTo(reference.slot(source).tensor(), task.count())
                        .toNdArray();
                List<double[]> scores = run.occlude(method, source, r.toDoubles());
                for (int t = 0; t < scores.size(); t++) {
                    sums.get(t).put(source, scores.get(t));
                }
            }
        }
        return run.results(sums, referenceValues);
    }

    private List<double[]> occlude(Occlusion method, String source, double[] reference) {
        long[] shape = original(source).shape();
        int row = (int) (NdArray.elements(shape) / Math.max(1, shape[0]));
        long[] inner = Arrays.copyOfRange(shape, 1, shape.length);
        WindowGrid grid = WindowGrid.of(method, inner);
        List<double[]> scores = new ArrayList<>();
        seeds.forEach(s -> scores.add(new double[row * task.count()]));
        int[] covered = new int[row];
        double[] x = original(source).toDoubles();
        for (int w = 0; w < grid.count(); w++) {
            task.step(w, grid.count());
            int[] places = grid.places(w);
            double[] changed = x.clone();
            for (int i = 0; i < task.count(); i++) {
                for (int p : places) {
                    changed[i * row + p] = reference[i * row + p];
                }
            }
            List<double[]> now = valuesWith(source, changed);
            for (int p : places) {
                covered[p]++;
            }
            for (int t = 0; t < scores.size(); t++) {
                for (int i = 0; i < task.count(); i++) {
                    double fall = values.get(t)[i] - now.get(t)[i];
                    for (int p : places) {
                        scores.get(t)[i * row + p] += fall;
                    }
                }
            }
        }
        for (double[] score : scores) {
            Arrays.setAll(score, e -> covered[e % row] == 0 ? 0 : score[e] / covered[e % row]);
        }
        return scores;
    }

    // ---- mutagenesis -------------------------------------------------------------------------------------------

    static List<BatchResult> mutagenesis(InSilicoMutagenesis method, Task task) {
        PerturbationRun run = new PerturbationRun(task);
        List<Map<String, double[]>> all = new ArrayList<>();
        run.seeds.forEach(s -> all.add(new LinkedHashMap<>()));
        for (String source : task.sources()) {
            List<double[]> scores = run.mutate(method, source);
            for (int t = 0; t < scores.size(); t++) {
                all.get(t).put(source, scores.get(t));
            }
        }
        return run.results(all, List.of());
    }

    private List<double[]> mutate(InSilicoMutagenesis method, String source) {
        NdArray x = original(source);
        SequenceLayout layout = SequenceLayout.of(x, method.channelAxis());
        List<double[]> scores = new ArrayList<>();
        seeds.forEach(s -> scores.add(new double[x.size()]));
        double[] letters = x.toDoubles();
        for (int position = 0; position < layout.length(); position++) {
            task.step(position, layout.length());
            for (int letter = 0; letter < layout.channels(); letter++) {
                double[] mutant = letters.clone();
                for (int i = 0; i < task.count(); i++) {
                    for (int c = 0; c < layout.channels(); c++) {
                        mutant[layout.place(i, position, c)] = c == letter ? 1 : 0;
                    }
                }
                List<double[]> now = valuesWith(source, mutant);
                for (int t = 0; t < scores.size(); t++) {
                    for (int i = 0; i < task.count(); i++) {
                        int place = layout.place(i, position, letter);
                        boolean isThere = letters[place] == 1;
                        scores.get(t)[place] = isThere ? 0 : now.get(t)[i] - values.get(t)[i];
                    }
                }
            }
        }
        return scores;
    }

    private List<BatchResult> results(List<Map<String, double[]>> scores, List<double[]> referenceValues) {
        List<BatchResult> out = new ArrayList<>();
        for (int t = 0; t < seeds.size(); t++) {
            Map<String, NdArray> arrays = new LinkedHashMap<>();
            double[] sums = new double[task.count()];
            scores.get(t).forEach((source, flat) -> {
                NdArray original = original(source);
                NdArray doubles = NdArray.of(flat, original.shape());
                for (int e = 0; e < flat.length; e++) {
                    sums[e / (flat.length / sums.length)] += flat[e];
                }
                arrays.put(
                        source,
                        original.type() == NdArray.Type.FLOAT64
                                ? doubles
                                : NdArray.of(doubles.toFloats(), original.shape()));
            });
            double[][] compared = referenceValues.isEmpty() ? new double[0][] : new double[][] {referenceValues.get(t)};
            out.add(new BatchResult(
                    arrays,
                    Map.of(),
                    sums,
                    values.get(t),
                    compared,
                    compared.length == 0 ? new double[0][] : new double[][] {sums},
                    List.of()));
        }
        return out;
    }
}
