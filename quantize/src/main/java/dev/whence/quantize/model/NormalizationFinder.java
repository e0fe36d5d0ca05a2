package dev.whence.quantize.model;

import dev.whence.graph.Constant;
import dev.whence.graph.Node;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds layer normalisations over the last axis, as one operator and as many. */
final class NormalizationFinder {
    private final Wiring wiring;
    private final Map<String, long[]> shapes;
    private final Notes notes;
    private final Map<String, Normalization> byOutput = new LinkedHashMap<>();

    private NormalizationFinder(Wiring wiring, Map<String, long[]> shapes, Notes notes) {
        this.wiring = wiring;
        this.shapes = shapes;
        this.notes = notes;
    }

    /** Every site by the value it makes; consumers and obstacles are still empty. */
    static Map<String, Normalization> find(Wiring wiring, Map<String, long[]> shapes, Notes notes) {
        NormalizationFinder finder = new NormalizationFinder(wiring, shapes, notes);
        for (Node node : wiring.graph().nodes()) {
            if (Wiring.is(node, "LayerNormalization")) {
                finder.fused(node, node.inputs().getFirst(), 1);
            } else if (node.domain().equals("com.microsoft") && node.operator().equals("SkipLayerNormalization")) {
                finder.fused(node, node.inputs().getFirst(), 2);
            } else if (node.operator().contains("RMSNormalization")
                    || node.operator().contains("SimplifiedLayerNormalization")) {
                finder.noteRootMeanSquare(node);
            } else if (Wiring.is(node, "Sqrt")) {
                finder.primitive(node);
            }
        }
        return finder.byOutput;
    }

    private void noteRootMeanSquare(Node node) {
        notes.add(
                node, "normalises by the root mean square and has no shift, so its scales are not moved into weights");
    }

    private void fused(Node node, String data, int gamma) {
        int rank = rank(data);
        long axis = node.attributes().integer("axis", -1);
        if (axis != -1 && axis != rank - 1) {
            notes.add(node, "normalises over more than the last axis, so its scales are not moved into weights");
            return;
        }
        String scale = node.inputs().get(gamma);
        if (!wiring.isConstant(scale)) {
            notes.add(node, "its scales are no constants, so they are not moved into weights");
            return;
        }
        boolean hasBeta = node.hasInput(gamma + 1);
        if (hasBeta && !wiring.isConstant(node.inputs().get(gamma + 1))) {
            notes.add(node, "its shifts are no constants, so its scales are not moved into weights");
            return;
        }
        add(
                Normalization.Form.FUSED,
                data,
                node.outputs().getFirst(),
                scale,
                node,
                hasBeta ? node.inputs().get(gamma + 1) : null,
                node);
    }

    private int rank(String value) {
        long[] shape = shapes.get(value);
        return shape == null ? -1 : shape.length;
    }

    private void add(
            Normalization.Form form,
            String data,
            String output,
            String gamma,
            Node gammaNode,
            @Nullable String beta,
            Node betaNode) {
        Constant constant = wiring.constant(gamma);
        byOutput.put(
                output,
                new Normalization(
                        LayerNames.ofNormalization(betaNode, gamma),
                        form,
                        data,
                        output,
                        gamma,
                        constant,
                        gammaNode.name(),
                        beta,
                        beta == null ? null : wiring.constant(beta),
                        betaNode.name(),
                        constant.elements(),
                        List.of(),
                        List.of()));
    }

    // ---- many operators ----------------------------------------------------------------------------------------

    /** Looks at the root of a variance: sqrt(mean(d^2) + epsilon) with d = x - mean(x). */
    private void primitive(Node root) {
        Node add = maker(root.inputs().getFirst(), "Add");
        if (add == null) {
            return;
        }
        String variance = wiring.onlyData(add).orElse("");
        Node mean = maker(variance, "ReduceMean");
        String squared = mean == null ? null : squared(mean.inputs().getFirst());
        if (mean == null || squared == null || !isOverLastAxis(mean)) {
            return;
        }
        Node difference = maker(squared, "Sub");
        if (difference == null || !isCentred(difference)) {
            noteRootMeanSquare(root);
            return;
        }
        String quotient = quotient(root, difference);
        if (quotient == null) {
            return;
        }
        affine(root, difference.inputs().getFirst(), quotient);
    }

    /** What a value is the square of, or null. */
    private @Nullable String squared(String value) {
        Node node = maker(value, "Pow", "Mul");
        if (node == null) {
            return null;
        }
        boolean isSquare = node.operator().equals("Pow")
                ? wiring.isNumber(node.inputs().get(1), 2)
                : node.inputs().getFirst().equals(node.inputs().get(1));
        return isSquare ? through(node.inputs().getFirst()) : null;
    }

    /** Whether a difference takes its first side's mean off it. */
    private boolean isCentred(Node difference) {
        Node mean = maker(difference.inputs().get(1), "ReduceMean");
        return mean != null
                && through(mean.inputs().getFirst())
                        .equals(through(difference.inputs().getFirst()))
                && isOverLastAxis(mean);
    }

    private boolean isOverLastAxis(Node mean) {
        int rank = rank(mean.inputs().getFirst());
        long[] axes = mean.attributes().has("axes")
                ? mean.attributes().integers("axes")
                : mean.hasInput(1) && wiring.isConstant(mean.inputs().get(1))
                        ? Arrays.stream(wiring.constant(mean.inputs().get(1))
                                        .toNdArray()
                                        .toDoubles())
                                .mapToLong(d -> (long) d)
                                .toArray()
                        : new long[0];
        return axes.length == 1
                && (axes[0] == -1 || axes[0] == rank - 1)
                && mean.attributes().integer("keepdims", 1) == 1;
    }

    /** The quotient of a difference like this one and the root, or the product with the root's reciprocal; or null. */
    private @Nullable String quotient(Node root, Node difference) {
        for (Node reader : wiring.dataReaders(root.outputs().getFirst())) {
            boolean isInverse = Wiring.is(reader, "Reciprocal")
                    || (Wiring.is(reader, "Div")
                            && wiring.isNumber(reader.inputs().getFirst(), 1));
            List<Node> places = isInverse ? wiring.dataReaders(reader.outputs().getFirst()) : List.of(reader);
            for (Node place : places) {
                if (Wiring.is(place, isInverse ? "Mul" : "Div")) {
                    String last = isInverse
                            ? reader.outputs().getFirst()
                            : root.outputs().getFirst();
                    Node other = maker(Wiring.other(place, last), "Sub");
                    boolean isSame = other != null && other.inputs().equals(difference.inputs());
                    if (isSame || (other != null && isCentredLike(other, difference))) {
                        return place.outputs().getFirst();
                    }
                }
            }
        }
        return null;
    }

    private boolean isCentredLike(Node other, Node difference) {
        return isCentred(other)
                && through(other.inputs().getFirst())
                        .equals(through(difference.inputs().getFirst()));
    }

    private void affine(Node root, String data, String quotient) {
        String value = quotient;
        Node mul = wiring.onlyReader(value);
        while (mul != null && Wiring.is(mul, "Cast", "Identity")) {
            value = mul.outputs().getFirst();
            mul = wiring.onlyReader(value);
        }
        String gamma = mul == null || !Wiring.is(mul, "Mul") ? "" : Wiring.other(mul, value);
        if (mul == null || !wiring.isConstant(gamma) || !isVector(gamma, data)) {
            notes.add(
                    root, "is part of a layer normalisation without constant scales, which are not moved into weights");
            return;
        }
        String product = mul.outputs().getFirst();
        Node sum = wiring.onlyReader(product);
        String beta = sum == null || !Wiring.is(sum, "Add") ? "" : Wiring.other(sum, product);
        if (sum == null || !wiring.isConstant(beta) || !isVector(beta, data)) {
            add(Normalization.Form.PRIMITIVE, data, product, gamma, mul, null, mul);
        } else {
            add(Normalization.Form.PRIMITIVE, data, sum.outputs().getFirst(), gamma, mul, beta, sum);
        }
    }

    private boolean isVector(String value, String data) {
        long[] shape = shapes.get(data);
        return shape != null && wiring.constant(value).elements() == shape[shape.length - 1];
    }

    /** The node behind a value and casts, if it is one of these. */
    private @Nullable Node maker(String value, String... operators) {
        return wiring.maker(through(value), operators);
    }

    private String through(String value) {
        String at = value;
        for (Node node = wiring.maker(at, "Cast", "Identity");
                node != null;
                node = wiring.maker(at, "Cast", "Identity")) {
            at = node.inputs().getFirst();
        }
        return at;
    }
}
