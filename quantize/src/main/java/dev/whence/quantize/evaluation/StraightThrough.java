package dev.whence.quantize.evaluation;

import dev.whence.core.NdArray;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Node;
import dev.whence.graph.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A quantized network in which nodes that quantize by arithmetic and tables are replaced by a factor, which is given from
 * outside: what they gave over what they got. Values stay those of the quantized network, and relevance passes a factor
 * unchanged, where it could not pass rounding and look-ups. Nodes that quantize and dequantize linearly stay: relevance passes
 * them anyway.
 *
 * @param graph the network with the factors as further inputs
 * @param quantizers what was replaced
 */
record StraightThrough(Graph graph, List<Quantizer> quantizers) {
    private static final Set<String> STEPS = Set.of("Round", "Floor", "Ceil", "Cast", "Gather");

    /**
     * Nodes that together quantize one value.
     *
     * @param from the value of the original network that they read
     * @param to what they make of it
     * @param factor the input that takes their place
     */
    record Quantizer(String from, String to, String factor) {
        /** What multiplies the value before to give the value behind; 1 where no number does. */
        static NdArray factors(NdArray before, NdArray behind) {
            float[] from = before.toFloats();
            float[] to = behind.toFloats();
            float[] out = new float[from.length];
            for (int i = 0; i < out.length; i++) {
                float factor = to[i] / from[i];
                out[i] = Float.isFinite(factor) ? factor : 1;
            }
            return NdArray.of(out, 1, out.length);
        }
    }

    /** The quantizers of a network that relevance cannot pass, found as nodes between those of the original network. */
    static List<Quantizer> find(Graph original, Graph quantized) {
        Set<String> known = new LinkedHashSet<>(original.constants().keySet());
        original.inputs().forEach(v -> known.add(v.name()));
        original.nodes().forEach(node -> known.addAll(node.outputs()));
        List<Quantizer> found = new ArrayList<>();
        Set<String> read = new LinkedHashSet<>();
        for (Node node : quantized.nodes()) {
            if (node.outputs().stream().anyMatch(known::contains)) {
                node.reads().stream().filter(name -> !known.contains(name)).forEach(read::add);
            }
        }
        for (String to : read) {
            Group group = new Group(quantized, known);
            group.add(to);
            if (group.entries.size() == 1 && group.hasSteps) {
                found.add(new Quantizer(group.entries.iterator().next(), to, to + "::factor"));
            }
        }
        return found;
    }

    /** The nodes behind which a value lies, back to values of the original network. */
    private static final class Group {
        private final Graph graph;
        private final Set<String> known;
        private final Set<String> seen = new LinkedHashSet<>();
        private final Set<String> entries = new LinkedHashSet<>();
        private boolean hasSteps;

        Group(Graph graph, Set<String> known) {
            this.graph = graph;
            this.known = known;
        }

        void add(String value) {
            List<String> open = new ArrayList<>(List.of(value));
            while (!open.isEmpty()) {
                String name = open.removeLast();
                Node node = graph.producer(name).orElse(null);
                if (known.contains(name) && !graph.constants().containsKey(name)) {
                    entries.add(name);
                } else if (node != null && seen.add(name)) {
                    hasSteps |= STEPS.contains(node.operator());
                    open.addAll(node.reads());
                }
            }
        }
    }

    /**
     * Replaces quantizers by factors.
     *
     * @param shapes the shape of what each makes, for the examples that will run, by the name of the value
     */
    static StraightThrough of(Graph quantized, List<Quantizer> quantizers, Map<String, long[]> shapes) {
        Map<String, Quantizer> byResult = new LinkedHashMap<>();
        quantizers.forEach(q -> byResult.put(q.to(), q));
        Graph.Builder builder = Graph.builder(quantized.name());
        quantized.inputs().forEach(builder::input);
        quantized.constants().forEach(builder::constant);
        for (Quantizer quantizer : quantizers) {
            long[] shape = Objects.requireNonNull(shapes.get(quantizer.to()));
            builder.input(Value.tensor(quantizer.factor(), NdArray.Type.FLOAT32, 1, NdArray.elements(shape)));
            builder.constant(quantizer.factor() + "::shape", Constant.ofLongs(shape));
        }
        for (Node node : quantized.nodes()) {
            Quantizer quantizer =
                    node.outputs().size() == 1 ? byResult.get(node.outputs().getFirst()) : null;
            if (quantizer == null) {
                builder.node(node);
            } else {
                String shaped = quantizer.factor() + "::shaped";
                builder.node("Reshape", shaped, quantizer.factor(), quantizer.factor() + "::shape");
                builder.node("Mul", quantizer.to(), quantizer.from(), shaped);
            }
        }
        quantized.outputs().forEach(builder::output);
        return new StraightThrough(builder.build(), quantizers);
    }
}
