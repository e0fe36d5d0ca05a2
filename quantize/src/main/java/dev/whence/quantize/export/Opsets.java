package dev.whence.quantize.export;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.graph.Graph;
import dev.whence.graph.Node;

/** The version of the standard operators of a graph. */
final class Opsets {
    private static final int USUAL = 17;

    private Opsets() {}

    static int of(Graph graph) {
        return graph.nodes().stream()
                .filter(n -> n.domain().isEmpty())
                .mapToInt(Node::opset)
                .findFirst()
                .orElse(USUAL);
    }

    /** The graph with operators of a version at least. */
    static Graph atLeast(Graph graph, int version) {
        if (of(graph) >= version) {
            return graph;
        }
        throw new WhenceException(
                ErrorCode.OPERATOR_UNSUPPORTED,
                "Model '" + graph.name() + "' has operators of version " + of(graph)
                        + ", and this format needs version " + version + "; export the model again with that version.");
    }
}
