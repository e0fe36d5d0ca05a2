package dev.whence.graph;

/** One axis of a declared shape: a length known from the model, or a name that data will give a length. */
public sealed interface Dimension {
    /** An axis of known length, at least 0. */
    record Fixed(long size) implements Dimension {
        public Fixed {
            if (size < 0) {
                throw new IllegalArgumentException("size must not be negative, found " + size);
            }
        }

        @Override
        public String toString() {
            return Long.toString(size);
        }
    }

    /** An axis whose length the data decide, such as {@code N}; the empty name is an axis nothing is known of. */
    record Symbolic(String name) implements Dimension {
        @Override
        public String toString() {
            return name.isEmpty() ? "?" : Names.quoted(name);
        }
    }

    /** An axis of known length. */
    static Dimension of(long size) {
        return new Fixed(size);
    }

    /** An axis named by a symbol; the empty name means unknown. */
    static Dimension of(String name) {
        return new Symbolic(name);
    }
}
