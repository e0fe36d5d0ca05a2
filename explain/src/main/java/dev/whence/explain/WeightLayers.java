package dev.whence.explain;

import dev.whence.core.NdArray;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Node;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * The layers of a network that hold weights, from the target back, and copies of the network in which weights are put into
 * random order. Random order, unlike random numbers, keeps the weights' distribution: variances stay positive, scales stay
 * what they were. Weights inside the bodies of loops and branches are left alone.
 */
final class WeightLayers {
    /** Operators that begin a layer; what follows them until the next belongs to it. */
    private static final Set<String> LAYERS = Set.of(
            "Conv",
            "ConvTranspose",
            "Gemm",
            "MatMul",
            "Einsum",
            "LSTM",
            "GRU",
            "RNN",
            "Gather",
            "Attention",
            "FusedConv",
            "FusedGemm",
            "FusedMatMul");

    private static final Set<String> NORMALISATIONS = Set.of(
            "BatchNormalization",
            "InstanceNormalization",
            "LayerNormalization",
            "SkipLayerNormalization",
            "SimplifiedLayerNormalization",
            "GroupNormalization",
            "RMSNormalization",
            "PRelu");

    /** Operators whose constants are learned if they are one number a channel; tables such as masks are not. */
    private static final Set<String> SHIFTS = Set.of("Add", "Sub", "Mul", "Div");

    private static final Set<String> SEEN_THROUGH =
            Set.of("Transpose", "Identity", "Cast", "Reshape", "Unsqueeze", "Squeeze", "DequantizeLinear");

    private WeightLayers() {}

    /**
     * One layer.
     *
     * @param node the name of the node that begins it
     * @param operator that node's operator
     * @param weights the names of its constants
     */
    record Layer(String node, String operator, Set<String> weights) {}

    /** The layers between what is attributed and the target, the last one first. */
    static List<Layer> between(Graph graph, Collection<String> sources, String target) {
        List<Node> way = way(graph, sources, target);
        List<Layer> layers = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        Set<String> pending = new LinkedHashSet<>();
        for (int i = way.size() - 1; i >= 0; i--) {
            Node node = way.get(i);
            Set<String> weights = weights(graph, node);
            weights.removeAll(taken);
            taken.addAll(weights);
            pending.addAll(weights);
            boolean ends = LAYERS.contains(node.operator()) || (i == 0 && layers.isEmpty());
            if (ends && !weights.isEmpty()) {
                layers.add(new Layer(node.name(), node.operator(), Set.copyOf(pending)));
                pending.clear();
            }
        }
        if (!pending.isEmpty() && !layers.isEmpty()) {
            Layer last = layers.removeLast();
            pending.addAll(last.weights());
            layers.add(new Layer(last.node(), last.operator(), Set.copyOf(pending)));
        }
        return layers;
    }

    private static List<Node> way(Graph graph, Collection<String> sources, String target) {
        Set<String> reached = new HashSet<>(sources);
        List<Node> forward = new ArrayList<>();
        for (Node node : graph.nodes()) {
            if (node.reads().stream().anyMatch(reached::contains)) {
                forward.add(node);
                reached.addAll(node.outputs());
            }
        }
        Set<String> needed = new HashSet<>(Set.of(target));
        List<Node> way = new ArrayList<>();
        for (Node node : forward.reversed()) {
            if (node.outputs().stream().anyMatch(needed::contains)) {
                way.addFirst(node);
                needed.addAll(node.reads());
            }
        }
        return way;
    }

    private static Set<String> weights(Graph graph, Node node) {
        boolean isLayer = LAYERS.contains(node.operator()) || NORMALISATIONS.contains(node.operator());
        boolean isShift = SHIFTS.contains(node.operator());
        Set<String> out = new LinkedHashSet<>();
        if (!isLayer && !isShift) {
            return out;
        }
        for (String input : node.inputs()) {
            weight(graph, input).ifPresent(name -> {
                Constant constant = graph.constants().get(name);
                if (constant != null && (isLayer || isOneAChannel(constant))) {
                    out.add(name);
                }
            });
        }
        return out;
    }

    /** The constant that an input is made from, if it is a tensor of real (or quantised) weights. */
    private static Optional<String> weight(Graph graph, String input) {
        String at = input;
        boolean quantised = false;
        while (true) {
            Constant constant = graph.constants().get(at);
            if (constant != null) {
                boolean isWeight = !constant.isText()
                        && constant.elements() > 1
                        && (quantised || constant.type().isFloating());
                return isWeight ? Optional.of(at) : Optional.empty();
            }
            Node maker = graph.producer(at).orElse(null);
            if (maker == null || !SEEN_THROUGH.contains(maker.operator())) {
                return Optional.empty();
            }
            quantised |= maker.operator().equals("DequantizeLinear");
            at = maker.inputs().getFirst();
        }
    }

    private static boolean isOneAChannel(Constant constant) {
        int wide = 0;
        for (long length : constant.shape()) {
            wide += length > 1 ? 1 : 0;
        }
        return wide == 1;
    }

    /** A copy of a graph in which some constants have their elements in random order. */
    static Graph shuffled(Graph graph, Set<String> weights, long seed) {
        Graph.Builder builder = Graph.builder(graph.name());
        graph.inputs().forEach(builder::input);
        graph.constants()
                .forEach((name, constant) -> builder.constant(
                        name,
                        weights.contains(name)
                                ? shuffled(constant, RandomStreams.of(seed, name.hashCode()))
                                : constant));
        graph.nodes().forEach(builder::node);
        graph.valueInfo().values().forEach(builder::declare);
        graph.metadata().forEach(builder::metadata);
        graph.outputs().forEach(builder::output);
        return builder.build();
    }

    private static Constant shuffled(Constant constant, RandomGenerator random) {
        NdArray array = constant.toNdArray();
        NdArray.Type type = array.type();
        if (type == NdArray.Type.FLOAT64) {
            double[] data = array.toDoubles();
            for (int i = data.length - 1; i > 0; i--) {
                int j = random.nextInt(i + 1);
                double held = data[i];
                data[i] = data[j];
                data[j] = held;
            }
            return Constant.of(NdArray.of(data, array.shape()));
        }
        if (!type.isFloating()) {
            long[] data = array.toLongs();
            for (int i = data.length - 1; i > 0; i--) {
                int j = random.nextInt(i + 1);
                long held = data[i];
                data[i] = data[j];
                data[j] = held;
            }
            return Constant.of(NdArray.ofIntegers(type, data, array.shape()));
        }
        float[] data = array.toFloats();
        for (int i = data.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            float held = data[i];
            data[i] = data[j];
            data[j] = held;
        }
        return Constant.of(
                type == NdArray.Type.FLOAT32
                        ? NdArray.of(data, array.shape())
                        : NdArray.ofHalves(type, data, array.shape()));
    }
}
