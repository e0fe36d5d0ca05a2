package dev.whence.quantize.model;

import dev.whence.graph.Node;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which part every product plays. */
final class Roles {
    private static final String[] ACTIVATIONS = {
        "Relu",
        "LeakyRelu",
        "PRelu",
        "Elu",
        "Selu",
        "Celu",
        "Tanh",
        "Sigmoid",
        "HardSigmoid",
        "HardSwish",
        "Softplus",
        "Mish",
        "Clip",
        "ThresholdedRelu",
        "Swish",
        "QuickGelu"
    };

    private static final String[] TO_OUTPUT = {
        "Add", "Sub", "Mul", "Div", "Sum", "Mean", "Softmax", "LogSoftmax", "Sigmoid", "Tanh", "Concat"
    };

    private final Wiring wiring;
    private final Moves moves;
    private final Products products;
    private final Map<String, String> gelus;
    private final Map<String, Normalization> normalizations;
    private final Map<String, long[]> shapes;
    private final List<Attention> attentions;
    private final Map<Product, LayerKind> kinds = new HashMap<>();
    private final Map<Product, Integer> blocks = new HashMap<>();

    Roles(
            Wiring wiring,
            Moves moves,
            Products products,
            Map<String, String> gelus,
            Map<String, Normalization> normalizations,
            Map<String, long[]> shapes,
            List<Attention> attentions) {
        this.wiring = wiring;
        this.moves = moves;
        this.products = products;
        this.gelus = gelus;
        this.normalizations = normalizations;
        this.shapes = shapes;
        this.attentions = attentions;
        for (int block = 0; block < attentions.size(); block++) {
            attention(attentions.get(block), block);
        }
        products.all().stream().filter(Product::isDense).forEach(this::feedForward);
        products.all().forEach(this::rest);
    }

    LayerKind kind(Product product) {
        return kinds.getOrDefault(product, LayerKind.LINEAR);
    }

    /** The place of the product's attention block, or -1. */
    int block(Product product) {
        return blocks.getOrDefault(product, -1);
    }

    private void put(Product product, LayerKind kind, int block) {
        if (kinds.putIfAbsent(product, kind) == null && block >= 0) {
            blocks.put(product, block);
        }
    }

    private void attention(Attention attention, int block) {
        put(attention.first(), LayerKind.MATMUL1, block);
        put(attention.second(), LayerKind.MATMUL2, block);
        for (Product p : attention.projections()) {
            if (p.isDense()) {
                put(p, LayerKind.QKV, block);
            }
        }
        for (Product p : attention.after()) {
            if (p.isDense()) {
                put(p, LayerKind.PROJ, block);
            }
        }
    }

    // ---- feed-forward blocks -----------------------------------------------------------------------------------

    private void feedForward(Product second) {
        if (kinds.containsKey(second)) {
            return;
        }
        Set<Product> first = new LinkedHashSet<>();
        String made = moves.origin(second.data().getFirst());
        boolean isFound = activated(made, first) || gated(made, first);
        boolean isFree =
                first.stream().allMatch(p -> p.isDense() && kinds.getOrDefault(p, LayerKind.FC1) == LayerKind.FC1);
        boolean isOfTokens =
                attentions.isEmpty() ? gelus.containsKey(made) : rank(second) > 2 || gelus.containsKey(made);
        if (isFound && isFree && isOfTokens) {
            int block = blockBefore(second);
            first.forEach(p -> put(p, LayerKind.FC1, block));
            put(second, LayerKind.FC2, block);
        }
    }

    private int rank(Product product) {
        long[] shape = shapes.get(product.data().getFirst());
        return shape == null ? 0 : shape.length;
    }

    /** Whether a value is an activation of what a dense layer makes; the layer is added. */
    private boolean activated(String value, Set<Product> layers) {
        String argument = argument(value);
        Product layer = argument == null ? null : products.making(moves.origin(argument));
        return layer != null && layer.weight() != null && layers.add(layer);
    }

    private @Nullable String argument(String value) {
        String gelu = gelus.get(value);
        if (gelu != null) {
            return gelu;
        }
        Node node = wiring.maker(value);
        if (node == null) {
            return null;
        }
        boolean isElementwise = Wiring.is(node, ACTIVATIONS) || node.operator().equals("QuickGelu");
        return isElementwise ? node.inputs().getFirst() : swish(node);
    }

    /** The x of x sigmoid(c x), or null. */
    private @Nullable String swish(Node node) {
        if (!Wiring.is(node, "Mul")) {
            return null;
        }
        for (String x : node.inputs()) {
            Node sigmoid = wiring.maker(Wiring.other(node, x), "Sigmoid", "HardSigmoid", "Tanh");
            String inside = sigmoid == null ? null : sigmoid.inputs().getFirst();
            Node scaled = inside == null ? null : wiring.maker(inside, "Mul", "Softplus");
            if (inside != null
                    && (inside.equals(x) || (scaled != null && scaled.inputs().contains(x)))) {
                return x;
            }
        }
        return null;
    }

    /** Whether a value is an activated dense layer times another dense layer; both are added. */
    private boolean gated(String value, Set<Product> layers) {
        Node mul = wiring.maker(value, "Mul");
        if (mul == null) {
            return false;
        }
        for (String side : mul.inputs()) {
            Product plain = products.making(moves.origin(Wiring.other(mul, side)));
            if (plain != null && plain.weight() != null && activated(moves.origin(side), layers)) {
                layers.add(plain);
                return true;
            }
        }
        return false;
    }

    /** The last attention whose result is made before a product. */
    private int blockBefore(Product product) {
        int block = -1;
        for (Node node : wiring.graph().nodes()) {
            if (node.name().equals(product.node().name())) {
                return block;
            }
            for (int i = block + 1; i < attentions.size(); i++) {
                if (attentions.get(i).second().node().name().equals(node.name())) {
                    block = i;
                }
            }
        }
        return block;
    }

    // ---- everything else ---------------------------------------------------------------------------------------

    private void rest(Product product) {
        if (product.weight() == null) {
            put(product, LayerKind.MATMUL, -1);
        } else if (product.isConvolution()) {
            put(product, isPatchEmbedding(product) ? LayerKind.PATCH_EMBED : LayerKind.CONVOLUTION, -1);
        } else if (isReduction(product)) {
            put(product, LayerKind.REDUCTION, -1);
        } else {
            put(product, reachesOutput(product) ? LayerKind.HEAD : LayerKind.LINEAR, -1);
        }
    }

    /** A convolution over the input whose windows do not overlap, before attention. */
    private boolean isPatchEmbedding(Product product) {
        Weight weight = Objects.requireNonNull(product.weight());
        long[] kernel = weight.data().shape();
        if (attentions.isEmpty()
                || !isInput(product.data().getFirst())
                || !product.node().attributes().has("strides")) {
            return false;
        }
        long[] strides = product.node().attributes().integers("strides");
        for (int i = 0; i < strides.length; i++) {
            if (strides[i] != kernel[i + 2] || strides[i] < 2) {
                return false;
            }
        }
        return true;
    }

    /** Whether a value is an input of the network, scaled and shifted by constants at most. */
    boolean isInput(String value) {
        String at = moves.origin(value);
        while (!wiring.isInput(at)) {
            Node node = wiring.maker(at, "Add", "Sub", "Mul", "Div");
            String before = node == null ? null : wiring.onlyData(node).orElse(null);
            if (before == null) {
                return false;
            }
            at = moves.origin(before);
        }
        return true;
    }

    /** Whether a dense layer reads several neighbours' channels side by side, behind a layer normalisation or not. */
    private boolean isReduction(Product product) {
        if (attentions.isEmpty() || rank(product) < 3) {
            return false;
        }
        Normalization norm = normalizations.get(moves.origin(product.data().getFirst()));
        String merged = norm == null ? product.data().getFirst() : norm.data();
        String before = patches(merged);
        long[] from = before == null ? null : shapes.get(before);
        long[] to = shapes.get(merged);
        return from != null && to != null && to[to.length - 1] == 4 * from[from.length - 1];
    }

    /** The value of which a value is put together, or null if it is of several or of itself. */
    private @Nullable String patches(String value) {
        String origin = moves.origin(value);
        return origin.equals(value) ? null : origin;
    }

    /** Whether the result is the network's, but for sums, constants and a last activation. */
    private boolean reachesOutput(Product product) {
        Set<String> seen = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(product.output()));
        while (!open.isEmpty()) {
            String value = open.pop();
            if (moves.carriers(value).stream().anyMatch(wiring::isOutput)) {
                return true;
            }
            for (Node end : moves.ends(value)) {
                if (Wiring.is(end, TO_OUTPUT) && products.of(end) == null && seen.add(end.name())) {
                    open.add(end.outputs().getFirst());
                }
            }
        }
        return false;
    }
}
