package dev.whence.graph.rewrite;

import dev.whence.core.NdArray;
import dev.whence.graph.Attribute;
import dev.whence.graph.Constant;
import dev.whence.graph.Dimension;
import dev.whence.graph.Graph;
import dev.whence.graph.Node;
import dev.whence.graph.Precision;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One node and what lies around it, for patterns. */
final class Site {
    private final Graph graph;
    private final Precision precision;
    private final Map<String, Integer> readers;
    private final Set<String> captured;
    private final Node node;

    private Site(Graph graph, Precision precision, Map<String, Integer> readers, Set<String> captured, Node node) {
        this.graph = graph;
        this.precision = precision;
        this.readers = readers;
        this.captured = captured;
        this.node = node;
    }

    /** A site for each node of a graph, in order. */
    static List<Site> of(Graph graph, Precision precision) {
        Map<String, Integer> readers = new HashMap<>();
        Set<String> captured = new HashSet<>();
        for (Node node : graph.nodes()) {
            node.reads().forEach(name -> readers.merge(name, 1, Integer::sum));
            node.attributes().graphs().forEach(g -> captured.addAll(g.captured()));
        }
        graph.outputs().forEach(o -> readers.merge(o.name(), 1, Integer::sum));
        return graph.nodes().stream()
                .map(n -> new Site(graph, precision, readers, captured, n))
                .toList();
    }

    Node node() {
        return node;
    }

    /** The type of a constant that is computed from others of a type, float32 or float64. */
    NdArray.Type computed(NdArray.Type from) {
        return precision.resolve(from);
    }

    /** Whether the node is this operator of the standard domain. */
    boolean is(String operator) {
        return is(node, operator);
    }

    /** Whether a node is this operator of the standard domain. */
    static boolean is(Node node, String operator) {
        return node.domain().isEmpty() && node.operator().equals(operator);
    }

    /** The node behind an input of the node, if it is this operator. */
    Optional<Node> producer(int input, String operator) {
        return node.hasInput(input)
                ? graph.producer(node.inputs().get(input)).filter(p -> is(p, operator))
                : Optional.empty();
    }

    /** The node behind a value, or null. */
    @Nullable
    Node maker(String value) {
        return graph.producer(value).orElse(null);
    }

    /** The number of axes that a value is declared with, or -1. */
    int rank(String value) {
        List<Dimension> shape = graph.declared(value).shape();
        return shape == null ? -1 : shape.size();
    }

    /** Whether nobody but one node reads a value: no second node, no inner graph, no caller. */
    boolean isReadOnce(String value) {
        return readers.getOrDefault(value, 0) == 1 && !captured.contains(value) && !isOutput(value);
    }

    /** Whether nobody reads a value. */
    boolean isUnread(String value) {
        return value.isEmpty() || readers.getOrDefault(value, 0) == 0;
    }

    /** Whether a value is an output of the graph. */
    boolean isOutput(String value) {
        return graph.outputs().stream().anyMatch(o -> o.name().equals(value));
    }

    /** Whether a graph inside a node reads a value. */
    boolean isCaptured(String value) {
        return captured.contains(value);
    }

    /** The constant behind a value, also where a node {@code Constant} makes it. */
    Optional<Constant> constant(String value) {
        Constant own = graph.constants().get(value);
        if (own != null) {
            return Optional.of(own);
        }
        return graph.producer(value)
                .filter(p -> is(p, "Constant") && p.attributes().get("value") instanceof Attribute.Tensor)
                .map(p -> p.attributes().tensor("value"));
    }

    /** The only number of a constant that holds nothing else, however often. */
    OptionalDouble number(String value) {
        Optional<Constant> constant = constant(value).filter(c -> !c.isText() && c.elements() == 1);
        return constant.isPresent()
                ? OptionalDouble.of(constant.get().toNdArray().getDouble(0))
                : OptionalDouble.empty();
    }

    /** Whether a value is a constant of one element with this number. */
    boolean isNumber(String value, double number) {
        OptionalDouble found = number(value);
        return found.isPresent() && found.getAsDouble() == number;
    }

    /** Whether combining a constant of one element with a value leaves the value's shape: it has no more axes. */
    boolean keepsShape(String constant, String value) {
        int axes = constant(constant).map(c -> c.shape().length).orElse(Integer.MAX_VALUE);
        List<Dimension> shape = graph.declared(value).shape();
        return axes <= (shape == null ? 0 : shape.size());
    }

    /** Whether the caller gives a value. */
    boolean isInput(String value) {
        return graph.inputs().stream().anyMatch(i -> i.name().equals(value));
    }

    /** A value name that nothing has, made from another. */
    String freshValue(String base) {
        String name = base;
        for (int i = 2; isTaken(name); i++) {
            name = base + "_" + i;
        }
        return name;
    }

    private boolean isTaken(String name) {
        return graph.constants().containsKey(name)
                || isInput(name)
                || graph.producer(name).isPresent()
                || captured.contains(name);
    }
}
