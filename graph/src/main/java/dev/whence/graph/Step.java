package dev.whence.graph;

import org.jspecify.annotations.Nullable;

/**
 * One recorded occurrence of an operator with at least one active input. Loops and expansions are unrolled, so steps form a
 * straight line.
 *
 * @param node the node (made up inside expansions)
 * @param operator what runs
 * @param kind what it is for attribution
 * @param inputs its inputs; null where absent
 * @param outputs its outputs; null where unwanted
 * @param precision the precision of the run
 */
public record Step(
        Node node,
        Operator operator,
        Kind kind,
        @Nullable Slot[] inputs,
        @Nullable Slot[] outputs,
        Precision precision) {

    /** The step's tensors, as far as they are kept. */
    public Call call() {
        return Call.of(node, precision, inputs, outputs);
    }

    /** Operator, node and opset in words, for messages. */
    public String describe() {
        return "node '" + node.name() + "' (operator " + node.operator() + ", opset " + node.opset() + ")";
    }
}
