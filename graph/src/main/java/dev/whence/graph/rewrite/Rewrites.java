package dev.whence.graph.rewrite;

import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Node;
import dev.whence.graph.Precision;
import dev.whence.graph.Value;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All rewrites Whence knows, and the way to apply them. */
public final class Rewrites {
    /**
     * A rectifier spelled as a maximum.
     *
     * <pre>
     *   before:  x ─┐               after:  x ─ Relu ─ y
     *            0 ─┴ Max ─ y
     * </pre>
     */
    public static final Rewrite RELU_FROM_MAX = new Rewrite("relu-from-max", Rectifiers::fromMax);

    /**
     * A rectifier spelled as clipping below only.
     *
     * <pre>
     *   before:  x ─ Clip(min = 0, no max) ─ y     after:  x ─ Relu ─ y
     * </pre>
     */
    public static final Rewrite RELU_FROM_CLIP = new Rewrite("relu-from-clip", Rectifiers::fromClip);

    /**
     * A rectifier spelled as a choice, which would otherwise be explained with the condition as an input of its own. The two
     * differ in what they make of NaN.
     *
     * <pre>
     *   before:  x ─ Greater(0) ─┐                 after:  x ─ Relu ─ y
     *            x ──────────────┼ Where ─ y
     *            0 ──────────────┘
     * </pre>
     */
    public static final Rewrite RELU_FROM_WHERE = new Rewrite("relu-from-where", Rectifiers::fromWhere);

    /**
     * Dropout outside training does nothing.
     *
     * <pre>
     *   before:  x ─ Dropout ─ y ─ ...     after:  x ─ ...
     * </pre>
     */
    public static final Rewrite WITHOUT_DROPOUT = new Rewrite("without-dropout", Passages::dropout);

    /**
     * Identity does nothing.
     *
     * <pre>
     *   before:  x ─ Identity ─ y ─ ...     after:  x ─ ...
     * </pre>
     */
    public static final Rewrite WITHOUT_IDENTITY = new Rewrite("without-identity", Passages::identity);

    /**
     * A convolution takes the batch normalisation behind it into its weights: w' = w s and b' = (b - mean) s + shift with s =
     * scale / sqrt(variance + epsilon). Not among the {@link #STANDARD} ones, because the value between the two is gone.
     *
     * <pre>
     *   before:  x ─ Conv(w, b) ─ BatchNormalization ─ y     after:  x ─ Conv(w', b') ─ y
     * </pre>
     */
    public static final Rewrite FOLD_BATCH_NORMALIZATION =
            new Rewrite("fold-batch-normalization", Convolutions::foldNormalization);

    /**
     * A transposed convolution takes the batch normalisation behind it into its weights, as {@link #FOLD_BATCH_NORMALIZATION}
     * does for plain ones.
     */
    public static final Rewrite FOLD_INTO_TRANSPOSED = new Rewrite("fold-into-transposed", Folding::intoTransposed);

    /**
     * A dense layer takes the batch normalisation behind it into its weights.
     *
     * <pre>
     *   before:  x ─ Gemm(w, b) ─ BatchNormalization ─ y     after:  x ─ Gemm(w', b') ─ y
     * </pre>
     */
    public static final Rewrite FOLD_INTO_DENSE = new Rewrite("fold-into-dense", Folding::intoDense);

    /**
     * A convolution without padding takes the batch normalisation before it into its weights: w' = w s for each input channel
     * and b' = b + the sum of w times the shift.
     *
     * <pre>
     *   before:  x ─ BatchNormalization ─ Conv(w, b) ─ y     after:  x ─ Conv(w', b') ─ y
     * </pre>
     */
    public static final Rewrite FOLD_INTO_NEXT_CONVOLUTION =
            new Rewrite("fold-into-next-convolution", Folding::intoNextConvolution);

    /**
     * A dense layer takes the batch normalisation before it into its weights.
     *
     * <pre>
     *   before:  x ─ BatchNormalization ─ Gemm(w, b) ─ y     after:  x ─ Gemm(w', b') ─ y
     * </pre>
     */
    public static final Rewrite FOLD_INTO_NEXT_DENSE = new Rewrite("fold-into-next-dense", Folding::intoNextDense);

    /**
     * The first convolution over one-hot columns gets weights whose mean over the channels is zero: w' = w - mean w, b' = b +
     * the sum of the means. Unchanged outputs as long as every column sums to 1, so it is for inputs that are so
     * everywhere, and only convolutions without padding are changed. Shrikumar, Greenside, Shcherbina, Kundaje 2016
     * (arXiv 1605.01713) use it with a reference of zeros. Not among the {@link #STANDARD} ones.
     *
     * <pre>
     *   before:  input ─ Conv(w, b) ─ y     after:  input ─ Conv(w', b') ─ y
     * </pre>
     */
    public static final Rewrite CENTRE_FIRST_CONVOLUTION =
            new Rewrite("centre-first-convolution", Convolutions::centre);

    /** Batch normalisation taken into the weights beside it. Values between the two are gone. */
    public static final List<Rewrite> FOLDING = List.of(
            FOLD_BATCH_NORMALIZATION,
            FOLD_INTO_TRANSPOSED,
            FOLD_INTO_DENSE,
            FOLD_INTO_NEXT_CONVOLUTION,
            FOLD_INTO_NEXT_DENSE);

    /** One spelling for rectifiers. All values keep their names, except a condition that nothing else reads. */
    public static final List<Rewrite> RECTIFIERS = List.of(RELU_FROM_MAX, RELU_FROM_CLIP, RELU_FROM_WHERE);

    /** What is always right: one spelling for rectifiers, nothing that does nothing. */
    public static final List<Rewrite> STANDARD =
            List.of(WITHOUT_IDENTITY, WITHOUT_DROPOUT, RELU_FROM_MAX, RELU_FROM_CLIP, RELU_FROM_WHERE);

    private Rewrites() {}

    /**
     * Applies rewrites in order, each wherever it fits, to the nodes of a graph (not to graphs inside nodes). The result has
     * the same inputs and outputs and is checked after every rewrite.
     */
    public static Rewritten apply(Graph graph, List<Rewrite> rewrites) {
        return apply(graph, rewrites, Precision.DECLARED);
    }

    /**
     * As {@link #apply(Graph, List)}, for a network that will run in some precision.
     *
     * @param precision with {@link Precision#FLOAT64} computed constants are not rounded to the type of those they replace
     */
    public static Rewritten apply(Graph graph, List<Rewrite> rewrites, Precision precision) {
        State state = new State(graph, precision);
        for (Rewrite rewrite : rewrites) {
            state.apply(rewrite);
        }
        return state.result();
    }

    /** The graph so far and the way back. */
    private static final class State {
        private Graph graph;
        private final Precision precision;
        private final Map<String, List<String>> nodes = new LinkedHashMap<>();
        private final Map<String, String> values = new LinkedHashMap<>();
        private final Map<String, Integer> applied = new LinkedHashMap<>();

        State(Graph graph, Precision precision) {
            this.graph = graph;
            this.precision = precision;
            graph.nodes().forEach(n -> nodes.put(n.name(), List.of(n.name())));
        }

        void apply(Rewrite rewrite) {
            List<Edit> edits = new ArrayList<>();
            Set<Node> touched = Collections.newSetFromMap(new java.util.IdentityHashMap<>());
            for (Site site : Site.of(graph, precision)) {
                rewrite.pattern()
                        .at(site)
                        .filter(e -> Collections.disjoint(touched, e.removed()))
                        .ifPresent(e -> {
                            edits.add(e);
                            touched.addAll(e.removed());
                        });
            }
            if (!edits.isEmpty()) {
                graph = edited(edits);
                applied.merge(rewrite.name(), edits.size(), Integer::sum);
            }
        }

        private Graph edited(List<Edit> edits) {
            Map<String, String> redirected = new HashMap<>();
            edits.forEach(e -> redirected.putAll(e.redirected()));
            redirected.replaceAll((gone, to) -> end(redirected, to));
            Graph.Builder out = Graph.builder(graph.name());
            graph.inputs().forEach(out::input);
            Set<Node> removed = Collections.newSetFromMap(new java.util.IdentityHashMap<>());
            edits.forEach(e -> removed.addAll(e.removed()));
            Set<String> made = new HashSet<>();
            graph.nodes().stream().filter(n -> !removed.contains(n)).forEach(n -> add(out, n, redirected, made));
            edits.forEach(e -> e.added().forEach(n -> add(out, n, redirected, made)));
            Set<String> read = new HashSet<>();
            graph.outputs().forEach(o -> read.add(o.name()));
            graph.nodes().stream().filter(n -> !removed.contains(n)).forEach(n -> read.addAll(n.reads()));
            edits.forEach(e -> e.added().forEach(n -> read.addAll(n.reads())));
            read.addAll(redirected.values());
            keepRead(out, graph.constants(), read);
            edits.forEach(e -> keepRead(out, e.constants(), read));
            edits.forEach(this::trace);
            redirected.forEach((gone, to) -> {
                values.replaceAll((name, now) -> now.equals(gone) ? to : now);
                values.put(gone, to);
            });
            graph.outputs().forEach(out::output);
            graph.metadata().forEach(out::metadata);
            for (Value value : graph.valueInfo().values()) {
                if (made.contains(value.name()) || graph.constants().containsKey(value.name())) {
                    out.declare(value);
                }
            }
            return out.build();
        }

        private static void keepRead(Graph.Builder out, Map<String, Constant> constants, Set<String> read) {
            constants.forEach((name, constant) -> {
                if (read.contains(name)) {
                    out.constant(name, constant);
                }
            });
        }

        private static String end(Map<String, String> redirected, String name) {
            String at = name;
            while (redirected.containsKey(at)) {
                at = redirected.get(at);
            }
            return at;
        }

        private static void add(Graph.Builder out, Node node, Map<String, String> redirected, Set<String> made) {
            List<String> inputs = node.inputs().stream()
                    .map(i -> redirected.getOrDefault(i, i))
                    .toList();
            out.node(
                    inputs.equals(node.inputs())
                            ? node
                            : node.rewired(node.name(), inputs, node.outputs(), node.attributes()));
            made.addAll(node.outputs());
        }

        private void trace(Edit edit) {
            Set<String> origins = new LinkedHashSet<>();
            edit.removed().forEach(n -> origins.addAll(nodes.getOrDefault(n.name(), List.of())));
            edit.removed().forEach(n -> nodes.remove(n.name()));
            edit.added().forEach(n -> nodes.put(n.name(), List.copyOf(origins)));
        }

        Rewritten result() {
            return new Rewritten(
                    graph,
                    Collections.unmodifiableMap(nodes),
                    Collections.unmodifiableMap(values),
                    Collections.unmodifiableMap(applied));
        }
    }
}
