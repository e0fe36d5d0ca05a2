package dev.whence.graph.onnx;

import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.ElementType;
import dev.whence.graph.Graph;
import dev.whence.graph.Node;
import dev.whence.graph.ValueType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes types of 8 bits and fewer into the nodes that make them. Such numbers are kept in wider types, so a running network
 * cannot see from a value that it has four bits, say; what the model declares can.
 *
 * <pre>
 *   before:  x, scale, zero: int4 ─ QuantizeLinear        after:  ... ─ QuantizeLinear {output_dtype=int4}
 *            x, y: int4 ─ CastLike                                x ─ Cast {to=int4}
 * </pre>
 */
final class NarrowTypes {
    private NarrowTypes() {}

    static Graph written(Graph graph) {
        if (graph.nodes().stream().allMatch(n -> written(graph, n).equals(n))) {
            return graph;
        }
        Graph.Builder out = Graph.builder(graph.name());
        graph.inputs().forEach(out::input);
        graph.constants().forEach((String name, Constant constant) -> out.constant(name, constant));
        graph.nodes().forEach(n -> out.node(written(graph, n)));
        graph.outputs().forEach(out::output);
        graph.valueInfo().values().forEach(out::declare);
        graph.metadata().forEach(out::metadata);
        return out.build();
    }

    private static Node written(Graph graph, Node node) {
        if (!node.domain().isEmpty()) {
            return node;
        }
        if (node.operator().equals("QuantizeLinear")) {
            ElementType type = narrow(graph, node, 2);
            boolean isKnown = node.attributes().integer("output_dtype", 0) != 0;
            return isKnown || type == null
                    ? node
                    : node.rewired(
                            node.name(),
                            node.inputs(),
                            node.outputs(),
                            node.attributes().with("output_dtype", type.code()));
        }
        if (node.operator().equals("CastLike")) {
            ElementType type = narrow(graph, node, 1);
            if (type != null) {
                Attributes to = node.attributes().with("to", type.code());
                List<String> data = node.inputs().subList(0, 1);
                return new Node(node.name(), "", "Cast", node.opset(), data, node.outputs(), to);
            }
        }
        return node;
    }

    /** What the model declares an input to hold, if that is narrow. */
    private static @Nullable ElementType narrow(Graph graph, Node node, int input) {
        if (!node.hasInput(input)) {
            return null;
        }
        String name = node.inputs().get(input);
        Constant constant = graph.constants().get(name);
        ElementType type = constant != null
                ? constant.element()
                : graph.declared(name).declared() instanceof ValueType.Tensor t ? t.element() : null;
        return type != null && type.isNarrow() ? type : null;
    }
}
