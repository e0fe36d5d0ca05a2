package dev.whence.graph;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The names of one graph during its run; a graph inside a node also sees those of the graph around it. */
final class Frame {
    final Map<String, Variable> names = new HashMap<>();
    /** How often each name will still be read. */
    final Map<String, Integer> remaining;

    final @Nullable Frame outer;

    Frame(@Nullable Frame outer, Map<String, Integer> reads) {
        this.outer = outer;
        this.remaining = new HashMap<>(reads);
    }

    /** Gives a variable a name, which holds it. */
    void bind(String name, Variable variable) {
        Holding.hold(variable);
        names.put(name, variable);
    }

    /** Binds the constants of a graph that are strings. */
    void bindTexts(Graph graph) {
        graph.constants().forEach((name, constant) -> {
            if (constant.isText()) {
                bind(name, new Variable.Texts(constant));
            }
        });
    }

    /** The variable of a name here or around. */
    Variable find(String name) {
        for (Frame f = this; f != null; f = f.outer) {
            Variable v = f.names.get(name);
            if (v != null) {
                return v;
            }
        }
        throw new WhenceException(ErrorCode.MODEL_INVALID, "value '" + name + "' is used before it is made");
    }

    /** Takes down that a name was read; after the last time it is gone. */
    void read(String name) {
        if (names.containsKey(name) && remaining.merge(name, -1, Integer::sum) == 0) {
            unbind(name);
        }
    }

    /** Frees a name, if it is there. */
    void unbind(String name) {
        Variable gone = names.remove(name);
        if (gone != null) {
            Holding.release(gone);
        }
    }
}
