package dev.whence.quantize.export;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Brings the standard operators of a graph up to date: the same network in a later version of ONNX. Nodes and values keep
 * their names. Versions from 7 to 21 are known; what changed between them without a like is refused.
 */
final class Opsets {
    private static final int USUAL = 17;

    /** Operators whose settings became inputs: from which version on, and which settings, in the order of the inputs. */
    private static final Map<String, Moved> MOVED = Map.ofEntries(
            Map.entry("Slice", new Moved(10, "starts", "ends", "axes")),
            Map.entry("TopK", new Moved(10, "k")),
            Map.entry("Clip", new Moved(11, "min", "max")),
            Map.entry("Pad", new Moved(11, "pads", "value")),
            Map.entry("Squeeze", new Moved(13, "axes")),
            Map.entry("Unsqueeze", new Moved(13, "axes")),
            Map.entry("Split", new Moved(13, "split")),
            Map.entry("ReduceSum", new Moved(13, "axes")),
            Map.entry("ReduceMean", new Moved(18, "axes")),
            Map.entry("ReduceMax", new Moved(18, "axes")),
            Map.entry("ReduceMin", new Moved(18, "axes")),
            Map.entry("ReduceProd", new Moved(18, "axes")),
            Map.entry("ReduceL1", new Moved(18, "axes")),
            Map.entry("ReduceL2", new Moved(18, "axes")),
            Map.entry("ReduceLogSum", new Moved(18, "axes")),
            Map.entry("ReduceLogSumExp", new Moved(18, "axes")),
            Map.entry("ReduceSumSquare", new Moved(18, "axes")));

    /** Operators that mean something else, or are gone, from a version on. */
    private static final Map<String, Integer> CHANGED =
            Map.of("Upsample", 10, "Resize", 11, "Scan", 9, "Scatter", 11, "DFT", 20, "GroupNormalization", 21);

    private record Moved(int since, List<String> settings) {
        Moved(int since, String... settings) {
            this(since, List.of(settings));
        }
    }

    private final int version;
    private final Graph.Builder out;
    private final Set<String> values = new HashSet<>();

    private Opsets(Graph graph, int version) {
        this.version = version;
        out = Graph.builder(graph.name());
        graph.inputs().forEach(out::input);
        graph.constants().forEach((String name, Constant constant) -> out.constant(name, constant));
        graph.outputs().forEach(out::output);
        graph.valueInfo().values().forEach(out::declare);
        graph.metadata().forEach(out::metadata);
        values.addAll(graph.constants().keySet());
        values.addAll(graph.captured());
        graph.inputs().forEach(i -> values.add(i.name()));
        graph.nodes().forEach(n -> values.addAll(n.outputs()));
        graph.nodes().forEach(this::node);
    }

    /** The version of a graph. */
    static int of(Graph graph) {
        return graph.nodes().stream()
                .filter(n -> n.domain().isEmpty())
                .mapToInt(Node::opset)
                .findFirst()
                .orElse(USUAL);
    }

    /**
     * The graph with operators of a version at least.
     *
     * @throws WhenceException {@link ErrorCode#OPERATOR_UNSUPPORTED} naming the node that has no form there
     */
    static Graph atLeast(Graph graph, int version) {
        return of(graph) >= version ? graph : new Opsets(graph, version).out.build();
    }

    private void node(Node node) {
        Attributes inner = node.attributes().mapGraphs(g -> new Opsets(g, version).out.buildInner());
        if (!node.domain().isEmpty()) {
            out.node(node.rewired(node.name(), node.inputs(), node.outputs(), inner));
            return;
        }
        requireSame(node);
        Moved moved = MOVED.get(node.operator());
        if (moved != null && passes(node, moved.since)) {
            put(node, moved(node, moved.settings), settings(node, less(inner, moved.settings)), node.outputs());
        } else if (Set.of("Softmax", "LogSoftmax", "Hardmax").contains(node.operator()) && passes(node, 13)) {
            softmax(node);
        } else {
            put(node, node.inputs(), settings(node, inner), node.outputs());
        }
    }

    private boolean passes(Node node, int since) {
        return node.opset() < since && since <= version;
    }

    private void requireSame(Node node) {
        Integer since = CHANGED.get(node.operator());
        if (since != null && passes(node, since)) {
            throw new WhenceException(
                    ErrorCode.OPERATOR_UNSUPPORTED,
                    "Node '" + node.name() + "' is " + node.operatorText() + ", which means something else in version "
                            + since + " of the operators; a quantized model is written in version " + version
                            + ". Export the model again with opset " + Math.max(since, USUAL) + " or later.");
        }
    }

    /** Settings whose meaning or usual value changed. */
    private Attributes settings(Node node, Attributes given) {
        return switch (node.operator()) {
            case "Dropout" -> passes(node, 12) ? given.without("ratio") : given;
            case "BatchNormalization" -> passes(node, 9) ? given.without("spatial") : given;
            case "RoiAlign" ->
                passes(node, 16) && !given.has("coordinate_transformation_mode")
                        ? given.with("coordinate_transformation_mode", "output_half_pixel")
                        : given;
            case "GridSample" -> passes(node, 20) ? given.with("mode", sampling(given.text("mode", "linear"))) : given;
            case "Split" ->
                passes(node, 18) && !node.hasInput(1) && !node.attributes().has("split")
                        ? given.with("num_outputs", node.outputs().size())
                        : given;
            default -> given;
        };
    }

    private static String sampling(String mode) {
        return switch (mode) {
            case "bilinear" -> "linear";
            case "bicubic" -> "cubic";
            default -> mode;
        };
    }

    private static Attributes less(Attributes given, List<String> names) {
        Attributes out = given;
        for (String name : names) {
            out = out.without(name);
        }
        return out;
    }

    private List<String> moved(Node node, List<String> settings) {
        List<String> inputs = new ArrayList<>(node.inputs());
        for (String setting : settings) {
            boolean isThere = node.attributes().has(setting);
            inputs.add(isThere ? constant(node.name() + "." + setting, number(node, setting)) : "");
        }
        while (inputs.getLast().isEmpty()) {
            inputs.removeLast();
        }
        return inputs;
    }

    private static Constant number(Node node, String setting) {
        return switch (setting) {
            case "min", "max", "value" -> Numbers.real((float) node.attributes().real(setting));
            default -> Constant.ofLongs(node.attributes().integers(setting));
        };
    }

    private String constant(String wanted, Constant constant) {
        String name = fresh(wanted);
        out.constant(name, constant);
        return name;
    }

    private String fresh(String wanted) {
        String name = wanted;
        for (int i = 2; !values.add(name); i++) {
            name = wanted + "_" + i;
        }
        return name;
    }

    /** Before version 13 these took the axes from one on together as one row. */
    private void softmax(Node node) {
        long axis = node.attributes().integer("axis", 1);
        Attributes last = Attributes.of("axis", -1);
        if (axis == -1) {
            put(node, node.inputs(), last, node.outputs());
            return;
        }
        String flat = fresh(node.name() + ".rows");
        String done = fresh(node.name() + ".done");
        String shape = fresh(node.name() + ".shape");
        add("Flatten", flat, Attributes.of("axis", axis), node.inputs());
        put(node, List.of(flat), last, List.of(done));
        add("Shape", shape, Attributes.NONE, node.inputs());
        add("Reshape", node.outputs().getFirst(), Attributes.NONE, Arrays.asList(done, shape));
    }

    private void add(String operator, String output, Attributes attributes, List<String> inputs) {
        String name = out.freshNodeName(operator, List.of(output));
        out.node(new Node(name, "", operator, version, inputs, List.of(output), attributes));
    }

    private void put(Node node, List<String> inputs, Attributes attributes, List<String> outputs) {
        out.node(new Node(node.name(), "", node.operator(), version, inputs, outputs, attributes));
    }
}
