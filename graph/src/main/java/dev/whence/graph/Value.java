package dev.whence.graph;

import dev.whence.core.NdArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A named value that a model declares: an input, an output, or something between.
 *
 * @param name unique in its graph, never empty
 * @param declared what the model says it is
 */
public record Value(String name, ValueType declared) {
    public Value {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("name must not be empty");
        }
        Objects.requireNonNull(declared, "declared");
    }

    /** A tensor of known type; dimensions below 0 stand for unknown lengths. */
    public static Value tensor(String name, NdArray.Type type, long... shape) {
        List<Dimension> dimensions = new ArrayList<>();
        for (long d : shape) {
            dimensions.add(d < 0 ? Dimension.of("") : Dimension.of(d));
        }
        return tensor(name, type, dimensions);
    }

    /** A tensor of known type and axes. */
    public static Value tensor(String name, NdArray.Type type, List<Dimension> shape) {
        return new Value(name, new ValueType.Tensor(ElementType.of(type), shape));
    }

    /** A value of which only the name is known. */
    public static Value untyped(String name) {
        return new Value(name, new ValueType.Unknown());
    }

    /** The type under which a tensor's numbers are kept; null for strings, non-tensors and where none is declared. */
    public NdArray.@Nullable Type type() {
        return declared instanceof ValueType.Tensor t && t.element() != null
                ? t.element().stored()
                : null;
    }

    /** The declared axes of a tensor; null for anything else and where none are declared. */
    public @Nullable List<Dimension> shape() {
        return declared instanceof ValueType.Tensor t ? t.shape() : null;
    }

    /** The text form, such as {@code x: float32[N, 3]}. */
    @Override
    public String toString() {
        return Names.quoted(name) + ": " + declared;
    }
}
