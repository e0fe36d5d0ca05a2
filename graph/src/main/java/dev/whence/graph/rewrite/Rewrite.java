package dev.whence.graph.rewrite;

import java.util.Optional;

/**
 * One change that keeps what a graph computes.
 *
 * @param name short, in words with hyphens
 * @param pattern finds where it applies and says what to put there
 */
public record Rewrite(String name, Pattern pattern) {
    /** Finds a place. */
    @FunctionalInterface
    interface Pattern {
        /** The edit at a place whose last node is given, or empty if the pattern is not there. */
        Optional<Edit> at(Site site);
    }

    /** The name. */
    @Override
    public String toString() {
        return name;
    }
}
