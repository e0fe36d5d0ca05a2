package dev.whence.core;

import java.util.List;

/**
 * The units of one input (or inner node) and the score of each: element {@code [n, ...]} of {@code scores} is how much
 * that element contributed to the target of example {@code n}.
 *
 * @param name the input's or node's name
 * @param scores scores, shaped like the input, batch first
 * @param labels names along the last axis (columns of a table, letters of an alphabet), or empty
 */
public record Units(String name, NdArray scores, List<String> labels) {
    /** Copies the labels in. */
    public Units {
        labels = List.copyOf(labels);
    }

    /** Units without labels. */
    public static Units of(String name, NdArray scores) {
        return new Units(name, scores, List.of());
    }
}
