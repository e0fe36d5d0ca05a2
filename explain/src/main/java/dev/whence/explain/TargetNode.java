package dev.whence.explain;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.graph.Graph;
import dev.whence.graph.Node;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The value that holds the targets. If the user names none and the model ends in a softmax or sigmoid, it is the value before
 * that: after it, redundant evidence shrinks every score (Shrikumar et al. 2017, section 3.6).
 *
 * @param name the value's name
 * @param notice what the user is told about the choice, or null
 */
record TargetNode(String name, @Nullable String notice) {
    private static final Set<String> FINAL = Set.of("Softmax", "LogSoftmax", "Sigmoid");
    private static final Set<String> PASSED = Set.of("Identity", "Squeeze", "Reshape", "Flatten", "Cast");

    static TargetNode of(Graph graph, @Nullable String output) {
        if (output != null) {
            return named(graph, output);
        }
        if (graph.outputs().isEmpty()) {
            throw new WhenceException(ErrorCode.MODEL_INVALID, "Model '" + graph.name() + "' has no output.");
        }
        String first = graph.outputs().getFirst().name();
        Node maker = graph.producer(first).orElse(null);
        while (maker != null && PASSED.contains(maker.operator())) {
            maker = graph.producer(maker.inputs().getFirst()).orElse(null);
        }
        if (maker == null || !FINAL.contains(maker.operator())) {
            return new TargetNode(first, null);
        }
        String logits = maker.inputs().getFirst();
        return new TargetNode(
                logits,
                "The model ends in " + maker.operator() + "; what is explained is its input '" + logits
                        + "' (the logits). Name the output '" + first + "' to explain it instead.");
    }

    private static TargetNode named(Graph graph, String output) {
        boolean isValue = graph.producer(output).isPresent();
        if (isValue) {
            String operator = graph.producer(output).orElseThrow().operator();
            return new TargetNode(
                    output,
                    FINAL.contains(operator)
                            ? "The target is the output of " + operator
                                    + ": its scores shrink where evidence is redundant; logits are the usual target."
                            : null);
        }
        Node node = graph.node(output).orElse(null);
        if (node != null) {
            return named(graph, node.outputs().getFirst());
        }
        Set<String> known = new TreeSet<>();
        graph.outputs().forEach(o -> known.add(o.name()));
        throw new WhenceException(
                ErrorCode.TARGET_INVALID,
                "Model '" + graph.name() + "' has no value or node '" + output + "'; its outputs are " + known
                        + ", and 'whence model show' lists every value.");
    }
}
