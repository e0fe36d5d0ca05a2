package dev.whence.quantize.evaluation;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.Progress;
import dev.whence.core.WhenceException;
import dev.whence.graph.Graph;
import dev.whence.graph.Network;
import dev.whence.graph.Precision;
import dev.whence.graph.Value;
import dev.whence.graph.operators.StandardOperators;
import dev.whence.graph.rewrite.Rewrites;
import dev.whence.quantize.ClassScores;
import dev.whence.quantize.model.ExampleRows;
import dev.whence.quantize.model.QuantizableLayer;
import dev.whence.quantize.model.QuantizableModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Runs two networks batch by batch and compares what they give. */
final class EvaluationRun {
    private final Graph original;
    private final Graph quantized;
    private final Map<String, NdArray> inputs;
    private final long @Nullable [] labels;
    private final int examples;
    private final int batch;
    private final List<String> outputs;
    private final List<String> warnings = new ArrayList<>();
    private final Map<String, String> layers = new LinkedHashMap<>();
    private final Map<String, Fidelity.Sums> sums = new LinkedHashMap<>();
    private Classification.@Nullable Counts counts;

    EvaluationRun(Graph original, Graph quantized, Map<String, NdArray> inputs, long @Nullable [] labels) {
        this.original = original;
        this.quantized = quantized;
        this.inputs = inputs;
        this.labels = labels;
        this.examples = ExampleRows.count(inputs);
        this.outputs = original.outputs().stream().map(Value::name).toList();
        requireSameInputs();
        requireSameOutputs();
        this.batch = Examples.batch(inputs, original, quantized);
        if (labels != null && labels.length != examples) {
            throw new WhenceException(
                    ErrorCode.INPUT_INVALID,
                    "There are " + labels.length + " labels for " + examples + " examples; one for each is wanted.");
        }
    }

    private void requireSameInputs() {
        Set<String> first = new LinkedHashSet<>();
        original.inputs().forEach(v -> first.add(v.name()));
        Set<String> second = new LinkedHashSet<>();
        quantized.inputs().forEach(v -> second.add(v.name()));
        if (!first.equals(second)) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "The two networks have different inputs: " + String.join(", ", first) + " and "
                            + String.join(", ", second) + "; give a network and its own quantized form.");
        }
    }

    private void requireSameOutputs() {
        List<String> others = quantized.outputs().stream().map(Value::name).toList();
        if (!outputs.equals(others)) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "The two networks have different outputs: " + String.join(", ", outputs) + " and "
                            + String.join(", ", others) + "; give a network and its own quantized form.");
        }
    }

    Evaluation run(Progress progress) {
        try (Network first = StandardOperators.network(original, Precision.FLOAT32);
                Network second = StandardOperators.network(quantized, Precision.FLOAT32)) {
            findLayers();
            Set<String> wanted = new LinkedHashSet<>(outputs);
            wanted.addAll(layers.values());
            String[] names = wanted.toArray(String[]::new);
            for (int from = 0; from < examples; from += batch) {
                int count = Math.min(batch, examples - from);
                Map<String, NdArray> some = ExampleRows.of(inputs, from, from + count);
                compare(from, count, first.evaluate(some, names), second.evaluate(some, names));
                progress.step((long) from + count, examples, "examples");
            }
        }
        List<Fidelity> ofOutputs = new ArrayList<>();
        outputs.forEach(name -> addFidelity(ofOutputs, name, name));
        List<Fidelity> ofLayers = new ArrayList<>();
        layers.forEach((name, value) -> addFidelity(ofLayers, name, value));
        return new Evaluation(examples, ofOutputs, counts == null ? null : counts.classification(), ofLayers, warnings);
    }

    private void addFidelity(List<Fidelity> to, String name, String value) {
        Fidelity.Sums found = sums.get(value);
        if (found != null) {
            to.add(found.fidelity(name));
        }
    }

    /** Layers as quantization sees them, with batch normalisation folded. */
    private void findLayers() {
        List<QuantizableLayer> found;
        try {
            int count = Math.min(batch, examples);
            Graph folded = Rewrites.apply(original, Rewrites.FOLDING).graph();
            found = QuantizableModel.of(folded, ExampleRows.of(inputs, 0, count))
                    .layers();
        } catch (WhenceException e) {
            warnings.add("Layers are not compared: " + e.getMessage());
            return;
        }
        List<String> missing = new ArrayList<>();
        for (QuantizableLayer layer : found) {
            String value = layer.output();
            if (original.producer(value).isPresent()
                    && quantized.producer(value).isPresent()) {
                layers.put(layer.name(), value);
            } else {
                missing.add(layer.name());
            }
        }
        if (!missing.isEmpty()) {
            warnings.add(missing.size() + " of " + found.size()
                    + " layers are not compared, because the quantized network has no value of the same name: "
                    + String.join(", ", missing.subList(0, Math.min(5, missing.size())))
                    + (missing.size() > 5 ? ", ..." : "") + ".");
        }
    }

    private void compare(int from, int count, Map<String, NdArray> one, Map<String, NdArray> other) {
        for (Map.Entry<String, NdArray> entry : one.entrySet()) {
            NdArray a = entry.getValue();
            NdArray b = Objects.requireNonNull(other.get(entry.getKey()));
            if (!Arrays.equals(a.shape(), b.shape())) {
                throw new WhenceException(
                        ErrorCode.SHAPE_MISMATCH,
                        "Value '" + entry.getKey() + "' has the shape " + Arrays.toString(a.shape())
                                + " in the original and " + Arrays.toString(b.shape())
                                + " in the quantized network; give a network and its own quantized form.");
            }
            if (a.type().isFloating()) {
                sums.computeIfAbsent(entry.getKey(), Fidelity.Sums::new).add(a.toFloats(), b.toFloats());
            }
        }
        String output = outputs.getFirst();
        classify(from, count, Objects.requireNonNull(one.get(output)), Objects.requireNonNull(other.get(output)));
    }

    private void classify(int from, int count, NdArray one, NdArray other) {
        boolean areScores =
                one.type().isFloating() && one.rank() == 2 && one.dimension(0) == count && one.dimension(1) > 1;
        if (!areScores) {
            if (labels != null) {
                throw new WhenceException(
                        ErrorCode.INPUT_INVALID,
                        "There are labels, but output '" + outputs.getFirst() + "' has the shape "
                                + Arrays.toString(one.shape())
                                + ", which is no row of class scores an example; evaluate without labels.");
            }
            return;
        }
        List<double[]> first = rows(one);
        List<double[]> second = rows(other);
        int classes = (int) one.dimension(1);
        Classification.Counts all = counts;
        if (all == null) {
            all = new Classification.Counts(
                    classes,
                    ClassScores.areProbabilities(classes, one.toDoubles())
                            && ClassScores.areProbabilities(classes, other.toDoubles()));
            counts = all;
        }
        for (int i = 0; i < count; i++) {
            all.add(first.get(i), second.get(i), label(from + i, classes));
        }
    }

    private long label(int example, int classes) {
        if (labels == null) {
            return -1;
        }
        long label = labels[example];
        if (label < 0 || label >= classes) {
            throw new WhenceException(
                    ErrorCode.INPUT_INVALID,
                    "Label " + label + " of example " + example + " is no class; there are the classes 0 to "
                            + (classes - 1) + ".");
        }
        return label;
    }

    private static List<double[]> rows(NdArray scores) {
        double[] all = scores.toDoubles();
        int wide = (int) scores.dimension(1);
        List<double[]> out = new ArrayList<>();
        for (int i = 0; i < scores.dimension(0); i++) {
            out.add(Arrays.copyOfRange(all, i * wide, (i + 1) * wide));
        }
        return out;
    }
}
