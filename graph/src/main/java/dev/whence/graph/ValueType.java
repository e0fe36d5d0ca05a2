package dev.whence.graph;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a model declares a value to be. Declarations are hints: data decide. */
public sealed interface ValueType {
    /**
     * A tensor.
     *
     * @param element what it holds; null if the model does not say
     * @param shape its axes; null if not even their number is known
     */
    record Tensor(@Nullable ElementType element, @Nullable List<Dimension> shape) implements ValueType {
        public Tensor {
            shape = shape == null ? null : List.copyOf(shape);
        }

        @Override
        public String toString() {
            String name = element == null ? "any" : element.text();
            return shape == null
                    ? name
                    : name + shape.stream().map(Dimension::toString).collect(Collectors.joining(", ", "[", "]"));
        }
    }

    /** A list of values of one type. */
    record Sequence(ValueType element) implements ValueType {
        @Override
        public String toString() {
            return "sequence(" + element + ")";
        }
    }

    /** A value or nothing. */
    record Maybe(ValueType element) implements ValueType {
        @Override
        public String toString() {
            return "optional(" + element + ")";
        }
    }

    /** A dictionary, as classical machine-learning operators give. */
    record Dictionary(ElementType key, ValueType value) implements ValueType {
        @Override
        public String toString() {
            return "map(" + key.text() + ", " + value + ")";
        }
    }

    /** Nothing is declared. */
    record Unknown() implements ValueType {
        @Override
        public String toString() {
            return "?";
        }
    }
}
