package dev.whence.quantize.export;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Node;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Changes a graph node by node: values keep their names, and what nothing reads any longer is gone at the end. */
final class GraphSurgery {
    private final Graph graph;
    private final int opset;
    private final Map<String, Node> nodes = new LinkedHashMap<>();
    private final Map<String, Constant> constants = new LinkedHashMap<>();
    private final Set<String> values = new HashSet<>();

    GraphSurgery(Graph graph) {
        this.graph = graph;
        opset = Opsets.of(graph);
        graph.inputs().forEach(i -> values.add(i.name()));
        values.addAll(graph.constants().keySet());
        for (Node node : graph.nodes()) {
            nodes.put(node.name(), node);
            values.addAll(node.outputs());
            node.attributes().graphs().forEach(this::takeNames);
        }
    }

    private void takeNames(Graph inner) {
        values.addAll(inner.constants().keySet());
        inner.inputs().forEach(i -> values.add(i.name()));
        for (Node node : inner.nodes()) {
            values.addAll(node.outputs());
            node.attributes().graphs().forEach(this::takeNames);
        }
    }

    /** The version of the standard operators. */
    int opset() {
        return opset;
    }

    /** The node of a name, as it is now. */
    Node node(String name) {
        Node node = nodes.get(name);
        if (node == null) {
            throw new WhenceException(
                    ErrorCode.MODEL_INVALID, "The graph '" + graph.name() + "' has no node '" + name + "' any longer.");
        }
        return node;
    }

    /** The constant of a name in the graph as it was, or null. */
    @Nullable
    Constant constant(String name) {
        return graph.constants().get(name);
    }

    /** Adds a constant under this name, or one like it that is free; returns the name. */
    String constant(String name, Constant constant) {
        String free = freeValue(name);
        constants.put(free, constant);
        return free;
    }

    /** Adds a node and its only output of this name, or one like it that is free; returns the output's name. */
    String add(String operator, String output, Attributes attributes, String... inputs) {
        String free = freeValue(output);
        put(free, operator, free, attributes, inputs);
        return free;
    }

    private void put(String prefix, String operator, String output, Attributes attributes, String... inputs) {
        String name = free(prefix, nodes.keySet());
        nodes.put(name, new Node(name, "", operator, opset, List.of(inputs), List.of(output), attributes));
    }

    private String freeValue(String wanted) {
        String free = free(wanted, values);
        values.add(free);
        return free;
    }

    private static String free(String wanted, Set<String> taken) {
        String free = wanted;
        for (int i = 2; taken.contains(free); i++) {
            free = wanted + "_" + i;
        }
        return free;
    }

    /** Makes a node read another value at one place, which may be one behind its last. */
    void rewire(String node, int place, String value) {
        Node old = node(node);
        List<String> inputs = new ArrayList<>(old.inputs());
        while (inputs.size() <= place) {
            inputs.add("");
        }
        inputs.set(place, value);
        nodes.put(node, old.rewired(old.name(), inputs, old.outputs(), old.attributes()));
    }

    /** Sets an attribute of a node. */
    void set(String node, String attribute, Object value) {
        Node old = node(node);
        nodes.put(
                node,
                old.rewired(
                        old.name(),
                        old.inputs(),
                        old.outputs(),
                        old.attributes().with(attribute, value)));
    }

    /**
     * Puts a node between another and all that read it. The value that they read keeps its name and is the new node's.
     *
     * @param between the name of the value before the new node, and the beginning of that node's name
     */
    void insertBehind(String node, String operator, String between, String other) {
        Node old = node(node);
        String output = old.outputs().getFirst();
        List<String> outputs = new ArrayList<>(old.outputs());
        String free = freeValue(between);
        outputs.set(0, free);
        nodes.put(node, old.rewired(old.name(), old.inputs(), outputs, old.attributes()));
        put(between, operator, output, Attributes.NONE, free, other);
    }

    /** The changed graph with everything that its outputs need and nothing else. */
    Graph build(Map<String, String> metadata) {
        Set<String> needed = needed();
        Graph.Builder out = Graph.builder(graph.name());
        graph.inputs().forEach(out::input);
        graph.constants().forEach((name, constant) -> keep(out, needed, name, constant));
        constants.forEach((name, constant) -> keep(out, needed, name, constant));
        Set<String> made = new HashSet<>();
        for (Node node : nodes.values()) {
            if (node.outputs().stream().anyMatch(needed::contains)) {
                out.node(node);
                made.addAll(node.outputs());
            }
        }
        graph.outputs().forEach(out::output);
        graph.valueInfo().values().stream().filter(v -> made.contains(v.name())).forEach(out::declare);
        Map<String, String> notes = new LinkedHashMap<>(graph.metadata());
        notes.putAll(metadata);
        notes.forEach(out::metadata);
        return out.build();
    }

    private static void keep(Graph.Builder out, Set<String> needed, String name, Constant constant) {
        if (needed.contains(name)) {
            out.constant(name, constant);
        }
    }

    /** How many real numbers are in constants of the graph as it was that are still read. */
    long keptFloats() {
        Set<String> needed = needed();
        return graph.constants().entrySet().stream()
                .filter(e -> needed.contains(e.getKey()))
                .map(Map.Entry::getValue)
                .filter(c -> !c.isText() && c.type().isFloating())
                .mapToLong(Constant::elements)
                .sum();
    }

    private Set<String> needed() {
        Map<String, Node> makers = new HashMap<>();
        nodes.values().forEach(n -> n.outputs().forEach(o -> makers.put(o, n)));
        Set<String> needed = new HashSet<>();
        Deque<String> open = new ArrayDeque<>();
        graph.outputs().forEach(o -> open.add(o.name()));
        while (!open.isEmpty()) {
            String value = open.pop();
            Node maker = makers.get(value);
            if (needed.add(value) && maker != null) {
                open.addAll(maker.reads());
            }
        }
        return needed;
    }
}
