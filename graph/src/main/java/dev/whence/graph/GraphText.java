package dev.whence.graph;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The text form of graphs; described in {@code docs/reference/graph-text.md}. */
final class GraphText {
    private static final int MAX_DEPTH = 64;

    private final StringBuilder out = new StringBuilder();

    private GraphText() {}

    static String of(Graph graph) {
        GraphText text = new GraphText();
        text.graph(graph, "graph " + Names.quoted(graph.name()), 0);
        return text.out.toString();
    }

    /** One node without the graphs inside. */
    static String line(Node node) {
        String attributes = node.attributes().toString();
        return Names.quoted(node.name()) + ": " + values(node.outputs()) + " = " + operator(node) + "("
                + values(node.inputs()) + ")" + (attributes.isEmpty() ? "" : " " + attributes);
    }

    private void graph(Graph graph, String head, int depth) {
        indent(depth).append(head).append('\n');
        if (depth > MAX_DEPTH) {
            indent(depth + 1).append("...\n");
            return;
        }
        section(
                "metadata",
                depth,
                new TreeMap<>(graph.metadata())
                        .entrySet().stream()
                                .map(e -> Names.quoted(e.getKey()) + " = " + Names.literal(e.getValue()))
                                .toList());
        section("captured", depth, graph.captured().stream().map(Names::quoted).toList());
        section("inputs", depth, graph.inputs().stream().map(Value::toString).toList());
        section(
                "constants",
                depth,
                graph.constants().entrySet().stream()
                        .map(e -> Names.quoted(e.getKey()) + ": " + e.getValue())
                        .toList());
        if (!graph.nodes().isEmpty()) {
            indent(depth + 1).append("nodes\n");
            graph.nodes().forEach(n -> node(n, depth + 2));
        }
        section("outputs", depth, graph.outputs().stream().map(Value::toString).toList());
    }

    private void node(Node node, int depth) {
        indent(depth).append(line(node)).append('\n');
        Set<String> names = node.attributes().names();
        for (String name : names) {
            List<Graph> inside = switch (node.attributes().get(name)) {
                case Attribute.Subgraph(Graph g) -> List.of(g);
                case Attribute.Subgraphs(List<Graph> gs) -> gs;
                case null, default -> List.of();
            };
            inside.forEach(g -> graph(g, Names.quoted(name) + " = graph " + Names.quoted(g.name()), depth + 1));
        }
    }

    private void section(String title, int depth, Collection<String> lines) {
        if (!lines.isEmpty()) {
            indent(depth + 1).append(title).append('\n');
            lines.forEach(l -> indent(depth + 2).append(l).append('\n'));
        }
    }

    private StringBuilder indent(int depth) {
        return out.repeat("  ", depth);
    }

    private static String operator(Node node) {
        return (node.domain().isEmpty() ? "" : Names.quoted(node.domain()) + "::") + Names.quoted(node.operator()) + "-"
                + node.opset();
    }

    private static String values(List<String> names) {
        return names.stream().map(n -> n.isEmpty() ? "-" : Names.quoted(n)).collect(Collectors.joining(", "));
    }
}
