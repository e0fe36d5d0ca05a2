package dev.whence.graph;

import dev.whence.core.NdArray;
import dev.whence.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * One tensor of one run. It remembers its shape after its memory has been freed, and is freed as soon as neither a name
 * nor a recorded step holds it.
 */
public final class Slot implements Variable {
    private final String name;
    private final long[] shape;
    private final NdArray.Type type;
    private final boolean isActive;
    private final boolean isPermanent;
    private @Nullable Tensor tensor;
    private int holders;

    Slot(String name, Tensor tensor, boolean isActive, boolean isPermanent) {
        this.name = name;
        this.tensor = tensor;
        this.shape = tensor.shape();
        this.type = tensor.type();
        this.isActive = isActive;
        this.isPermanent = isPermanent;
    }

    /** The value's name in the graph, or a made-up one inside an expansion. */
    public String name() {
        return name;
    }

    /** The tensor, which must not have been freed. */
    public Tensor tensor() {
        if (tensor == null) {
            throw new IllegalStateException(
                    "value '" + name + "' has been freed: a rule reads what it did not declare");
        }
        return tensor;
    }

    /** The tensor, or null if it has been freed. */
    public @Nullable Tensor tensorIfKept() {
        return tensor;
    }

    /** A copy of the shape. */
    public long[] shape() {
        return shape.clone();
    }

    /** The element type. */
    public NdArray.Type type() {
        return type;
    }

    /** Whether the value depends on a source through operators that pass attribution. */
    public boolean isActive() {
        return isActive;
    }

    void hold() {
        holders++;
    }

    void release() {
        holders--;
        if (holders == 0 && !isPermanent && tensor != null) {
            tensor.close();
            tensor = null;
        }
    }

    /** Gives up a hold without freeing: somebody else takes hold next. */
    void handOver() {
        holders--;
    }

    @Override
    public String toString() {
        return name + " " + type + java.util.Arrays.toString(shape) + (isActive ? " active" : "");
    }
}
