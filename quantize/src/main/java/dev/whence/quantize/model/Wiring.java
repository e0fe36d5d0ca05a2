package dev.whence.quantize.model;

import dev.whence.core.NdArray;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Network;
import dev.whence.graph.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who makes and who reads the values of a graph, and which of them are the same for every input of the same shape. */
final class Wiring {
    private static final Set<String> OF_SHAPES = Set.of("Shape", "Size");

    private final Network network;
    private final Map<String, List<Node>> readers = new HashMap<>();
    private final Set<String> fixed = new HashSet<>();
    private final Set<String> inputs = new HashSet<>();
    private final Set<String> outputs = new HashSet<>();

    Wiring(Network network) {
        this.network = network;
        graph().inputs().forEach(i -> inputs.add(i.name()));
        graph().outputs().forEach(o -> outputs.add(o.name()));
        fixed.addAll(graph().constants().keySet());
        for (Node node : graph().nodes()) {
            Set<String> reads = node.reads();
            reads.forEach(
                    v -> readers.computeIfAbsent(v, k -> new ArrayList<>()).add(node));
            boolean isRandom = node.operator().startsWith("Random") && reads.isEmpty();
            if (!isRandom && (fixed.containsAll(reads) || isOfShape(node))) {
                fixed.addAll(node.outputs());
            }
        }
        fixed.remove("");
    }

    private static boolean isOfShape(Node node) {
        return node.domain().isEmpty() && OF_SHAPES.contains(node.operator());
    }

    Graph graph() {
        return network.graph();
    }

    /** Whether a node looks at the shape of what it reads and at nothing else. */
    boolean readsShapeOnly(Node node) {
        return isOfShape(node);
    }

    /** The node behind a value, or null for inputs and constants. */
    @Nullable
    Node maker(String value) {
        return graph().producer(value).orElse(null);
    }

    /** The node behind a value, if it is one of these operators of the standard domain. */
    @Nullable
    Node maker(String value, String... operators) {
        Node node = maker(value);
        return node != null && is(node, operators) ? node : null;
    }

    /** The nodes that read a value, graphs inside nodes included. */
    List<Node> readers(String value) {
        return readers.getOrDefault(value, List.of());
    }

    /** The nodes that read a value's numbers, not only its shape. */
    List<Node> dataReaders(String value) {
        return readers(value).stream().filter(n -> !isOfShape(n)).toList();
    }

    /** The only node that reads a value's numbers, or null if there are more, or none, or a caller reads it. */
    @Nullable
    Node onlyReader(String value) {
        List<Node> all = dataReaders(value);
        return all.size() == 1 && !isOutput(value) ? all.getFirst() : null;
    }

    /** Whether a value is the same whatever the inputs hold. */
    boolean isFixed(String value) {
        return fixed.contains(value);
    }

    /** Whether a value depends on what the inputs hold. */
    boolean isData(String value) {
        return !value.isEmpty() && !fixed.contains(value);
    }

    /** Whether a value depends on nothing but the model's constants. */
    boolean isConstant(String value) {
        return network.isConstant(value);
    }

    boolean isInput(String value) {
        return inputs.contains(value);
    }

    boolean isOutput(String value) {
        return outputs.contains(value);
    }

    /** Whether a node is one of these operators of the standard domain. */
    static boolean is(Node node, String... operators) {
        if (node.domain().isEmpty()) {
            for (String operator : operators) {
                if (node.operator().equals(operator)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The numbers of a value that depends on constants alone. */
    Constant constant(String value) {
        Constant own = graph().constants().get(value);
        return own != null ? own : Constant.of(evaluate(value));
    }

    private NdArray evaluate(String value) {
        return Objects.requireNonNull(network.evaluate(Map.of(), value).get(value));
    }

    /** The only number of a constant, however often it stands there once. */
    OptionalDouble number(String value) {
        Constant own = graph().constants().get(value);
        if (!isConstant(value) || (own != null && (own.elements() != 1 || own.isText()))) {
            return OptionalDouble.empty();
        }
        NdArray array = own != null ? own.toNdArray() : evaluate(value);
        return array.size() == 1 ? OptionalDouble.of(array.getDouble(0)) : OptionalDouble.empty();
    }

    /** Whether a value is a constant near a number. */
    boolean isNumber(String value, double wanted) {
        OptionalDouble found = number(value);
        return found.isPresent() && Math.abs(found.getAsDouble() - wanted) <= 1e-3 * Math.max(1e-3, Math.abs(wanted));
    }

    /** The input of a node of two inputs that is not this one. */
    static String other(Node node, String value) {
        return node.inputs().getFirst().equals(value)
                ? node.inputs().get(1)
                : node.inputs().getFirst();
    }

    /** The input of a node of two that is data, if the other one is fixed. */
    Optional<String> onlyData(Node node) {
        List<String> data = node.inputs().stream().filter(this::isData).toList();
        return data.size() == 1 ? Optional.of(data.getFirst()) : Optional.empty();
    }
}
