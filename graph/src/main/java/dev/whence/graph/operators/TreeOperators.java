package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attributes;
import dev.whence.graph.Call;
import dev.whence.graph.Kinds;
import dev.whence.graph.Operator;
import dev.whence.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** TreeEnsembleRegressor: decision trees in the form that names nodes by tree and number. Constant between thresholds. */
final class TreeOperators {
    private TreeOperators() {}

    /** Sums, means or extremes of decision trees. */
    static final Operator TREE_ENSEMBLE_REGRESSOR = Operator.named("ai.onnx.ml", "TreeEnsembleRegressor")
            .forward(c -> Trees.of(c.attributes()).apply(c))
            .kind(Kinds.STEPS)
            .build();

    /** How a node decides; a node that holds leaves is none of these. */
    private static final List<String> MODES =
            List.of("BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ", "LEAF");

    private static final int LEAF = 6;

    /**
     * All trees of an ensemble as one table: where {@code mode} is LEAF, {@code yes} is the first of the leaf's weights and
     * {@code no} the end of them.
     */
    private record Trees(
            int[] mode,
            int[] feature,
            double[] split,
            boolean[] missingIsTrue,
            int[] yes,
            int[] no,
            int[] roots,
            int[] target,
            double[] weight,
            double[] base,
            int targets,
            String aggregate,
            String transform) {

        static Trees of(Attributes at) {
            long[] tree = at.integers("nodes_treeids");
            long[] number = at.integers("nodes_nodeids");
            List<String> modes = at.texts("nodes_modes");
            long[] yes = at.integers("nodes_truenodeids");
            long[] no = at.integers("nodes_falsenodeids");
            int n = tree.length;
            requireLengths(n, number.length, modes.size(), yes.length, no.length);
            Map<List<Long>, Integer> places = new HashMap<>();
            Map<Long, Integer> roots = new LinkedHashMap<>();
            for (int i = 0; i < n; i++) {
                places.put(List.of(tree[i], number[i]), i);
                roots.putIfAbsent(tree[i], i);
            }
            int[] mode = modes.stream().mapToInt(MODES::indexOf).toArray();
            int[] yesTo = new int[n];
            int[] noTo = new int[n];
            Leaves leaves = Leaves.of(at, places, n);
            for (int i = 0; i < n; i++) {
                boolean isLeaf = mode[i] == LEAF;
                yesTo[i] = isLeaf ? leaves.start[i] : places.getOrDefault(List.of(tree[i], yes[i]), -1);
                noTo[i] = isLeaf ? leaves.start[i + 1] : places.getOrDefault(List.of(tree[i], no[i]), -1);
            }
            return new Trees(
                    mode,
                    ints(at.integers("nodes_featureids")),
                    at.reals("nodes_values"),
                    missing(at, n),
                    yesTo,
                    noTo,
                    roots.values().stream().mapToInt(Integer::intValue).toArray(),
                    leaves.target,
                    leaves.weight,
                    at.reals("base_values", new double[0]),
                    Math.toIntExact(at.integer("n_targets", 1)),
                    at.text("aggregate_function", "SUM"),
                    at.text("post_transform", "NONE"));
        }

        /** The weights of leaves, sorted by node: those of node i stand from start[i] to start[i + 1]. */
        private record Leaves(int[] start, int[] target, double[] weight) {
            static Leaves of(Attributes at, Map<List<Long>, Integer> places, int n) {
                long[] tree = at.integers("target_treeids");
                long[] number = at.integers("target_nodeids");
                long[] ids = at.integers("target_ids");
                double[] weights = at.reals("target_weights");
                requireLengths(tree.length, number.length, ids.length, weights.length);
                int[] node = new int[tree.length];
                int[] start = new int[n + 1];
                for (int i = 0; i < node.length; i++) {
                    node[i] = places.getOrDefault(List.of(tree[i], number[i]), -1);
                    if (node[i] < 0) {
                        throw new WhenceException(
                                ErrorCode.MODEL_INVALID,
                                "a weight belongs to node " + number[i] + ", which is missing");
                    }
                    start[node[i] + 1]++;
                }
                for (int i = 0; i < n; i++) {
                    start[i + 1] += start[i];
                }
                int[] next = start.clone();
                int[] target = new int[node.length];
                double[] weight = new double[node.length];
                for (int i = 0; i < node.length; i++) {
                    int place = next[node[i]]++;
                    target[place] = Math.toIntExact(ids[i]);
                    weight[place] = weights[i];
                }
                return new Leaves(start, target, weight);
            }
        }

        private static void requireLengths(int wanted, int... lengths) {
            if (Arrays.stream(lengths).anyMatch(l -> l != wanted)) {
                throw new WhenceException(ErrorCode.MODEL_INVALID, "the lists of its nodes differ in length");
            }
        }

        private static boolean[] missing(Attributes at, int n) {
            long[] flags = at.integers("nodes_missing_value_tracks_true", new long[n]);
            boolean[] out = new boolean[n];
            for (int i = 0; i < Math.min(n, flags.length); i++) {
                out[i] = flags[i] != 0;
            }
            return out;
        }

        private static int[] ints(long[] values) {
            return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
        }

        /** Rows {@code [N, F]} to {@code [N, targets]}. */
        Tensor apply(Call c) {
            long[] shape = c.shape(0);
            if (shape.length != 2) {
                throw new WhenceException(
                        ErrorCode.SHAPE_MISMATCH, "rows [N, F] are expected, found " + Arrays.toString(shape));
            }
            double[] x = c.in(0).toDoubles();
            int rows = Math.toIntExact(shape[0]);
            int width = Math.toIntExact(shape[1]);
            Sizes.checked(rows, targets);
            double[] out = new double[Math.multiplyExact(rows, targets)];
            for (int r = 0; r < rows; r++) {
                row(x, r * width, width, out, r * targets);
            }
            NdArray.Type type = c.in(0).type().isFloating() ? c.in(0).type() : c.resolve(NdArray.Type.FLOAT32);
            Tensor sum = Tensor.of(NdArray.of(out, rows, targets))
                    .to(type)
                    .on(c.in(0).device());
            return switch (transform) {
                case "NONE" -> sum;
                case "LOGISTIC" -> sum.sigmoid();
                case "SOFTMAX" -> sum.softmax(-1);
                default ->
                    throw new WhenceException(
                            ErrorCode.OPERATOR_UNSUPPORTED, "post_transform '" + transform + "' is not supported");
            };
        }

        private void row(double[] x, int from, int width, double[] out, int to) {
            boolean[] seen = new boolean[targets];
            for (int root : roots) {
                int leaf = leaf(root, x, from, width);
                for (int i = yes[leaf]; i < no[leaf]; i++) {
                    int t = target[i];
                    double before = out[to + t];
                    out[to + t] = switch (aggregate) {
                        case "MIN" -> seen[t] ? Math.min(before, weight[i]) : weight[i];
                        case "MAX" -> seen[t] ? Math.max(before, weight[i]) : weight[i];
                        default -> before + weight[i];
                    };
                    seen[t] = true;
                }
            }
            for (int t = 0; t < targets; t++) {
                out[to + t] = (aggregate.equals("AVERAGE") ? out[to + t] / roots.length : out[to + t])
                        + (t < base.length ? base[t] : 0);
            }
        }

        private int leaf(int root, double[] x, int from, int width) {
            int at = root;
            for (int depth = 0; mode[at] != LEAF; depth++) {
                if (depth > mode.length || feature[at] >= width || mode[at] < 0) {
                    throw new WhenceException(
                            ErrorCode.MODEL_INVALID,
                            "node " + at + " of its trees runs in a circle, has no known mode or reads column "
                                    + feature[at] + " of " + width);
                }
                at = decides(at, x[from + feature[at]]) ? yes[at] : no[at];
            }
            return at;
        }

        private boolean decides(int node, double value) {
            if (Double.isNaN(value)) {
                return missingIsTrue[node];
            }
            double limit = split[node];
            return switch (mode[node]) {
                case 0 -> value <= limit;
                case 1 -> value < limit;
                case 2 -> value >= limit;
                case 3 -> value > limit;
                case 4 -> value == limit;
                default -> value != limit;
            };
        }
    }

    static final List<Operator> ALL = List.of(TREE_ENSEMBLE_REGRESSOR);
}
