package dev.whence.quantize.model;

import dev.whence.graph.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds attention around softmax: two products of activations, the dense layers before them and the one behind. */
final class AttentionFinder {
    /** Nodes of one value on the way from dense layers to products, normalisations of queries and keys included. */
    private static final String[] SHAPING = {
        "Neg", "Pow", "Sqrt", "Reciprocal", "ReduceMean", "ReduceSum", "ReduceL2", "Max", "Clip", "Abs", "Sin", "Cos"
    };

    private static final String[] COMBINING = {"Mul", "Div", "Add", "Sub", "Concat", "Where"};

    private static final String[] MASKING = {"Add", "Sub", "Where", "Max", "Min", "Clip", "Tanh"};

    /** Ways with more nodes than this are nobody's attention. */
    private static final int LONGEST_WAY = 200;

    private final Wiring wiring;
    private final Moves moves;
    private final Products products;
    private final Map<String, Normalization> normalizations;
    private final Notes notes;
    private final Map<String, Source> sources = new HashMap<>();

    AttentionFinder(
            Wiring wiring, Moves moves, Products products, Map<String, Normalization> normalizations, Notes notes) {
        this.wiring = wiring;
        this.moves = moves;
        this.products = products;
        this.normalizations = normalizations;
        this.notes = notes;
    }

    /** Every attention in the order of the graph. */
    List<Attention> find() {
        List<Attention> out = new ArrayList<>();
        for (Node node : wiring.graph().nodes()) {
            if (Wiring.is(node, "Softmax") && wiring.isData(node.inputs().getFirst())) {
                attention(node).ifPresent(out::add);
            }
        }
        return out;
    }

    private Optional<Attention> attention(Node softmax) {
        Logits logits = new Logits();
        Product first = logits.product(softmax.inputs().getFirst());
        Product second = second(softmax);
        if (first == null && second == null) {
            return Optional.empty();
        }
        if (first == null || second == null) {
            notes.add(
                    softmax,
                    first == null
                            ? "weighs values, but no product of two activations leads to it; not taken for attention"
                            : "follows a product of two activations, but weighs no values; not taken for attention");
            return Optional.empty();
        }
        Set<Product> projections = new LinkedHashSet<>();
        boolean isBefore = false;
        for (String operand : List.of(first.data().getFirst(), first.data().get(1), values(second, softmax))) {
            Source source = source(operand, 0);
            if (source.isComplete() && !source.layers().isEmpty()) {
                projections.addAll(source.layers());
            } else {
                notes.add(first.node(), "its attention gets '" + operand + "' from no dense layer of its own");
            }
            isBefore |= source.isScaled() && first.data().contains(operand);
        }
        List<Product> after = after(second);
        if (after.isEmpty()) {
            notes.add(second.node(), "no dense layer reads the result of its attention");
        }
        return Optional.of(new Attention(
                softmax, first, second, List.copyOf(projections), after, ScalePlace.of(isBefore, logits.isScaled)));
    }

    /** The product of two activations that reads the weights. */
    private @Nullable Product second(Node softmax) {
        String value = softmax.outputs().getFirst();
        Set<Node> ends = moves.ends(value);
        for (Node end : ends) {
            // A choice between the weights and a constant keeps rows that are masked as a whole from being no numbers.
            Set<Node> next = Wiring.is(end, "Where") ? moves.ends(end.outputs().getFirst()) : Set.of(end);
            for (Node node : next) {
                Product product = products.of(node);
                if (product != null && product.data().size() == 2) {
                    return product;
                }
            }
        }
        return null;
    }

    private String values(Product second, Node softmax) {
        String left = second.data().getFirst();
        boolean isLeft = moves.carriers(softmax.outputs().getFirst()).contains(left) || isChosen(left);
        return second.data().get(isLeft ? 1 : 0);
    }

    private boolean isChosen(String value) {
        return wiring.maker(moves.origin(value), "Where") != null;
    }

    private List<Product> after(Product second) {
        List<Product> out = new ArrayList<>();
        for (Node node : moves.ends(second.product())) {
            Product product = products.of(node);
            if (product != null && product.weight() != null) {
                out.add(product);
            }
        }
        return out;
    }

    /** The way from softmax back to the product: scales, masks, biases of places. */
    private final class Logits {
        private final Map<String, Optional<Product>> found = new HashMap<>();
        private boolean isScaled;

        @Nullable
        Product product(String value) {
            return product(value, 0).orElse(null);
        }

        private Optional<Product> product(String value, int depth) {
            Optional<Product> known = found.get(value);
            if (known == null) {
                known = depth > LONGEST_WAY ? Optional.empty() : search(value, depth);
                found.put(value, known);
            }
            return known;
        }

        private Optional<Product> search(String value, int depth) {
            Product here = products.making(value);
            if (here != null) {
                return Optional.of(here)
                        .filter(p -> p.weight() == null && p.data().size() == 2);
            }
            Node node = wiring.maker(value);
            if (node == null) {
                return Optional.empty();
            }
            if (moves.isMove(node)) {
                return product(node.inputs().getFirst(), depth + 1);
            }
            if (Wiring.is(node, "Mul", "Div")) {
                Optional<Product> behind = wiring.onlyData(node).flatMap(v -> product(v, depth + 1));
                isScaled |= behind.isPresent() && scales(node);
                return behind;
            }
            return Wiring.is(node, MASKING) ? onlyOne(node, depth + 1) : Optional.empty();
        }

        /** The product behind one of the inputs, if the others lead to none. */
        private Optional<Product> onlyOne(Node node, int depth) {
            List<Product> all = node.inputs().stream()
                    .filter(wiring::isData)
                    .flatMap(v -> product(v, depth).stream())
                    .toList();
            return all.size() == 1 ? Optional.of(all.getFirst()) : Optional.empty();
        }
    }

    /**
     * What one side of a product is made of.
     *
     * @param layers the products that make it
     * @param isComplete whether everything comes from dense layers and constants
     * @param isScaled whether a constant scales it on the way
     */
    private record Source(Set<Product> layers, boolean isComplete, boolean isScaled) {
        private static final Source NONE = new Source(Set.of(), true, false);
        private static final Source UNKNOWN = new Source(Set.of(), false, false);

        Source with(Source other) {
            Set<Product> both = new LinkedHashSet<>(layers);
            both.addAll(other.layers);
            return new Source(both, isComplete && other.isComplete, isScaled || other.isScaled);
        }
    }

    private Source source(String value, int depth) {
        if (wiring.isFixed(value)) {
            return Source.NONE;
        }
        Source known = sources.get(value);
        if (known == null) {
            known = depth > LONGEST_WAY ? Source.UNKNOWN : findSource(value, depth + 1);
            sources.put(value, known);
        }
        return known;
    }

    private Source findSource(String value, int depth) {
        Product here = products.making(value);
        if (here != null) {
            return new Source(Set.of(here), here.weight() != null, false);
        }
        Normalization norm = normalizations.get(value);
        if (norm != null) {
            return source(norm.data(), depth);
        }
        Node node = wiring.maker(value);
        if (node == null) {
            return Source.UNKNOWN;
        }
        boolean isAlong = moves.isMove(node)
                || Wiring.is(node, SHAPING)
                || node.operator().endsWith("Normalization");
        if (isAlong) {
            return source(node.inputs().getFirst(), depth);
        }
        return Wiring.is(node, COMBINING) ? combined(node, depth) : Source.UNKNOWN;
    }

    /** Sides that are both data must come from the same layers, else the node adds up branches. */
    private Source combined(Node node, int depth) {
        List<Source> sides = node.inputs().stream()
                .filter(wiring::isData)
                .map(v -> source(v, depth))
                .toList();
        boolean isPutTogether = Wiring.is(node, "Concat", "Where");
        Set<Product> first = sides.getFirst().layers();
        Source all = new Source(Set.of(), true, scales(node));
        for (Source side : sides) {
            if (!isPutTogether && !side.layers().equals(first)) {
                return Source.UNKNOWN;
            }
            all = all.with(side);
        }
        return all;
    }

    /** Whether a node multiplies by one constant number, or one that shapes give, other than 1. */
    private boolean scales(Node node) {
        if (!Wiring.is(node, "Mul", "Div")) {
            return false;
        }
        for (String input : node.inputs()) {
            OptionalDouble number = wiring.isFixed(input) ? number(input) : OptionalDouble.empty();
            if (number.isPresent() && number.getAsDouble() != 1) {
                return true;
            }
        }
        return false;
    }

    private OptionalDouble number(String value) {
        return wiring.isConstant(value) ? wiring.number(value) : OptionalDouble.of(0);
    }
}
