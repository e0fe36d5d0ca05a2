package dev.whence.explain;

import dev.whence.core.Attribution;

/**
 * An attribution and, where there are several references, how well each one's contributions add up.
 *
 * @param attribution the scores (the mean over references) and their proof
 * @param referenceDeltas convergence deltas, {@code [reference][example]}; empty if the method uses no reference
 */
public record Explanation(Attribution attribution, double[][] referenceDeltas) {}
