package dev.whence.explain;

import dev.whence.graph.Graph;
import dev.whence.graph.Network;
import dev.whence.graph.Precision;
import dev.whence.graph.operators.StandardOperators;
import dev.whence.graph.rewrite.Rewrites;
import dev.whence.graph.rewrite.Rewritten;
import dev.whence.tensor.Device;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One model in two forms: plain, as its author wrote it, and folded, in which weights have taken in the batch normalisation
 * beside them. The folded one is faster and rounds otherwise. Each is made and loaded when it is first used. Safe for several
 * threads.
 */
final class NetworkForms implements AutoCloseable {
    private final Graph graph;
    private final Precision precision;
    private final Device device;
    private final boolean hasNormalization;
    private @Nullable Rewritten folding;
    private @Nullable Network plain;
    private @Nullable Network folded;

    /** What a method wants. */
    enum Form {
        /** Every node and value as the author wrote them. */
        PLAIN,
        /** Whatever is fastest and gives the same in this precision. */
        FASTEST,
        /** Normalisation folded, as relevance propagation needs it. */
        FOLDED
    }

    /** What a method gets, and whether that is what it wanted. */
    record Served(Network network, boolean isWanted) {}

    /** Loads the form that will most likely be used. */
    NetworkForms(Graph graph, Precision precision, Device device) {
        this.graph = graph;
        this.precision = precision;
        this.device = device;
        this.hasNormalization =
                graph.nodes().stream().anyMatch(n -> n.operator().equals("BatchNormalization"));
        if (precision == Precision.FLOAT32 && isFoldable()) {
            folded();
        } else {
            plain();
        }
    }

    private Network load(Graph form) {
        return Network.of(form, StandardOperators.SET, precision, device);
    }

    /** The model as its author wrote it. */
    Graph graph() {
        return graph;
    }

    Precision precision() {
        return precision;
    }

    Device device() {
        return device;
    }

    /** The form with every node and value. */
    synchronized Network plain() {
        if (plain == null) {
            plain = load(graph);
        }
        return plain;
    }

    private synchronized Network folded() {
        if (folded == null) {
            folded = load(folding().graph());
        }
        return folded;
    }

    /** The folded graph, in numbers as wide as those that the network computes with. */
    private synchronized Rewritten folding() {
        if (folding == null) {
            folding = Rewrites.apply(graph, Rewrites.FOLDING, precision);
        }
        return folding;
    }

    private boolean isFoldable() {
        return hasNormalization && !folding().applied().isEmpty();
    }

    /** Whether the folded graph has nodes and values. */
    private boolean holds(Set<String> nodes, Set<String> values) {
        Set<String> missingNodes = new HashSet<>(nodes);
        Set<String> missingValues = new HashSet<>(values);
        Graph form = folding().graph();
        form.inputs().forEach(i -> missingValues.remove(i.name()));
        form.nodes().forEach(n -> {
            missingNodes.remove(n.name());
            n.outputs().forEach(missingValues::remove);
        });
        return missingNodes.isEmpty() && missingValues.isEmpty();
    }

    /**
     * The form that is wanted, or the plain one if it lacks something.
     *
     * @param nodes nodes that must be there
     * @param values values that must be there
     */
    Served serve(Form wanted, Set<String> nodes, Set<String> values) {
        boolean mayFold = wanted == Form.FOLDED || (wanted == Form.FASTEST && precision == Precision.FLOAT32);
        if (!mayFold || !isFoldable()) {
            return new Served(plain(), true);
        }
        return holds(nodes, values) ? new Served(folded(), true) : new Served(plain(), wanted == Form.FASTEST);
    }

    /** Frees the weights. */
    @Override
    public synchronized void close() {
        if (plain != null) {
            plain.close();
        }
        if (folded != null) {
            folded.close();
        }
    }
}
