package dev.whence.quantize.model;

import dev.whence.graph.Node;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node that multiplies and adds up, before it is known what part it plays.
 *
 * @param node the node
 * @param data the activations it reads
 * @param weight its constant weights, or null
 * @param bias what is added to its output channels, or null
 * @param output the value behind the bias
 */
record Product(
        Node node,
        List<String> data,
        @Nullable Weight weight,
        @Nullable Bias bias,
        String output) {
    boolean isDense() {
        return weight != null && !isConvolution();
    }

    boolean isConvolution() {
        return node.operator().startsWith("Conv");
    }

    /** What the node itself makes. */
    String product() {
        return node.outputs().getFirst();
    }
}
