package dev.whence.quantize.model;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Interpreter;
import dev.whence.graph.Network;
import dev.whence.graph.Node;
import dev.whence.graph.Slot;
import dev.whence.graph.Trace;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds the layers of a network. */
final class Recognition {
    private static final Set<String> QUANTIZED = Set.of(
            "QuantizeLinear",
            "DequantizeLinear",
            "DynamicQuantizeLinear",
            "QLinearConv",
            "QLinearMatMul",
            "QGemm",
            "QAttention",
            "ConvInteger",
            "MatMulInteger",
            "MatMulNBits",
            "MatMulBnb4",
            "DequantizeBFP");

    private final Wiring wiring;
    private final Notes notes = new Notes();
    private final Moves moves;
    private final Products products;
    private final Map<String, long[]> shapes;
    private final Map<String, String> gelus;
    private final Map<String, Normalization> normalizations;
    private final List<Attention> attentions;
    private final Roles roles;
    private final long examples;

    private Recognition(Network network, Map<String, NdArray> example) {
        requireFloat(network);
        wiring = new Wiring(network);
        moves = new Moves(wiring);
        products = Products.of(wiring, notes);
        shapes = shapes(network, example);
        examples = example.values().stream()
                .filter(a -> a.rank() > 0)
                .mapToLong(a -> a.dimension(0))
                .max()
                .orElse(1);
        gelus = GeluFinder.find(wiring);
        normalizations = NormalizationFinder.find(wiring, shapes, notes);
        attentions = new AttentionFinder(wiring, moves, products, normalizations, notes).find();
        roles = new Roles(wiring, moves, products, gelus, normalizations, shapes, attentions);
        LeftAlone.note(wiring, products, notes);
    }

    static QuantizableModel of(Network network, Map<String, NdArray> example) {
        return new Recognition(network, example).model();
    }

    private static void requireFloat(Network network) {
        for (Node node : network.graph().nodes()) {
            if (QUANTIZED.contains(node.operator())) {
                throw new WhenceException(
                        ErrorCode.INPUT_INVALID,
                        "Model '" + network.graph().name() + "' is quantized already: node '" + node.name() + "' is "
                                + node.operatorText() + ". Give the model of real numbers that it was made from.");
            }
        }
    }

    // ---- shapes ------------------------------------------------------------------------------------------------

    private Map<String, long[]> shapes(Network network, Map<String, NdArray> example) {
        Set<String> wanted = new LinkedHashSet<>();
        for (Node node : wiring.graph().nodes()) {
            boolean isWanted = products.of(node) != null
                    || moves.isMove(node)
                    || Wiring.is(node, "LayerNormalization", "SkipLayerNormalization", "Add", "Mul", "Concat", "Pad");
            if (isWanted && wiring.isData(node.outputs().getFirst())) {
                wanted.addAll(node.inputs());
                wanted.addAll(node.outputs());
            }
        }
        wanted.removeIf(v -> !wiring.isData(v) || wiring.maker(v) == null);
        Map<String, long[]> out = new HashMap<>();
        try (TensorScope scope = TensorScope.open()) {
            Map<String, Tensor> feeds = new LinkedHashMap<>();
            example.forEach((name, array) -> {
                feeds.put(name, Tensor.of(array));
                out.put(name, array.shape());
            });
            Trace trace = network.run(feeds, Set.of(), wanted, Interpreter.Retention.NOTHING);
            for (String value : wanted) {
                if (trace.variable(value) instanceof Slot slot) {
                    out.put(value, slot.shape());
                }
            }
        }
        return out;
    }

    // ---- the model ---------------------------------------------------------------------------------------------

    private QuantizableModel model() {
        Map<Product, String> names = names();
        List<QuantizableLayer> layers = new ArrayList<>();
        for (Product product : products.all()) {
            layers.add(layer(product, Objects.requireNonNull(names.get(product))));
        }
        List<Normalization> sites = new ArrayList<>();
        normalizations.values().forEach(site -> sites.add(consumed(site, names)));
        return new QuantizableModel(wiring.graph(), layers, sites, notes.all());
    }

    private Map<Product, String> names() {
        LayerNames naming = new LayerNames(products.all());
        Map<Product, String> out = new HashMap<>();
        for (Product product : products.all()) {
            if (product.weight() != null) {
                out.put(product, naming.ofWeighted(product));
            }
        }
        for (int block = 0; block < attentions.size(); block++) {
            Attention attention = attentions.get(block);
            String near = attention.after().isEmpty()
                    ? null
                    : out.get(attention.after().getFirst());
            out.put(attention.first(), naming.ofProduct(attention.first(), "matmul1", block, near));
            out.put(attention.second(), naming.ofProduct(attention.second(), "matmul2", block, near));
        }
        products.all().forEach(p -> out.computeIfAbsent(p, naming::ofOther));
        return out;
    }

    private QuantizableLayer layer(Product product, String name) {
        LayerKind kind = roles.kind(product);
        ScalePlace scale = ScalePlace.NONE;
        for (Attention attention : attentions) {
            scale = attention.first().equals(product) ? attention.scale() : scale;
        }
        return new QuantizableLayer(
                name,
                kind,
                roles.block(product),
                product.node().name(),
                product.node().operator(),
                product.data().stream().map(this::operand).toList(),
                product.weight(),
                product.bias(),
                product.output(),
                multiplyAccumulates(product),
                scale,
                kind == LayerKind.PROJ || kind == LayerKind.FC2 ? channelScale(product) : null);
    }

    private Operand operand(String value) {
        String origin = moves.origin(value);
        Normalization site = normalizations.get(origin);
        if (site != null) {
            return new Operand(value, Operand.Source.LAYER_NORMALIZATION, site.name(), rank(value), elements(value));
        }
        Node maker = wiring.maker(origin);
        Operand.Source source = Operand.Source.OTHER;
        if (gelus.containsKey(origin)) {
            source = Operand.Source.GELU;
        } else if (isSoftmax(maker)) {
            source = Operand.Source.SOFTMAX;
        } else if (roles.isInput(value)) {
            source = Operand.Source.INPUT;
        }
        return new Operand(value, source, null, rank(value), elements(value));
    }

    private int rank(String value) {
        long[] shape = shapes.get(value);
        return shape == null ? 0 : shape.length;
    }

    private long elements(String value) {
        long[] shape = shapes.get(value);
        return shape == null ? 0 : NdArray.elements(shape) / examples;
    }

    private boolean isSoftmax(@Nullable Node maker) {
        if (maker != null && Wiring.is(maker, "Where")) {
            return maker.inputs().stream()
                            .filter(wiring::isData)
                            .map(i -> wiring.maker(moves.origin(i), "Softmax"))
                            .filter(Objects::nonNull)
                            .count()
                    == 1;
        }
        return maker != null && Wiring.is(maker, "Softmax");
    }

    /** A constant that multiplies each channel of a layer's output and nothing else. */
    private @Nullable String channelScale(Product product) {
        Node mul = wiring.onlyReader(product.output());
        Weight weight = product.weight();
        if (mul == null || weight == null || !Wiring.is(mul, "Mul")) {
            return null;
        }
        String value = Wiring.other(mul, product.output());
        boolean isVector = wiring.isConstant(value) && wiring.constant(value).elements() == weight.outputs();
        return isVector ? value : null;
    }

    private long multiplyAccumulates(Product product) {
        long[] out = shapes.get(product.product());
        long[] in = shapes.get(product.data().getFirst());
        if (out == null || in == null) {
            notes.add(product.node(), "the shape of its result is not known, and its multiplications are not counted");
            return 0;
        }
        Weight weight = product.weight();
        long each;
        if (weight == null) {
            each = in[in.length - 1];
        } else if (product.node().operator().equals("ConvTranspose")) {
            return NdArray.elements(in) * (weight.elements() / weight.data().shape()[0]) / examples;
        } else if (product.isConvolution()) {
            each = weight.elements() / weight.outputs();
        } else {
            each = weight.data().shape()[weight.inputAxis()];
        }
        return NdArray.elements(out) * each / examples;
    }

    private Normalization consumed(Normalization site, Map<Product, String> names) {
        ConsumerWalk.Found found = ConsumerWalk.from(site, wiring, moves, products, shapes);
        List<String> obstacles = new ArrayList<>(found.obstacles());
        for (Product layer : found.layers()) {
            if (roles.kind(layer) == LayerKind.HEAD) {
                obstacles.add("'" + names.get(layer) + "' is a head, whose input is quantized as a whole");
            }
            Weight weight = layer.weight();
            if (weight != null && weight.isShared()) {
                obstacles.add("'" + names.get(layer) + "' shares its weights with another layer");
            }
        }
        return new Normalization(
                site.name(),
                site.form(),
                site.data(),
                site.output(),
                site.gamma(),
                site.gammaData(),
                site.gammaNode(),
                site.beta(),
                site.betaData(),
                site.betaNode(),
                site.channels(),
                found.layers().stream().map(names::get).toList(),
                obstacles);
    }
}
