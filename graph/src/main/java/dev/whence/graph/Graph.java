package dev.whence.graph;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A network as operations on named values. Immutable and always sound: every value is made exactly once (by an input, a
 * constant or a node), nodes stand after everything they read, node names are unique. A graph inside a node ({@code
 * If}, {@code Loop}, {@code Scan}) may also read values of the graphs around it: these are {@link #captured}.
 */
public final class Graph {
    private final String name;
    private final List<Value> inputs;
    private final List<Value> outputs;
    private final Map<String, Constant> constants;
    private final List<Node> nodes;
    private final Map<String, Value> valueInfo;
    private final Map<String, String> metadata;
    private final Set<String> captured;
    private final Map<String, Node> producers;

    private Graph(Builder builder) {
        name = builder.name;
        inputs = List.copyOf(builder.inputs);
        outputs = List.copyOf(builder.outputs);
        constants = Collections.unmodifiableMap(new LinkedHashMap<>(builder.constants));
        valueInfo = Collections.unmodifiableMap(new LinkedHashMap<>(builder.valueInfo));
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(builder.metadata));
        producers = new HashMap<>();
        Set<String> defined = define(builder.nodes);
        nodes = NodeOrder.sorted(builder.nodes, producers);
        Set<String> outer = new LinkedHashSet<>();
        nodes.forEach(n -> outer.addAll(n.reads()));
        outputs.forEach(o -> outer.add(o.name()));
        outer.removeAll(defined);
        captured = Collections.unmodifiableSet(outer);
    }

    private Set<String> define(List<Node> unordered) {
        Set<String> defined = new HashSet<>();
        inputs.forEach(v -> define(defined, v.name(), "input"));
        constants.keySet().forEach(c -> define(defined, c, "constant"));
        Set<String> nodeNames = new HashSet<>();
        for (Node node : unordered) {
            if (!nodeNames.add(node.name())) {
                throw invalid("has two nodes named " + Names.literal(node.name()));
            }
            for (String output : node.outputs()) {
                if (!output.isEmpty()) {
                    define(defined, output, "node " + Names.literal(node.name()));
                    producers.put(output, node);
                }
            }
        }
        return defined;
    }

    private void define(Set<String> defined, String value, String maker) {
        if (value.isEmpty() || !defined.add(value)) {
            throw invalid(
                    value.isEmpty()
                            ? "has an unnamed " + maker
                            : "defines the value " + Names.literal(value) + " twice, the second time as " + maker);
        }
    }

    private WhenceException invalid(String what) {
        return new WhenceException(ErrorCode.MODEL_INVALID, "graph " + Names.literal(name) + " " + what);
    }

    /** Starts a graph. */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    /** Starts a changed copy of this graph. */
    public Builder toBuilder() {
        Builder out = new Builder(name);
        out.inputs.addAll(inputs);
        out.outputs.addAll(outputs);
        out.constants.putAll(constants);
        out.nodes.addAll(nodes);
        out.valueInfo.putAll(valueInfo);
        out.metadata.putAll(metadata);
        nodes.forEach(n -> out.nodeNames.add(n.name()));
        return out;
    }

    /** The name the model gives; may be empty. */
    public String name() {
        return name;
    }

    /** The values a caller must give, in order. Constants are never among them. */
    public List<Value> inputs() {
        return inputs;
    }

    /** The values the graph gives, in order. */
    public List<Value> outputs() {
        return outputs;
    }

    /** Weights and other tensors of the model by value name, in the order of the file. */
    public Map<String, Constant> constants() {
        return constants;
    }

    /** The operations, each after everything it reads; otherwise in the order of the file. */
    public List<Node> nodes() {
        return nodes;
    }

    /** What the model declares about values inside the graph. */
    public Map<String, Value> valueInfo() {
        return valueInfo;
    }

    /** Free notes of the model by key. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** The values of surrounding graphs that this one, or a graph inside it, reads; empty for a whole model. */
    public Set<String> captured() {
        return captured;
    }

    /** The node that makes a value; empty for inputs, constants, captured and unknown values. */
    public Optional<Node> producer(String value) {
        return Optional.ofNullable(producers.get(value));
    }

    /** The node of a name. */
    public Optional<Node> node(String nodeName) {
        return nodes.stream().filter(n -> n.name().equals(nodeName)).findFirst();
    }

    /** What is declared about a value: as input, output or in between; an untyped value if nothing is. */
    public Value declared(String value) {
        for (List<Value> list : List.of(inputs, outputs)) {
            for (Value v : list) {
                if (v.name().equals(value)) {
                    return v;
                }
            }
        }
        Value inside = valueInfo.get(value);
        return inside == null ? Value.untyped(value) : inside;
    }

    /**
     * Checks that this is a whole model: nothing is read that nothing makes.
     *
     * @throws WhenceException {@link ErrorCode#MODEL_INVALID} naming the first missing value and who reads it
     */
    public Graph verify() {
        for (Node node : nodes) {
            for (String value : node.reads()) {
                if (captured.contains(value)) {
                    throw invalid("has a node " + Names.literal(node.name()) + " (" + node.operatorText()
                            + ") that reads " + Names.literal(value) + ", which nothing makes");
                }
            }
        }
        for (Value output : outputs) {
            if (captured.contains(output.name())) {
                throw invalid("names the output " + Names.literal(output.name()) + ", which nothing makes");
            }
        }
        return this;
    }

    /** The stable text form, as {@code whence model show} prints it: everything but the data of constants. */
    public String toText() {
        return GraphText.of(this);
    }

    /** Equal if everything is: names, order, declarations, constants to the bit. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Graph that
                && name.equals(that.name)
                && inputs.equals(that.inputs)
                && outputs.equals(that.outputs)
                && constants.equals(that.constants)
                && nodes.equals(that.nodes)
                && valueInfo.equals(that.valueInfo)
                && metadata.equals(that.metadata);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + nodes.hashCode();
    }

    /** Name and size in one line. */
    @Override
    public String toString() {
        return "graph " + Names.quoted(name) + " (" + nodes.size() + " nodes)";
    }

    /** Collects the parts of a graph in any order; {@link #build} checks and sorts them. */
    public static final class Builder {
        private final String name;
        private final List<Value> inputs = new ArrayList<>();
        private final List<Value> outputs = new ArrayList<>();
        private final Map<String, Constant> constants = new LinkedHashMap<>();
        private final List<Node> nodes = new ArrayList<>();
        private final Map<String, Value> valueInfo = new LinkedHashMap<>();
        private final Map<String, String> metadata = new LinkedHashMap<>();
        private final Set<String> nodeNames = new HashSet<>();
        private int opset = 17;

        private Builder(String name) {
            this.name = name;
        }

        /** The version that nodes added afterwards by operator name have; 17 at first. */
        public Builder opset(int version) {
            opset = version;
            return this;
        }

        /** Adds an input. */
        public Builder input(Value value) {
            inputs.add(value);
            return this;
        }

        /** Adds a tensor input; dimensions below 0 are unknown lengths. */
        public Builder input(String value, NdArray.Type type, long... shape) {
            return input(Value.tensor(value, type, shape));
        }

        /** Adds a constant; a second one of the same name is refused. */
        public Builder constant(String value, Constant constant) {
            if (constants.putIfAbsent(value, constant) != null) {
                throw new WhenceException(
                        ErrorCode.MODEL_INVALID,
                        "graph " + Names.literal(name) + " defines the constant " + Names.literal(value) + " twice");
            }
            return this;
        }

        /** Adds a constant. */
        public Builder constant(String value, NdArray array) {
            return constant(value, Constant.of(array));
        }

        /** Adds a node as it is. */
        public Builder node(Node node) {
            nodes.add(node);
            nodeNames.add(node.name());
            return this;
        }

        /** Adds a node of the standard domain with a name made from its operator and first output. */
        public Builder node(String operator, List<String> from, List<String> to, Attributes attributes) {
            String made = freshNodeName(operator, to);
            return node(new Node(made, "", operator, opset, from, to, attributes));
        }

        /** Adds a node of the standard domain that makes one value and has no attributes. */
        public Builder node(String operator, String output, String... from) {
            return node(operator, List.of(from), List.of(output), Attributes.NONE);
        }

        /** A node name that no node added so far has, made from the operator and its first output. */
        public String freshNodeName(String operator, List<String> to) {
            String base = to.isEmpty() || to.getFirst().isEmpty() ? operator : operator + "_" + to.getFirst();
            return freshNodeName(base);
        }

        /** The name itself, or with the first number behind it that makes it one that no node added so far has. */
        public String freshNodeName(String base) {
            String made = base;
            for (int i = 2; nodeNames.contains(made); i++) {
                made = base + "_" + i;
            }
            return made;
        }

        /** Adds an output that is made somewhere in the graph. */
        public Builder output(Value value) {
            outputs.add(value);
            return this;
        }

        /** Adds an output of which nothing but the name is declared. */
        public Builder output(String value) {
            return output(Value.untyped(value));
        }

        /** Declares what a value inside the graph is. */
        public Builder declare(Value value) {
            valueInfo.put(value.name(), value);
            return this;
        }

        /** Adds a note. */
        public Builder metadata(String key, String note) {
            metadata.put(key, note);
            return this;
        }

        /**
         * The whole model.
         *
         * @throws WhenceException {@link ErrorCode#MODEL_INVALID} if a value is made twice or never, two nodes have
         *     the same name, or nodes wait for each other in a circle
         */
        public Graph build() {
            return new Graph(this).verify();
        }

        /** A graph for the inside of a node, which may read values of the graphs around it; see {@link #build}. */
        public Graph buildInner() {
            return new Graph(this);
        }
    }
}
