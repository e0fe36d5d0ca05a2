package dev.whence.quantize.model;

import dev.whence.graph.Constant;
import dev.whence.graph.Node;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All products of a graph that can be quantized, by node and by what they make, in the order in which they run. */
final class Products {
    private final Wiring wiring;
    private final Map<String, Product> byNode = new LinkedHashMap<>();
    private final Map<String, Product> byOutput = new HashMap<>();
    private final Map<String, Integer> users = new HashMap<>();

    private Products(Wiring wiring) {
        this.wiring = wiring;
    }

    /**
     * Finds them.
     *
     * @param notes gets what is left out
     */
    static Products of(Wiring wiring, Notes notes) {
        Products out = new Products(wiring);
        for (Node node : wiring.graph().nodes()) {
            if (Wiring.is(node, "MatMul", "Gemm", "Conv", "ConvTranspose")) {
                String weight = out.weight(node);
                if (weight != null) {
                    out.users.merge(out.root(weight), 1, Integer::sum);
                }
            }
        }
        for (Node node : wiring.graph().nodes()) {
            Product product = switch (node.domain() + node.operator()) {
                case "MatMul" -> out.matrixProduct(node, notes);
                case "Gemm" -> out.gemm(node, notes);
                case "Conv" -> out.convolution(node, 0, notes);
                case "ConvTranspose" -> out.convolution(node, 1, notes);
                default -> null;
            };
            if (product != null) {
                out.byNode.put(node.name(), product);
                out.byOutput.put(product.product(), product);
                out.byOutput.put(product.output(), product);
            }
        }
        return out;
    }

    Collection<Product> all() {
        return byNode.values();
    }

    /** The product of a node, or null. */
    @Nullable
    Product of(Node node) {
        return byNode.get(node.name());
    }

    /** The product that makes a value, with its bias or without, or null. */
    @Nullable
    Product making(String value) {
        return byOutput.get(value);
    }

    /** The input that holds weights, or null. */
    private @Nullable String weight(Node node) {
        for (int i : Wiring.is(node, "Conv", "ConvTranspose") ? new int[] {1} : new int[] {1, 0}) {
            String value = node.inputs().get(i);
            if (wiring.isConstant(value) && wiring.isData(node.inputs().get(1 - i))) {
                return value;
            }
        }
        return null;
    }

    /** The constant at the beginning of a chain of nodes that give it another form. */
    private String root(String value) {
        String at = value;
        for (Node node = wiring.maker(at); node != null; node = wiring.maker(at)) {
            if (!Wiring.is(node, "Identity", "Transpose", "Cast", "Reshape")
                    || node.inputs().isEmpty()) {
                return at;
            }
            at = node.inputs().getFirst();
        }
        return at;
    }

    private @Nullable Product matrixProduct(Node node, Notes notes) {
        List<String> data = node.inputs().stream().filter(wiring::isData).toList();
        if (data.isEmpty()) {
            return null;
        }
        if (data.size() == 2) {
            return new Product(node, data, null, null, node.outputs().getFirst());
        }
        boolean isRight = data.getFirst().equals(node.inputs().getFirst());
        Constant constant = matrix(node, node.inputs().get(isRight ? 1 : 0), notes);
        if (constant == null) {
            return null;
        }
        int rank = constant.shape().length;
        Weight weight = weight(
                node.inputs().get(isRight ? 1 : 0),
                constant,
                isRight ? rank - 1 : rank - 2,
                isRight ? rank - 2 : rank - 1);
        Node add = wiring.onlyReader(node.outputs().getFirst());
        Bias bias = isRight && add != null ? bias(add, node.outputs().getFirst(), weight) : null;
        String output = bias == null || add == null
                ? node.outputs().getFirst()
                : add.outputs().getFirst();
        return new Product(node, data, weight, bias, output);
    }

    /** The bias that a sum behind a matrix product adds, or null. */
    private @Nullable Bias bias(Node add, String product, Weight weight) {
        if (!Wiring.is(add, "Add")
                || add.inputs().getFirst().equals(add.inputs().get(1))) {
            return null;
        }
        String value = Wiring.other(add, product);
        if (!wiring.isConstant(value)) {
            return null;
        }
        Constant constant = wiring.constant(value);
        long[] shape = constant.shape();
        boolean isVector = shape.length > 0
                && shape[shape.length - 1] == weight.outputs()
                && constant.elements() == weight.outputs();
        return isVector ? new Bias(value, constant, add.name()) : null;
    }

    private @Nullable Product gemm(Node node, Notes notes) {
        String a = node.inputs().getFirst();
        String b = node.inputs().get(1);
        if (wiring.isFixed(a) && wiring.isFixed(b)) {
            return null;
        }
        if (wiring.isData(a) && wiring.isData(b)) {
            notes.add(node, "it multiplies two activations as Gemm and stays as it is");
            return null;
        }
        if (wiring.isData(b)) {
            notes.add(node, "its weights are on the left, which is not supported for Gemm, and it stays as it is");
            return null;
        }
        Constant constant = matrix(node, b, notes);
        if (constant == null) {
            return null;
        }
        int output = node.attributes().integer("transB", 0) == 0 ? 1 : 0;
        Weight weight = weight(b, constant, output, 1 - output);
        return new Product(
                node, List.of(a), weight, ownBias(node), node.outputs().getFirst());
    }

    private @Nullable Product convolution(Node node, int outputAxis, Notes notes) {
        String value = node.inputs().get(1);
        if (wiring.isFixed(node.inputs().getFirst())) {
            return null;
        }
        Constant constant = matrix(node, value, notes);
        if (constant == null) {
            return null;
        }
        Weight weight = weight(value, constant, outputAxis, 1 - outputAxis);
        return new Product(
                node,
                List.of(node.inputs().getFirst()),
                weight,
                ownBias(node),
                node.outputs().getFirst());
    }

    private @Nullable Bias ownBias(Node node) {
        String value = node.hasInput(2) ? node.inputs().get(2) : "";
        return wiring.isConstant(value) ? new Bias(value, wiring.constant(value), node.name()) : null;
    }

    private Weight weight(String value, Constant constant, int outputAxis, int inputAxis) {
        return new Weight(value, constant, outputAxis, inputAxis, users.getOrDefault(root(value), 0) > 1);
    }

    /** The constant behind a value, if it holds real numbers on two axes at least. */
    private @Nullable Constant matrix(Node node, String value, Notes notes) {
        if (!wiring.isConstant(value)) {
            notes.add(node, "its weights are computed while the network runs, and it stays as it is");
            return null;
        }
        Constant constant = wiring.constant(value);
        if (constant.isText() || !constant.type().isFloating() || constant.shape().length < 2) {
            notes.add(node, "its weights are " + constant + ", not a matrix of real numbers, and it stays as it is");
            return null;
        }
        return constant;
    }
}
