package dev.whence.quantize.model;

import dev.whence.core.NdArray;
import dev.whence.graph.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Follows the channels of a layer normalisation to everything that reads them. */
final class ConsumerWalk {
    private final Wiring wiring;
    private final Moves moves;
    private final Products products;
    private final Map<String, long[]> shapes;
    private final Map<String, Integer> axes = new HashMap<>();
    private final Set<Product> layers = new LinkedHashSet<>();
    private final List<String> obstacles = new ArrayList<>();

    private ConsumerWalk(Wiring wiring, Moves moves, Products products, Map<String, long[]> shapes) {
        this.wiring = wiring;
        this.moves = moves;
        this.products = products;
        this.shapes = shapes;
    }

    /**
     * What reads a normalisation.
     *
     * @param layers those with weights
     * @param obstacles why the scales cannot move into them
     */
    record Found(List<Product> layers, List<String> obstacles) {}

    static Found from(Normalization site, Wiring wiring, Moves moves, Products products, Map<String, long[]> shapes) {
        ConsumerWalk walk = new ConsumerWalk(wiring, moves, products, shapes);
        walk.run(site);
        return new Found(List.copyOf(walk.layers), List.copyOf(walk.obstacles));
    }

    private void run(Normalization site) {
        long[] shape = shapes.get(site.output());
        if (shape == null) {
            obstacles.add("its shape is not known");
            return;
        }
        reach(site.output(), shape.length - 1);
        for (Node node : wiring.graph().nodes()) {
            boolean reads = node.reads().stream().anyMatch(axes::containsKey);
            if (reads && !wiring.readsShapeOnly(node)) {
                follow(node);
            }
        }
        if (layers.isEmpty() && obstacles.isEmpty()) {
            obstacles.add("no weights read it");
        }
        if (site.form() == Normalization.Form.PRIMITIVE && site.beta() == null) {
            obstacles.add("it adds no constant to which a shift could be given");
        }
    }

    private void reach(String value, int axis) {
        axes.put(value, axis);
        if (wiring.isOutput(value)) {
            obstacles.add("'" + value + "' is an output of the network");
        }
    }

    private void follow(Node node) {
        Product product = products.of(node);
        if (product != null) {
            if (isDenseOverChannels(product)) {
                layers.add(product);
            } else {
                also(node);
            }
            return;
        }
        boolean isJoined = Wiring.is(node, "Concat") && axes.keySet().containsAll(node.inputs());
        if (!isJoined && !(moves.isMove(node) && axes.containsKey(node.inputs().getFirst()))) {
            also(node);
            return;
        }
        int axis = Objects.requireNonNull(axes.get(node.inputs().getFirst()));
        for (String out : node.outputs()) {
            int after = out.isEmpty() ? axis : axisAfter(node, axis, out);
            if (after < 0) {
                also(node);
                return;
            }
            if (!out.isEmpty()) {
                reach(out, after);
            }
        }
    }

    private void also(Node node) {
        obstacles.add("node '" + node.name() + "' (" + node.operator() + ") reads it too");
    }

    /** Whether a dense layer adds up over the channels, with weights of two axes on its right. */
    private boolean isDenseOverChannels(Product product) {
        String data = product.data().getFirst();
        Integer axis = axes.get(data);
        Weight weight = product.weight();
        if (!product.isDense()
                || axis == null
                || weight == null
                || weight.data().shape().length != 2) {
            return false;
        }
        boolean isLast = axis == Objects.requireNonNull(shapes.get(data)).length - 1;
        boolean isRight = product.node().inputs().getFirst().equals(data);
        return isLast && isRight && product.node().attributes().integer("transA", 0) == 0;
    }

    /** Where the channels are behind a move, or -1 where they are not together or not in order any more. */
    private int axisAfter(Node node, int axis, String out) {
        long[] in = shapes.get(node.inputs().getFirst());
        long[] to = shapes.get(out);
        if (in == null || to == null) {
            return -1;
        }
        return switch (node.operator()) {
            case "Transpose" -> transposed(node, axis, in.length);
            case "Gather" -> gathered(node, axis, in.length, to.length);
            case "Concat", "Split" -> normal(node.attributes().integer("axis", 0), in.length) == axis ? -1 : axis;
            case "Slice" -> in[axis] == to[axis] && isForward(node) ? axis : -1;
            case "Identity", "Cast", "Dropout", "Pad" -> axis;
            case "Expand" -> to.length - in.length + axis;
            case "Reshape", "Flatten", "Squeeze", "Unsqueeze" -> reshaped(in, axis, to);
            default -> -1;
        };
    }

    private static int normal(long axis, int rank) {
        return (int) (axis < 0 ? axis + rank : axis);
    }

    private static int transposed(Node node, int axis, int rank) {
        if (!node.attributes().has("perm")) {
            return rank - 1 - axis;
        }
        long[] perm = node.attributes().integers("perm");
        for (int i = 0; i < perm.length; i++) {
            if (perm[i] == axis) {
                return i;
            }
        }
        return -1;
    }

    private static int gathered(Node node, int axis, int rank, int newRank) {
        int along = normal(node.attributes().integer("axis", 0), rank);
        if (along == axis) {
            return -1;
        }
        return along < axis ? axis + newRank - rank : axis;
    }

    /** Whether a slice runs in the order of the axis, as far as is known. */
    private boolean isForward(Node node) {
        if (!node.hasInput(4)) {
            return true;
        }
        String steps = node.inputs().get(4);
        return wiring.isConstant(steps)
                && Arrays.stream(wiring.constant(steps).toNdArray().toDoubles()).allMatch(step -> step > 0);
    }

    private static int reshaped(long[] in, int axis, long[] to) {
        long before = NdArray.elements(Arrays.copyOf(in, axis));
        for (int i = 0; i < to.length; i++) {
            if (to[i] == in[axis] && NdArray.elements(Arrays.copyOf(to, i)) == before) {
                return i;
            }
        }
        return -1;
    }
}
