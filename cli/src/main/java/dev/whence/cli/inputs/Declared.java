package dev.whence.cli.inputs;

import dev.whence.core.NdArray;
import java.util.Arrays;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * What a model says about one of its inputs: name, element type and shape. A dimension of -1 is open. Pass -1 for axis 0
 * when the batch may have any size, and the type of the run (such as {@code FLOAT64}) when it differs from the model's.
 */
public final class Declared {
    private final String name;
    private final NdArray.Type type;
    private final long @Nullable [] shape;

    private Declared(String name, NdArray.Type type, long @Nullable [] shape, int unused) {
        this.name = name;
        this.type = type;
        this.shape = shape;
    }

    /** An input whose rank is known; open dimensions are -1. */
    public Declared(String name, NdArray.Type type, long... shape) {
        this(name, type, openBelowZero(shape), 0);
    }

    /** An input whose rank is not known. */
    public static Declared ofAnyShape(String name, NdArray.Type type) {
        return new Declared(name, type, null, 0);
    }

    private static long[] openBelowZero(long[] shape) {
        return Arrays.stream(shape).map(d -> d < 0 ? -1 : d).toArray();
    }

    /** The name of the model's input. */
    public String name() {
        return name;
    }

    /** The element type wanted. */
    public NdArray.Type type() {
        return type;
    }

    /** Whether the rank is known. */
    public boolean hasShape() {
        return shape != null;
    }

    /** The number of axes, or -1 if it is not known. */
    public int rank() {
        return shape == null ? -1 : shape.length;
    }

    /** One dimension, -1 if it is open. */
    public long dimension(int axis) {
        return shape == null ? -1 : shape[axis];
    }

    /** The same input with any number of examples. */
    public Declared withOpenBatch() {
        if (shape == null || shape.length == 0) {
            return this;
        }
        long[] open = shape.clone();
        open[0] = -1;
        return new Declared(name, type, open);
    }

    /** The same input with another element type. */
    public Declared withType(NdArray.Type other) {
        return new Declared(name, other, shape, 0);
    }

    /** The shape as a person reads it, such as {@code [N, 3, 224, 224]} with {@code ?} for other open dimensions. */
    public String shapeText() {
        if (shape == null) {
            return "any shape";
        }
        StringJoiner text = new StringJoiner(", ", "[", "]");
        for (int axis = 0; axis < shape.length; axis++) {
            String open = axis == 0 ? "N" : "?";
            text.add(shape[axis] < 0 ? open : Long.toString(shape[axis]));
        }
        return text.toString();
    }

    /** Name, type and shape. */
    @Override
    public String toString() {
        return name + ": " + type + " " + shapeText();
    }
}
