package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attributes;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Decision trees as {@code TreeEnsemble} lays them out: nodes with a feature, a comparison and two ways, each to a node or a
 * leaf; leaves with a target and a weight.
 */
final class DecisionTrees {
    private static final int MEMBER = 6;

    private final long[] roots;
    private final long[] features;
    private final long[] modes;
    private final double[] splits;
    private final long[][] ways;
    private final long[][] endsInLeaf;
    private final long[] missingGoesOn;
    private final long[] leafTargets;
    private final double[] leafWeights;
    private final List<Set<Double>> members;
    private final int targets;
    private final int aggregate;
    private final int transform;

    private DecisionTrees(Attributes at) {
        roots = at.integers("tree_roots");
        features = at.integers("nodes_featureids");
        modes = at.tensor("nodes_modes").toNdArray().toLongs();
        splits = at.tensor("nodes_splits").toNdArray().toDoubles();
        ways = new long[][] {at.integers("nodes_falsenodeids"), at.integers("nodes_truenodeids")};
        endsInLeaf = new long[][] {at.integers("nodes_falseleafs"), at.integers("nodes_trueleafs")};
        missingGoesOn = at.integers("nodes_missing_value_tracks_true", new long[features.length]);
        leafTargets = at.integers("leaf_targetids");
        leafWeights = at.tensor("leaf_weights").toNdArray().toDoubles();
        targets = Math.toIntExact(at.integer("n_targets"));
        aggregate = (int) at.integer("aggregate_function", 1);
        transform = (int) at.integer("post_transform", 0);
        members = members(at);
    }

    /**
     * Reads trees.
     *
     * @throws WhenceException {@link ErrorCode#MODEL_INVALID} if lists differ in length or point nowhere
     */
    static DecisionTrees of(Attributes at) {
        DecisionTrees trees = new DecisionTrees(at);
        trees.check();
        return trees;
    }

    /** The sets of the nodes that ask for membership, in the order of these nodes; NaN ends each. */
    private List<Set<Double>> members(Attributes at) {
        double[] values = at.has("membership_values")
                ? at.tensor("membership_values").toNdArray().toDoubles()
                : new double[0];
        java.util.ArrayList<Set<Double>> out = new java.util.ArrayList<>();
        int next = 0;
        for (long mode : modes) {
            Set<Double> set = new HashSet<>();
            if (mode == MEMBER) {
                while (next < values.length && !Double.isNaN(values[next])) {
                    set.add(values[next++]);
                }
                next++;
            }
            out.add(set);
        }
        return out;
    }

    private void check() {
        int n = features.length;
        boolean sound = modes.length == n
                && splits.length == n
                && missingGoesOn.length == n
                && leafTargets.length == leafWeights.length
                && targets > 0
                && targets <= 1 << 20
                && Arrays.stream(roots).allMatch(r -> r >= 0 && r < n)
                && Arrays.stream(leafTargets).allMatch(t -> t >= 0 && t < targets);
        for (int way = 0; way < 2 && sound; way++) {
            sound = ways[way].length == n && endsInLeaf[way].length == n;
            for (int i = 0; i < n && sound; i++) {
                long end = endsInLeaf[way][i] != 0 ? leafWeights.length : n;
                sound = ways[way][i] >= 0 && ways[way][i] < end;
            }
        }
        if (!sound) {
            throw new WhenceException(ErrorCode.MODEL_INVALID, "the lists of nodes and leaves do not fit each other");
        }
    }

    /** The targets of each row: [N, features] to [N, targets], in the same type. */
    NdArray evaluate(NdArray x) {
        if (x.rank() != 2 || Arrays.stream(features).anyMatch(f -> f < 0 || f >= x.dimension(1))) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "the trees ask for feature " + Arrays.stream(features).max().orElse(0)
                            + ", but the input has shape " + Arrays.toString(x.shape()));
        }
        int rows = (int) x.dimension(0);
        double[] out = new double[Sizes.inJava(rows, targets)];
        for (int row = 0; row < rows; row++) {
            double[] sums = row(x, row);
            System.arraycopy(transformed(sums), 0, out, row * targets, targets);
        }
        if (x.type() == NdArray.Type.FLOAT64) {
            return NdArray.of(out, rows, targets);
        }
        float[] narrow = new float[out.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) out[i];
        }
        return x.type() == NdArray.Type.FLOAT32
                ? NdArray.of(narrow, rows, targets)
                : NdArray.ofHalves(x.type(), narrow, rows, targets);
    }

    private double[] row(NdArray x, int row) {
        double[] out = new double[targets];
        boolean[] reached = new boolean[targets];
        for (long root : roots) {
            int leaf = leaf(x, row * (int) x.dimension(1), (int) root);
            int target = (int) leafTargets[leaf];
            double weight = leafWeights[leaf];
            out[target] = !reached[target]
                    ? weight
                    : switch (aggregate) {
                        case 2 -> Math.min(out[target], weight);
                        case 3 -> Math.max(out[target], weight);
                        default -> out[target] + weight;
                    };
            reached[target] = true;
        }
        if (aggregate == 0) {
            for (int t = 0; t < targets; t++) {
                out[t] /= roots.length;
            }
        }
        return out;
    }

    private int leaf(NdArray x, int start, int root) {
        int node = root;
        for (int steps = 0; steps <= features.length; steps++) {
            double value = x.getDouble(start + (int) features[node]);
            int way = goes(node, value) ? 1 : 0;
            if (endsInLeaf[way][node] != 0) {
                return (int) ways[way][node];
            }
            node = (int) ways[way][node];
        }
        throw new WhenceException(ErrorCode.MODEL_INVALID, "a tree goes round in a circle");
    }

    private boolean goes(int node, double value) {
        if (Double.isNaN(value) && missingGoesOn[node] != 0) {
            return true;
        }
        double split = splits[node];
        return switch ((int) modes[node]) {
            case 0 -> value <= split;
            case 1 -> value < split;
            case 2 -> value >= split;
            case 3 -> value > split;
            case 4 -> value == split;
            case 5 -> value != split;
            case MEMBER -> members.get(node).contains(value);
            default ->
                throw new WhenceException(
                        ErrorCode.MODEL_INVALID, "a node compares in mode " + modes[node] + "; 0 to 6 exist");
        };
    }

    private double[] transformed(double[] y) {
        return switch (transform) {
            case 0 -> y;
            case 1, 3 -> softmax(y, transform == 3);
            case 2 -> Arrays.stream(y).map(v -> 1 / (1 + Math.exp(-v))).toArray();
            default ->
                throw new WhenceException(
                        ErrorCode.OPERATOR_UNSUPPORTED,
                        "attribute 'post_transform' " + transform + " is not supported");
        };
    }

    private static double[] softmax(double[] y, boolean keepsZeros) {
        double top = Arrays.stream(y).max().orElse(0);
        double[] e = Arrays.stream(y)
                .map(v -> keepsZeros && v == 0 ? 0 : Math.exp(v - top))
                .toArray();
        double sum = Arrays.stream(e).sum();
        return Arrays.stream(e).map(v -> v / sum).toArray();
    }
}
