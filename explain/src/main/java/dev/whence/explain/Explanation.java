package dev.whence.explain;

import dev.whence.core.Attribution;
import java.util.List;

/**
 * An attribution and, where there are several references, how well each one's contributions add up.
 *
 * @param attribution the scores (the mean over references) and their proof
 * @param referenceDeltas convergence deltas, {@code [reference][example]}; empty if the method uses no reference
 * @param elements which element of the target's value is explained for each example; empty if it is a difference or a sum
 */
public record Explanation(Attribution attribution, double[][] referenceDeltas, List<Long> elements) {
    /** Copies the elements in. */
    public Explanation {
        elements = List.copyOf(elements);
    }
}
