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
        if (wiring.isData(node.inputs().get(1))) {
            notes.add(node, "its weights are on the left, which is not supported, and it stays as it is");
            return null;
        }
        Constant constant = matrix(node, node.inputs().get(1), notes);
        if (constant == null) {
            return null;
        }
        if (constant.shape().length > 2) {
            notes.add(node, "its weights are " + constant + ", several matrices in one, and it stays as it is");
            return null;
        }
        Weight weight = weight(node.inputs().get(1), constant, 1, 0);
        Node add = wiring.onlyReader(node.outputs().getFirst());
        Bias bias = add == null ? null : bias(add, node.outputs().getFirst(), weight);
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
        return isVector(constant, weight) ? new Bias(value, constant, add.name()) : null;
    }

    /** Whether a constant has one number for each output, along the last axis. */
    private static boolean isVector(Constant constant, Weight weight) {
        long[] shape = constant.shape();
        return shape.length > 0
                && shape[shape.length - 1] == weight.outputs()
                && constant.elements() == weight.outputs();
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
        String reason = gemmReason(node, weight);
        if (reason != null) {
            notes.add(node, reason + ", and it stays as it is");
            return null;
        }
        return new Product(
                node, List.of(a), weight, ownBias(node), node.outputs().getFirst());
    }

    /** What a Gemm does beside multiplying by a matrix and adding a vector, or null. */
    private @Nullable String gemmReason(Node node, Weight weight) {
        double alpha = node.attributes().real("alpha", 1);
        if (node.attributes().integer("transA", 0) != 0) {
            return "it turns what it reads (transA)";
        }
        if (alpha != 1) {
            return "it scales its product (alpha is " + alpha + ")";
        }
        if (!node.hasInput(2)) {
            return null;
        }
        double beta = node.attributes().real("beta", 1);
        if (beta != 1) {
            return "it scales what it adds (beta is " + beta + ")";
        }
        String added = node.inputs().get(2);
        if (!wiring.isConstant(added)) {
            return "what it adds is computed while the network runs";
        }
        Constant constant = wiring.constant(added);
        return isVector(constant, weight) ? null : "what it adds is " + constant + ", not one number for each output";
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
        boolean isGrouped = node.attributes().integer("group", 1) > 1;
        String reason = null;
        if (node.hasInput(2) && !wiring.isConstant(node.inputs().get(2))) {
            reason = "what it adds is computed while the network runs";
        } else if (outputAxis == 1 && isGrouped) {
            reason = "it is a transposed convolution in groups";
        }
        if (reason != null) {
            notes.add(node, reason + ", and it stays as it is");
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
