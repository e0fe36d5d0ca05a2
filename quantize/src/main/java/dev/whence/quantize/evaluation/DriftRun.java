package dev.whence.quantize.evaluation;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.Progress;
import dev.whence.core.WhenceException;
import dev.whence.explain.Explainer;
import dev.whence.explain.Explanation;
import dev.whence.explain.Lrp;
import dev.whence.explain.Request;
import dev.whence.explain.TargetChoice;
import dev.whence.explain.TokenEmbedding;
import dev.whence.graph.Graph;
import dev.whence.graph.Network;
import dev.whence.graph.Precision;
import dev.whence.graph.Value;
import dev.whence.graph.operators.StandardOperators;
import dev.whence.quantize.model.ExampleRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Explains a network and its quantized form example by example. */
final class DriftRun {
    private final Graph original;
    private final Graph quantized;
    private final Map<String, NdArray> inputs;
    private final Lrp method;
    private final int examples;
    private final List<String> units;
    private final @Nullable JoinedInputs joined;

    DriftRun(Graph original, Graph quantized, Map<String, NdArray> inputs, Lrp method) {
        this.original = original;
        this.quantized = quantized;
        this.inputs = inputs;
        this.method = method;
        this.examples = ExampleRows.count(inputs);
        this.units = units();
        this.joined = units.size() > 1 ? JoinedInputs.of(units, row(0)) : null;
        int fixed = Examples.fixed(inputs, original, quantized);
        if (fixed > 1) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "Explanations are compared one example at a time, but the model has a fixed batch of " + fixed
                            + "; export it with a batch of 1 or a dynamic one.");
        }
    }

    /** Where relevance is compared: the inputs of real numbers, else the vectors of tokens. */
    private List<String> units() {
        List<String> real = new ArrayList<>();
        for (Value input : original.inputs()) {
            NdArray given = inputs.get(input.name());
            if (given != null && given.type().isFloating()) {
                real.add(input.name());
            }
        }
        return real.isEmpty()
                ? List.of(TokenEmbedding.find(original)
                        .map(TokenEmbedding::value)
                        .filter(value -> quantized.producer(value).isPresent())
                        .orElseThrow(() -> new WhenceException(
                                ErrorCode.TARGET_INVALID,
                                "No input holds real numbers and no table of tokens was found, so there is nothing at"
                                        + " which explanations could be compared.")))
                : real;
    }

    ExplanationDrift run(Progress progress) {
        List<StraightThrough.Quantizer> quantizers = StraightThrough.find(original, quantized);
        List<ExplanationDrift.Example> found = new ArrayList<>();
        try (Explainer before = explainer(original);
                Factors factors = new Factors(quantized, quantizers, row(0));
                Explainer behind = explainer(factors.graph())) {
            for (int i = 0; i < examples; i++) {
                Map<String, NdArray> one = row(i);
                Explanation first = explain(before, one, new TargetChoice.ArgMax());
                long target = first.elements().getFirst();
                Explanation second = explain(behind, factors.with(one), new TargetChoice.Index(target));
                found.add(example(one, target, scores(first), scores(second)));
                progress.step(i + 1L, examples, "explanations");
            }
        }
        return new ExplanationDrift(
                method.name(), units, original.outputs().getFirst().name(), found);
    }

    private Explainer explainer(Graph graph) {
        return Explainer.of(joined == null ? graph : joined.in(graph), Precision.FLOAT32);
    }

    private Map<String, NdArray> row(int example) {
        return ExampleRows.of(inputs, example, example + 1);
    }

    private Explanation explain(Explainer explainer, Map<String, NdArray> one, TargetChoice target) {
        Map<String, NdArray> given = joined == null ? one : joined.in(one);
        String at = joined == null ? units.getFirst() : joined.value();
        return explainer
                .explain(Request.of(given, method).target(target).at(at).batch(1))
                .getFirst();
    }

    private static NdArray scores(Explanation explanation) {
        return explanation.attribution().units().getFirst().scores();
    }

    private static NdArray withoutExamples(NdArray array) {
        long[] shape = array.shape();
        return shape.length > 0 && shape[0] == 1 ? array.reshape(Arrays.copyOfRange(shape, 1, shape.length)) : array;
    }

    private ExplanationDrift.Example example(Map<String, NdArray> one, long target, NdArray first, NdArray second) {
        List<NdArray> before = joined == null ? List.of(first) : joined.parts(first);
        List<NdArray> behind = joined == null ? List.of(second) : joined.parts(second);
        List<ExplanationDrift.Maps> maps = new ArrayList<>();
        for (int i = 0; i < units.size(); i++) {
            NdArray input =
                    one.getOrDefault(units.get(i), one.values().iterator().next());
            maps.add(new ExplanationDrift.Maps(
                    units.get(i),
                    cosine(before.get(i), behind.get(i)),
                    withoutExamples(input),
                    withoutExamples(before.get(i)),
                    withoutExamples(behind.get(i))));
        }
        return new ExplanationDrift.Example(target, cosine(first, second), maps);
    }

    private static double cosine(NdArray first, NdArray second) {
        return Classification.Counts.cosine(first.toDoubles(), second.toDoubles());
    }

    /** Runs the quantized network for the factors that stand for its quantizers. */
    private static final class Factors implements AutoCloseable {
        private final Network network;
        private final List<StraightThrough.Quantizer> quantizers;
        private final String[] values;
        private final Graph graph;

        Factors(Graph quantized, List<StraightThrough.Quantizer> quantizers, Map<String, NdArray> first) {
            this.network = StandardOperators.network(quantized, Precision.FLOAT32);
            this.quantizers = quantizers;
            Set<String> names = new LinkedHashSet<>();
            quantizers.forEach(q -> names.addAll(List.of(q.from(), q.to())));
            this.values = names.toArray(String[]::new);
            if (quantizers.isEmpty()) {
                this.graph = quantized;
            } else {
                Map<String, long[]> shapes = new HashMap<>();
                network.evaluate(first, values).forEach((name, array) -> shapes.put(name, array.shape()));
                this.graph = StraightThrough.of(quantized, quantizers, shapes).graph();
            }
        }

        Graph graph() {
            return graph;
        }

        Map<String, NdArray> with(Map<String, NdArray> one) {
            if (quantizers.isEmpty()) {
                return one;
            }
            Map<String, NdArray> found = network.evaluate(one, values);
            Map<String, NdArray> out = new LinkedHashMap<>(one);
            for (StraightThrough.Quantizer q : quantizers) {
                NdArray from = Objects.requireNonNull(found.get(q.from()));
                NdArray to = Objects.requireNonNull(found.get(q.to()));
                out.put(q.factor(), StraightThrough.Quantizer.factors(from, to));
            }
            return out;
        }

        @Override
        public void close() {
            network.close();
        }
    }
}
