package dev.whence.explain;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.graph.Graph;
import dev.whence.graph.Node;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a request attributes to: an inner value that it names, or the model's inputs of real numbers. */
final class Sources {
    private Sources() {}

    /** The values whose elements are scored. */
    static List<String> of(Graph graph, Request request) {
        String at = at(graph, request);
        if (at != null) {
            String value = graph.node(at).map(n -> n.outputs().getFirst()).orElse(at);
            boolean known = graph.producer(value).isPresent()
                    || graph.inputs().stream().anyMatch(i -> i.name().equals(value));
            if (!known) {
                throw new WhenceException(
                        ErrorCode.TARGET_INVALID,
                        "Model '" + graph.name() + "' has no value or node '" + at
                                + "' to attribute at; 'whence model show' lists them.");
            }
            return List.of(value);
        }
        List<String> real = realInputs(graph, request);
        if (real.isEmpty()) {
            throw new WhenceException(
                    ErrorCode.TARGET_INVALID,
                    "Every input of this model holds whole numbers, which have no differences to attribute to; attribute"
                            + " at the embedding instead, with --at and one of " + embeddings(graph) + ".");
        }
        return real;
    }

    /** The given inputs that hold real numbers. */
    static List<String> realInputs(Graph graph, Request request) {
        List<String> real = new ArrayList<>();
        request.inputs().forEach((name, array) -> {
            boolean declaredReal = graph.inputs().stream()
                    .anyMatch(i -> i.name().equals(name)
                            && (i.type() == null || i.type().isFloating()));
            if (declaredReal && array.type().isFloating()) {
                real.add(name);
            }
        });
        return real;
    }

    /** The inner value that is attributed to, or null for the inputs; Grad-CAM takes the last feature maps by itself. */
    static @Nullable String at(Graph graph, Request request) {
        if (request.at() != null) {
            return request.at();
        }
        return switch (request.method()) {
            case GradCam _ ->
                GradCam.lastMaps(graph)
                        .orElseThrow(() -> new WhenceException(
                                ErrorCode.TARGET_INVALID,
                                "grad-cam wants feature maps, but model '" + graph.name()
                                        + "' has no convolution; name a value of shape [N, C, ...] with --at."));
            case Conductance _ ->
                throw new WhenceException(
                        ErrorCode.USAGE, "conductance attributes to an inner value; name it with --at.");
            default -> null;
        };
    }

    /** Refuses a target that nothing attributed can reach: every score would be 0. */
    static void requireDependence(Graph graph, String target, List<String> sources) {
        Set<String> reached = new HashSet<>(sources);
        for (Node node : graph.nodes()) {
            if (node.reads().stream().anyMatch(reached::contains)) {
                reached.addAll(node.outputs());
            }
        }
        if (!reached.contains(target)) {
            throw new WhenceException(
                    ErrorCode.TARGET_INVALID,
                    "The target '" + target + "' does not depend on '" + String.join("', '", sources)
                            + "', so there is nothing to attribute; name another --output or --at.");
        }
    }

    /** Values looked up by an input: where token networks are explained. */
    private static List<String> embeddings(Graph graph) {
        TreeSet<String> inputs = new TreeSet<>();
        graph.inputs().forEach(i -> inputs.add(i.name()));
        return graph.nodes().stream()
                .filter(n -> n.operator().equals("Gather")
                        && inputs.contains(n.inputs().get(1)))
                .map((Node n) -> n.outputs().getFirst())
                .toList();
    }
}
