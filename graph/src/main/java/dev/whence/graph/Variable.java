package dev.whence.graph;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a name of a graph stands for while the graph runs. */
public sealed interface Variable permits Slot, Variable.Sequence, Variable.Maybe, Variable.Texts {
    /**
     * A list of variables.
     *
     * @param items the elements in order
     */
    record Sequence(List<Variable> items) implements Variable {
        /** Copies the elements in. */
        public Sequence {
            items = List.copyOf(items);
        }
    }

    /**
     * An optional value.
     *
     * @param item the value, or null
     */
    record Maybe(@Nullable Variable item) implements Variable {}

    /**
     * Strings. No operator computes with them yet, so they only pass through.
     *
     * @param constant the strings and their shape
     */
    record Texts(Constant constant) implements Variable {}
}
