package dev.whence.graph;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one forward run left behind: the straight line of steps that carry attribution, and the values that were asked for.
 * Its tensors belong to the scope in which the run took place.
 */
public final class Trace {
    private final List<Step> steps;
    private final Map<String, Variable> kept;

    Trace(List<Step> steps, Map<String, Variable> kept) {
        this.steps = Collections.unmodifiableList(steps);
        this.kept = Collections.unmodifiableMap(kept);
    }

    /** The recorded steps in the order in which they ran. */
    public List<Step> steps() {
        return steps;
    }

    /** A value that was asked for, as a tensor's slot. */
    public Slot slot(String name) {
        if (kept.get(name) instanceof Slot slot) {
            return slot;
        }
        throw new WhenceException(
                ErrorCode.TARGET_INVALID, "Value '" + name + "' is not a tensor that this network computes.");
    }

    /** A value that was asked for, of whatever sort, or null. */
    public @Nullable Variable variable(String name) {
        return kept.get(name);
    }
}
