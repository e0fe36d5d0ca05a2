package dev.whence.quantize.model;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Dimension;
import dev.whence.graph.Graph;
import dev.whence.graph.Network;
import dev.whence.graph.Precision;
import dev.whence.graph.Value;
import dev.whence.graph.operators.StandardOperators;
import dev.whence.quantize.pieces.PieceCache;
import dev.whence.quantize.pieces.PieceKey;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A network as quantization sees it.
 *
 * <pre>{@code
 * Graph graph = OnnxModel.load(Path.of("vit.onnx")).graph();
 * for (QuantizableLayer layer : QuantizableModel.of(graph, Map.of("image", oneImage)).layers()) {
 *     ...
 * }
 * }</pre>
 *
 * @param graph the graph, as it was given
 * @param layers what can be quantized, in the order in which it runs
 * @param normalizations the layer normalisations over the last axis, in the order in which they run
 * @param notes what was not recognised or left alone, with its node
 */
public record QuantizableModel(
        Graph graph, List<QuantizableLayer> layers, List<Normalization> normalizations, List<Note> notes) {
    /** Copies the lists in. */
    public QuantizableModel {
        layers = List.copyOf(layers);
        normalizations = List.copyOf(normalizations);
        notes = List.copyOf(notes);
    }

    /**
     * Finds the layers of a graph; runs it forward once, to learn its shapes.
     *
     * @param example the network's inputs for one example, or for as many as the model fixes; only shapes and whole numbers
     *     matter
     * @throws WhenceException {@link ErrorCode#INPUT_INVALID} if the network is quantized already, {@link
     *     ErrorCode#OPERATOR_UNSUPPORTED} if it has operators that Whence does not know
     */
    public static QuantizableModel of(Graph graph, Map<String, NdArray> example) {
        try (Network network = StandardOperators.network(graph, Precision.FLOAT32)) {
            return of(network, example);
        }
    }

    /**
     * As {@link #of(Graph, Map)} for a graph whose inputs all have known sizes but for the first axis, which is taken as 1.
     *
     * @throws WhenceException {@link ErrorCode#INPUT_INVALID} if another size is not known
     */
    public static QuantizableModel of(Graph graph) {
        Map<String, NdArray> zeros = new LinkedHashMap<>();
        for (Value input : graph.inputs()) {
            zeros.put(input.name(), zeros(input));
        }
        return of(graph, zeros);
    }

    /** As {@link #of(Graph, Map)} for a network that is there already. */
    public static QuantizableModel of(Network network, Map<String, NdArray> example) {
        return Recognition.of(network, example);
    }

    private static NdArray zeros(Value input) {
        List<Dimension> declared = input.shape();
        NdArray.Type type = input.type();
        if (declared == null || type == null) {
            throw unknown(input);
        }
        long[] shape = new long[declared.size()];
        for (int i = 0; i < shape.length; i++) {
            if (declared.get(i) instanceof Dimension.Fixed(long size)) {
                shape[i] = size;
            } else if (i == 0) {
                shape[i] = 1;
            } else {
                throw unknown(input);
            }
        }
        int elements = Math.toIntExact(NdArray.elements(shape));
        return type.isFloating()
                ? NdArray.of(new float[elements], shape)
                : NdArray.ofIntegers(type, new long[elements], shape);
    }

    private static WhenceException unknown(Value input) {
        return new WhenceException(
                ErrorCode.INPUT_INVALID,
                "The layers of a network are found by running it, and the size of its input " + input
                        + " is not known; give an example.");
    }

    /**
     * Where a key for work on the layers begins: all that {@link PieceCache#key} holds, and which layers and normalisations
     * were recognised, with their nodes, in order.
     */
    public PieceKey key(PieceCache cache) {
        PieceKey key = cache.key(graph).and("layers " + layers.size());
        for (QuantizableLayer layer : layers) {
            Weight weight = layer.weight();
            key = key.and(layer.name())
                    .and(layer.kind() + " of block " + layer.block() + ", scaled " + layer.scale())
                    .and(layer.node())
                    .and(layer.output())
                    .and(layer.operands().toString())
                    .and(weight == null ? "no weight" : weight.value())
                    .and(weight == null ? "" : weight.outputAxis() + " " + weight.inputAxis());
        }
        for (Normalization one : normalizations) {
            key = key.and(one.name())
                    .and(one.output())
                    .and(one.consumers().toString())
                    .and(one.obstacles().toString());
        }
        return key;
    }

    /** The layer of a name. */
    public Optional<QuantizableLayer> layer(String name) {
        return layers.stream().filter(l -> l.name().equals(name)).findFirst();
    }

    /** The layer normalisation that makes a value, or null. */
    public @Nullable Normalization normalization(String output) {
        return normalizations.stream()
                .filter(n -> n.output().equals(output))
                .findFirst()
                .orElse(null);
    }

    /** The number of weights of all layers. */
    public long parameters() {
        return layers.stream().mapToLong(QuantizableLayer::parameters).sum();
    }

    /** Multiplications of all layers for one example. */
    public long multiplyAccumulates() {
        return layers.stream().mapToLong(QuantizableLayer::multiplyAccumulates).sum();
    }
}
