package dev.whence.graph;

import java.util.List;
import java.util.stream.Collectors;

/** The value of one attribute of a node. */
public sealed interface Attribute {
    /** A whole number. */
    record Whole(long value) implements Attribute {
        @Override
        public String toString() {
            return Long.toString(value);
        }
    }

    /** A real number; ONNX files keep it in float32. */
    record Real(double value) implements Attribute {
        @Override
        public String toString() {
            return real(value);
        }
    }

    /** A string. */
    record Text(String value) implements Attribute {
        @Override
        public String toString() {
            return Names.literal(value);
        }
    }

    /** Whole numbers. */
    record Wholes(List<Long> values) implements Attribute {
        public Wholes {
            values = List.copyOf(values);
        }

        @Override
        public String toString() {
            return values.toString();
        }
    }

    /** Real numbers. */
    record Reals(List<Double> values) implements Attribute {
        public Reals {
            values = List.copyOf(values);
        }

        @Override
        public String toString() {
            return values.stream().map(Attribute::real).collect(Collectors.joining(", ", "[", "]"));
        }
    }

    /** Strings. */
    record Texts(List<String> values) implements Attribute {
        public Texts {
            values = List.copyOf(values);
        }

        @Override
        public String toString() {
            return values.stream().map(Names::literal).collect(Collectors.joining(", ", "[", "]"));
        }
    }

    /** A constant tensor. */
    record Tensor(Constant value) implements Attribute {
        @Override
        public String toString() {
            return value.toString();
        }
    }

    /** Constant tensors. */
    record Tensors(List<Constant> values) implements Attribute {
        public Tensors {
            values = List.copyOf(values);
        }

        @Override
        public String toString() {
            return values.toString();
        }
    }

    /** A graph inside the node: a branch of {@code If}, the body of {@code Loop} or {@code Scan}. */
    record Subgraph(Graph value) implements Attribute {
        @Override
        public String toString() {
            return "graph " + Names.quoted(value.name());
        }
    }

    /** Graphs inside the node. */
    record Subgraphs(List<Graph> values) implements Attribute {
        public Subgraphs {
            values = List.copyOf(values);
        }

        @Override
        public String toString() {
            return values.stream()
                    .map(g -> "graph " + Names.quoted(g.name()))
                    .toList()
                    .toString();
        }
    }

    /** The type of a value, as {@code Optional} names it. */
    record Type(ValueType value) implements Attribute {
        @Override
        public String toString() {
            return value.toString();
        }
    }

    private static String real(double value) {
        return (float) value == value ? Float.toString((float) value) : Double.toString(value);
    }
}
