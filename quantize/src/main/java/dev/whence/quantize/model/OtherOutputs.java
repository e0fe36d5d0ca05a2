package dev.whence.quantize.model;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.explain.Explainer;
import dev.whence.explain.Request;
import dev.whence.explain.TargetChoice;
import dev.whence.graph.Graph;
import dev.whence.graph.Node;
import dev.whence.graph.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Outputs besides the first that some layers work for and the first does not need: no relevance of the first arrives at those.
 *
 * @param first the first output
 * @param layers the layers that each of the others needs and no earlier one, by output, in order
 */
record OtherOutputs(String first, Map<String, List<String>> layers) {
    static OtherOutputs of(QuantizableModel model) {
        Graph graph = model.graph();
        String first = graph.outputs().getFirst().name();
        Map<String, List<String>> found = new LinkedHashMap<>();
        Set<String> needed = needed(graph, first);
        for (Value output : graph.outputs()) {
            boolean isReal = output.type() == null || output.type().isFloating();
            if (!isReal || needed.contains(output.name())) {
                continue;
            }
            Set<String> its = needed(graph, output.name());
            List<String> only = model.layers().stream()
                    .filter(layer -> its.contains(layer.output()) && !needed.contains(layer.output()))
                    .map(QuantizableLayer::name)
                    .toList();
            if (!only.isEmpty()) {
                found.put(output.name(), only);
                needed.addAll(its);
            }
        }
        return new OtherOutputs(first, found);
    }

    /** The values that one needs, itself among them. */
    private static Set<String> needed(Graph graph, String value) {
        Set<String> found = new HashSet<>(Set.of(value));
        List<Node> nodes = graph.nodes();
        for (int i = nodes.size() - 1; i >= 0; i--) {
            if (nodes.get(i).outputs().stream().anyMatch(found::contains)) {
                found.addAll(nodes.get(i).reads());
            }
        }
        return found;
    }

    /** The relevance of the largest element of each other output; what cannot be explained is noted. */
    List<ExplainedOutput> explained(
            Explainer explainer, Request request, Collection<String> values, List<String> notes) {
        List<ExplainedOutput> found = new ArrayList<>();
        for (String output : layers.keySet()) {
            try {
                explainer
                        .relevance(request.output(output).target(new TargetChoice.ArgMax()), values)
                        .forEach(sums -> found.add(new ExplainedOutput(output, sums)));
            } catch (WhenceException e) {
                if (e.code() == ErrorCode.CANCELLED) {
                    throw e;
                }
                notes.add("What layers contribute to output '" + output + "' cannot be told: " + e.getMessage());
            }
        }
        return found;
    }

    /** What to say where several outputs are explained and these count. */
    static String counted(List<String> names) {
        return names.size() == 1
                ? "Contributions are those to output " + names.getFirst()
                        + " alone: the largest values of the other outputs are too small."
                : "Contributions are means over the outputs " + String.join(", ", names)
                        + ": explained are the first output and those with layers that no earlier one needs.";
    }

    /** What to say where only the first output is explained. */
    Optional<String> notExplained() {
        return layers.isEmpty()
                ? Optional.empty()
                : Optional.of("Only output " + first + " is explained; layers that only "
                        + String.join(", ", layers.keySet()) + " needs have no contribution to it.");
    }
}
