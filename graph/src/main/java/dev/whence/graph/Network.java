package dev.whence.graph;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.tensor.Device;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A graph with its weights in native memory, ready to run. What depends on constants alone is computed once, here. Safe for
 * use by several threads; close it to free the weights.
 */
public final class Network implements AutoCloseable {
    private final Graph graph;
    private final OperatorSet operators;
    private final Precision precision;
    private final Device device;
    private final TensorScope weights = TensorScope.detached();
    private final Map<String, Tensor> mainConstants = new LinkedHashMap<>();
    private final IdentityHashMap<Graph, Map<String, Tensor>> innerConstants = new IdentityHashMap<>();
    private final IdentityHashMap<Graph, Map<String, Integer>> innerReads = new IdentityHashMap<>();
    private final Map<String, Node> producers = new HashMap<>();
    private final Set<String> folded = new HashSet<>();

    private Network(Graph graph, OperatorSet operators, Precision precision, Device device) {
        this.graph = graph;
        this.operators = operators;
        this.precision = precision;
        this.device = device;
    }

    /**
     * Prepares a graph.
     *
     * @throws WhenceException {@link ErrorCode#OPERATOR_UNSUPPORTED} naming every node whose operator is not in the set
     */
    public static Network of(Graph graph, OperatorSet operators, Precision precision, Device device) {
        Network network = new Network(graph, operators, precision, device);
        try {
            network.requireOperators();
            network.loadConstants();
            graph.nodes().forEach(n -> n.outputs().forEach(o -> network.producers.put(o, n)));
            network.foldConstants();
            return network;
        } catch (RuntimeException e) {
            network.close();
            throw e;
        }
    }

    private void requireOperators() {
        List<String> missing = new ArrayList<>();
        forEachNode(graph, node -> {
            if (operators.find(node.domain(), node.operator(), node.opset()).isEmpty()) {
                missing.add(node.operatorText() + " (node '" + node.name() + "')");
            }
        });
        if (!missing.isEmpty()) {
            throw new WhenceException(
                    ErrorCode.OPERATOR_UNSUPPORTED,
                    "Model '" + graph.name() + "' uses " + missing.size()
                            + (missing.size() == 1 ? " operator" : " operators") + " that Whence does not support: "
                            + String.join(", ", missing) + "; docs/reference/operators.md lists what it does.");
        }
    }

    private static void forEachNode(Graph root, java.util.function.Consumer<Node> visit) {
        forEachGraph(root, g -> g.nodes().forEach(visit));
    }

    private static void forEachGraph(Graph root, java.util.function.Consumer<Graph> visit) {
        Deque<Graph> open = new ArrayDeque<>(List.of(root));
        while (!open.isEmpty()) {
            Graph g = open.pop();
            visit.accept(g);
            g.nodes().forEach(n -> open.addAll(n.attributes().graphs()));
        }
    }

    private void loadConstants() {
        try (TensorScope loading = TensorScope.open()) {
            load(graph, mainConstants);
            graph.nodes()
                    .forEach(n -> n.attributes()
                            .graphs()
                            .forEach(inner -> forEachGraph(inner, g -> {
                                load(g, innerConstants.computeIfAbsent(g, k -> new LinkedHashMap<>()));
                                innerReads.put(g, countReads(g));
                            })));
        }
    }

    private void load(Graph g, Map<String, Tensor> target) {
        Set<String> kernels = kernels(g);
        g.constants().forEach((name, constant) -> {
            if (!constant.isText()) {
                Tensor tensor = materialise(constant);
                target.put(name, weights.adopt(kernels.contains(name) ? tensor.channelsInnermost() : tensor));
            }
        });
    }

    /**
     * Weights of convolutions that run fastest with their channels innermost in memory. The convolution follows the layout of
     * its weights, and everything behind it keeps the layout it gets. It rounds otherwise, so float64 stays as it is.
     */
    private Set<String> kernels(Graph g) {
        Set<String> names = new HashSet<>();
        if (precision == Precision.FLOAT32 && device.equals(Device.CPU)) {
            for (Node node : g.nodes()) {
                if (node.operator().equals("Conv") && node.inputs().size() > 1) {
                    Constant weight = g.constants().get(node.inputs().get(1));
                    if (weight != null && weight.shape().length >= 3) {
                        names.add(node.inputs().get(1));
                    }
                }
            }
        }
        return names;
    }

    /** A constant as a tensor in this network's precision and on its device; it belongs to the innermost scope. */
    public Tensor materialise(Constant constant) {
        boolean storedWider = constant.type() == NdArray.Type.UINT16 || constant.type() == NdArray.Type.UINT32;
        Tensor tensor = storedWider
                ? Tensor.of(constant.toNdArray())
                : Tensor.ofBytes(constant.type(), constant.segment(), constant.shape());
        return tensor.to(precision.resolve(constant.type())).on(device);
    }

    private static Map<String, Integer> countReads(Graph g) {
        Map<String, Integer> counts = new HashMap<>();
        g.nodes().forEach(n -> n.reads().forEach(name -> counts.merge(name, 1, Integer::sum)));
        g.outputs().forEach(o -> counts.merge(o.name(), 1, Integer::sum));
        return counts;
    }

    /** Computes once what depends on nothing but constants. */
    private void foldConstants() {
        Set<String> known = new HashSet<>(graph.constants().keySet());
        Set<String> wanted = new TreeSet<>();
        for (Node node : graph.nodes()) {
            boolean constant = known.containsAll(node.reads())
                    && !node.operator().startsWith("Random")
                    && !node.operator().equals("Multinomial")
                    && !node.operator().equals("Bernoulli")
                    && !node.operator().startsWith("Sequence")
                    && !node.operator().startsWith("Optional");
            if (constant) {
                node.outputs().stream().filter(o -> !o.isEmpty()).forEach(o -> {
                    known.add(o);
                    wanted.add(o);
                });
            }
        }
        if (wanted.isEmpty()) {
            return;
        }
        try (TensorScope folding = TensorScope.open()) {
            Trace trace = new Interpreter(this, Set.of(), Interpreter.Retention.NOTHING).runMain(Map.of(), wanted);
            Map<String, Tensor> results = new LinkedHashMap<>();
            for (String name : wanted) {
                if (trace.variable(name) instanceof Slot slot) {
                    results.put(name, slot.tensor());
                }
            }
            results.forEach((name, tensor) -> mainConstants.put(name, weights.adopt(tensor.alias())));
            folded.addAll(results.keySet());
        }
    }

    /** The graph. */
    public Graph graph() {
        return graph;
    }

    /** The precision of every run. */
    public Precision precision() {
        return precision;
    }

    /** Where tensors live. */
    public Device device() {
        return device;
    }

    /** Whether a value depends on nothing but the model's constants. */
    public boolean isConstant(String value) {
        return mainConstants.containsKey(value);
    }

    Operator operator(Node node) {
        return operators
                .find(node.domain(), node.operator(), node.opset())
                .orElseThrow(() -> new WhenceException(
                        ErrorCode.OPERATOR_UNSUPPORTED, "operator " + node.operatorText() + " is not supported"));
    }

    void bindConstants(BiConsumer<String, Tensor> bind) {
        mainConstants.forEach(bind);
    }

    void bindInnerConstants(Graph inner, BiConsumer<String, Tensor> bind) {
        innerConstants.getOrDefault(inner, Map.of()).forEach(bind);
    }

    Map<String, Integer> readCounts(Graph inner) {
        Map<String, Integer> counts = innerReads.get(inner);
        return counts != null ? counts : countReads(inner);
    }

    /** The nodes that must run to make {@code wanted}, given values, in order. */
    List<Node> plan(Set<String> wanted, Set<String> given) {
        Set<Node> needed = java.util.Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<String> open = new ArrayDeque<>(wanted);
        while (!open.isEmpty()) {
            String name = open.pop();
            Node node = given.contains(name) || folded.contains(name) ? null : producers.get(name);
            if (node != null && needed.add(node)) {
                open.addAll(node.reads());
            }
        }
        return graph.nodes().stream().filter(needed::contains).toList();
    }

    // ---- running -----------------------------------------------------------------------------------------------

    /**
     * Runs forward in the innermost tensor scope, to which everything left over belongs.
     *
     * @param feeds tensors by name: the graph's inputs, or inner values that replace what the graph would compute
     * @param sources names (inputs or inner values) from which attribution is carried
     * @param wanted names of values to keep
     * @param retention what to keep of each step
     * @throws WhenceException naming the node, if an operator cannot work on what it gets
     */
    public Trace run(
            Map<String, Tensor> feeds, Set<String> sources, Set<String> wanted, Interpreter.Retention retention) {
        Map<String, Variable> ready = new LinkedHashMap<>();
        feeds.forEach((name, tensor) -> ready.put(name, variable(name, tensor, sources.contains(name))));
        return runOn(ready, sources, wanted, retention);
    }

    /** The same with inputs that may be lists, optional values or strings; see {@link #variable(Constant)}. */
    public Trace runOn(
            Map<String, ? extends Variable> ready,
            Set<String> sources,
            Set<String> wanted,
            Interpreter.Retention retention) {
        Set<String> missing = missingInputs(wanted, ready.keySet());
        if (!missing.isEmpty()) {
            throw new WhenceException(
                    ErrorCode.INPUT_INVALID,
                    "No value is given for input "
                            + missing.stream().map(n -> "'" + n + "'").collect(Collectors.joining(", "))
                            + "; the model's inputs are " + graph.inputs() + ".");
        }
        return new Interpreter(this, sources, retention).runMain(ready, wanted);
    }

    /** An input that does not carry attribution, in this network's precision; it belongs to the innermost scope. */
    public Variable variable(Constant constant) {
        return constant.isText() ? new Variable.Texts(constant) : new Slot("input", materialise(constant), false, true);
    }

    private Slot variable(String name, Tensor tensor, boolean isActive) {
        NdArray.Type declared = graph.declared(name).type();
        NdArray.Type type =
                declared != null && declared.isFloating() && tensor.type().isFloating() ? declared : tensor.type();
        return new Slot(name, tensor.to(precision.resolve(type)).on(device), isActive, true);
    }

    private Set<String> missingInputs(Set<String> wanted, Set<String> given) {
        Set<String> inputs = new TreeSet<>();
        graph.inputs().forEach(i -> inputs.add(i.name()));
        Set<String> read = new TreeSet<>(wanted);
        plan(wanted, given).forEach(n -> read.addAll(n.reads()));
        inputs.retainAll(read);
        inputs.removeAll(given);
        return inputs;
    }

    /** Runs forward on plain arrays and returns the named values (the graph's outputs if none is named). */
    public Map<String, NdArray> evaluate(Map<String, NdArray> inputs, String... values) {
        Set<String> wanted = new java.util.LinkedHashSet<>(List.of(values));
        if (wanted.isEmpty()) {
            graph.outputs().forEach(o -> wanted.add(o.name()));
        }
        try (TensorScope scope = TensorScope.open()) {
            Map<String, Tensor> feeds = new LinkedHashMap<>();
            inputs.forEach((name, array) -> feeds.put(name, Tensor.of(array)));
            Trace trace = run(feeds, Set.of(), wanted, Interpreter.Retention.NOTHING);
            Map<String, NdArray> out = new LinkedHashMap<>();
            wanted.forEach(name -> out.put(name, trace.slot(name).tensor().toNdArray()));
            return out;
        }
    }

    /**
     * Runs a composite step's expansion on other inputs, in the innermost scope.
     *
     * @param step a step whose kind is {@link Kind.Composite}
     * @param inputs tensors for the step's inputs, in order; null where absent
     * @return the expansion's steps and its inputs and outputs
     */
    public Expanded expand(Step step, @Nullable Tensor[] inputs) {
        Kind.Expansion expansion = ((Kind.Composite) step.kind()).expansion();
        @Nullable Slot[] slots = new @Nullable Slot[inputs.length];
        for (int i = 0; i < inputs.length; i++) {
            Tensor tensor = inputs[i];
            Slot original = step.inputs()[i];
            if (tensor != null && original != null) {
                slots[i] = new Slot(original.name(), tensor, original.isActive(), true);
            }
        }
        @Nullable Slot[] results = new @Nullable Slot[step.outputs().length];
        Interpreter interpreter = new Interpreter(this, Set.of(), Interpreter.Retention.ALL);
        List<Step> steps = interpreter.expand(step, expansion, slots, results);
        return new Expanded(steps, slots, results);
    }

    /**
     * The inside of a composite.
     *
     * @param steps its steps
     * @param inputs slots of its inputs
     * @param outputs slots of its outputs
     */
    public record Expanded(
            List<Step> steps,
            @Nullable Slot[] inputs,
            @Nullable Slot[] outputs) {}

    /** Frees the weights. */
    @Override
    public void close() {
        weights.close();
    }
}
