package dev.whence.quantize.calibration;

import dev.whence.graph.Attributes;
import dev.whence.graph.Graph;
import dev.whence.graph.Network;
import dev.whence.graph.Node;
import dev.whence.graph.Precision;
import dev.whence.graph.Value;
import dev.whence.graph.operators.StandardOperators;
import dev.whence.quantize.model.Bias;
import dev.whence.quantize.model.Normalization;
import dev.whence.quantize.model.Operand;
import dev.whence.quantize.model.QuantizableLayer;
import dev.whence.quantize.model.QuantizableModel;
import dev.whence.quantize.model.Weight;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A network opened at its layers: what a layer multiplies, its weights and bias, and the constants of layer normalisations
 * have become inputs, so that one loaded network serves the float model and every quantized form of it. It runs in stages,
 * one a layer, each up to what the layer reads.
 */
final class OpenedNetwork implements AutoCloseable {
    private final QuantizableModel model;
    private final Network network;
    private final List<Stage> stages;

    /**
     * What runs before a layer can read.
     *
     * @param wanted the values that the layer reads; for the last stage, the network's outputs
     * @param made values that this stage makes and later ones need
     * @param dropped values that no later stage needs
     */
    record Stage(List<String> wanted, Set<String> made, Set<String> dropped) {}

    private OpenedNetwork(QuantizableModel model, Network network) {
        this.model = model;
        this.network = network;
        this.stages = stages();
    }

    static OpenedNetwork of(QuantizableModel model) {
        Graph opened = new Opening(model).graph();
        return new OpenedNetwork(model, StandardOperators.network(opened, Precision.FLOAT32));
    }

    QuantizableModel model() {
        return model;
    }

    Network network() {
        return network;
    }

    /** One stage a layer, in order, and one for the rest. */
    List<Stage> all() {
        return stages;
    }

    List<String> outputs() {
        return model.graph().outputs().stream().map(Value::name).toList();
    }

    static String operand(QuantizableLayer layer, int index) {
        return layer.name() + "::operand" + index;
    }

    static String weight(QuantizableLayer layer) {
        return layer.name() + "::weight";
    }

    static String bias(QuantizableLayer layer) {
        return layer.name() + "::bias";
    }

    static String gamma(Normalization normalization) {
        return normalization.name() + "::gamma";
    }

    static String beta(Normalization normalization) {
        return normalization.name() + "::beta";
    }

    // ---- stages ------------------------------------------------------------------------------------------------

    private List<Stage> stages() {
        Map<String, Node> producers = new HashMap<>();
        network.graph().nodes().forEach(node -> node.outputs().forEach(out -> producers.put(out, node)));
        List<List<String>> wanted = new ArrayList<>();
        model.layers()
                .forEach(layer ->
                        wanted.add(layer.operands().stream().map(Operand::value).toList()));
        wanted.add(outputs());
        List<Set<Node>> fresh = new ArrayList<>();
        Set<Node> done = new HashSet<>();
        for (List<String> names : wanted) {
            Set<Node> now = needed(names, producers, done);
            done.addAll(now);
            fresh.add(now);
        }
        Map<String, Integer> lastUse = lastUses(wanted, fresh);
        List<Stage> all = new ArrayList<>();
        for (int i = 0; i < wanted.size(); i++) {
            int stage = i;
            Set<String> made = new LinkedHashSet<>();
            fresh.get(i)
                    .forEach(node -> node.outputs().stream()
                            .filter(out -> lastUse.getOrDefault(out, -1) > stage)
                            .forEach(made::add));
            Set<String> dropped = new HashSet<>();
            lastUse.forEach((name, last) -> {
                if (last == stage) {
                    dropped.add(name);
                }
            });
            all.add(new Stage(wanted.get(i), made, dropped));
        }
        return all;
    }

    /** The nodes that must run for some values and have not run before; what depends on constants alone is there already. */
    private Set<Node> needed(List<String> names, Map<String, Node> producers, Set<Node> done) {
        Set<Node> found = new LinkedHashSet<>();
        Deque<String> open = new ArrayDeque<>(names);
        while (!open.isEmpty()) {
            String name = open.pop();
            Node node = network.isConstant(name) ? null : producers.get(name);
            if (node != null && !done.contains(node) && found.add(node)) {
                open.addAll(node.reads());
            }
        }
        return found;
    }

    private static Map<String, Integer> lastUses(List<List<String>> wanted, List<Set<Node>> fresh) {
        Map<String, Integer> lastUse = new HashMap<>();
        for (int i = 0; i < wanted.size(); i++) {
            int stage = i;
            wanted.get(i).forEach(name -> lastUse.put(name, stage));
            fresh.get(i).forEach(node -> node.reads().forEach(name -> lastUse.put(name, stage)));
        }
        return lastUse;
    }

    /** Frees the network. */
    @Override
    public void close() {
        network.close();
    }

    // ---- opening -----------------------------------------------------------------------------------------------

    /** Builds the graph with the additional inputs. */
    private static final class Opening {
        private final QuantizableModel model;
        private final Map<String, Node> nodes = new LinkedHashMap<>();
        private final List<Node> added = new ArrayList<>();
        private final Set<String> inputs = new LinkedHashSet<>();

        Opening(QuantizableModel model) {
            this.model = model;
            model.graph().nodes().forEach(node -> nodes.put(node.name(), node));
        }

        Graph graph() {
            model.layers().forEach(this::open);
            model.normalizations().forEach(this::open);
            Graph.Builder builder = Graph.builder(model.graph().name());
            model.graph().inputs().forEach(builder::input);
            inputs.forEach(name -> builder.input(Value.untyped(name)));
            model.graph().constants().forEach(builder::constant);
            nodes.values().forEach(builder::node);
            added.forEach(builder::node);
            model.graph().outputs().forEach(builder::output);
            return builder.build();
        }

        private void open(QuantizableLayer layer) {
            for (int i = 0; i < layer.operands().size(); i++) {
                replace(layer.node(), layer.operands().get(i).value(), operand(layer, i));
            }
            Weight weight = layer.weight();
            if (weight == null) {
                return;
            }
            replace(layer.node(), weight.value(), weight(layer));
            Bias bias = layer.bias();
            if (bias != null) {
                replace(bias.node(), bias.value(), bias(layer));
            } else if (layer.operator().equals("MatMul")) {
                addBehind(layer.node(), bias(layer));
            } else {
                fill(layer.node(), 2, bias(layer));
            }
        }

        private void open(Normalization normalization) {
            replace(normalization.gammaNode(), normalization.gamma(), gamma(normalization));
            String beta = normalization.beta();
            if (beta != null) {
                replace(normalization.betaNode(), beta, beta(normalization));
            } else if (normalization.form() == Normalization.Form.FUSED) {
                int gamma = node(normalization.gammaNode()).inputs().indexOf(gamma(normalization));
                fill(normalization.betaNode(), gamma + 1, beta(normalization));
            } else {
                addBehind(normalization.betaNode(), beta(normalization));
            }
        }

        /** The first place at which the node reads the value. */
        private void replace(String name, String from, String to) {
            Node node = node(name);
            List<String> reads = new ArrayList<>(node.inputs());
            int at = reads.indexOf(from);
            if (at < 0) {
                throw new IllegalStateException("node '" + name + "' does not read '" + from + "'");
            }
            reads.set(at, to);
            inputs.add(to);
            put(node, reads, node.outputs());
        }

        /** Makes a node read a value at a place where it reads nothing. */
        private void fill(String name, int place, String input) {
            Node node = node(name);
            if (node.hasInput(place)) {
                throw new IllegalStateException(
                        "node '" + name + "' reads '" + node.inputs().get(place) + "' where '" + input + "' should go");
            }
            inputs.add(input);
            List<String> reads = new ArrayList<>(node.inputs());
            while (reads.size() <= place) {
                reads.add("");
            }
            reads.set(place, input);
            put(node, reads, node.outputs());
        }

        private void addBehind(String name, String input) {
            inputs.add(input);
            Node node = node(name);
            String output = node.outputs().getFirst();
            String before = output + "::before " + input;
            put(node, node.inputs(), List.of(before));
            added.add(
                    new Node(input + "::add", "", "Add", 14, List.of(before, input), List.of(output), Attributes.NONE));
        }

        private Node node(String name) {
            @Nullable Node node = nodes.get(name);
            if (node == null) {
                throw new IllegalStateException("no node '" + name + "'");
            }
            return node;
        }

        private void put(Node node, List<String> reads, List<String> outputs) {
            nodes.put(node.name(), node.rewired(node.name(), reads, outputs, node.attributes()));
        }
    }
}
