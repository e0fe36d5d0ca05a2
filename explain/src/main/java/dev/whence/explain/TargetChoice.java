package dev.whence.explain;

/** Which number of the target's node is explained. Indices count the flattened elements of one example. */
public sealed interface TargetChoice {
    /** The same element for every example. */
    record Index(long index) implements TargetChoice {
        @Override
        public String toString() {
            return String.valueOf(index);
        }
    }

    /** An element of its own for each example. */
    record PerExample(java.util.List<Long> indices) implements TargetChoice {
        /** Copies the indices in. */
        public PerExample {
            indices = java.util.List.copyOf(indices);
        }

        @Override
        public String toString() {
            return indices.stream().map(String::valueOf).collect(java.util.stream.Collectors.joining(","));
        }
    }

    /** The largest element of each example. */
    record ArgMax() implements TargetChoice {
        @Override
        public String toString() {
            return "argmax";
        }
    }

    /** One element minus another. */
    record Difference(long plus, long minus) implements TargetChoice {
        @Override
        public String toString() {
            return plus + "-" + minus;
        }
    }

    /** One element minus another, a pair of its own for each example. */
    record DifferencePerExample(java.util.List<Long> plus, java.util.List<Long> minus) implements TargetChoice {
        /** Copies the elements in. */
        public DifferencePerExample {
            plus = java.util.List.copyOf(plus);
            minus = java.util.List.copyOf(minus);
            if (plus.size() != minus.size()) {
                throw new IllegalArgumentException(
                        "plus and minus must be as many, found " + plus.size() + " and " + minus.size());
            }
        }

        @Override
        public String toString() {
            return java.util.stream.IntStream.range(0, plus.size())
                    .mapToObj(i -> plus.get(i) + "-" + minus.get(i))
                    .collect(java.util.stream.Collectors.joining(","));
        }
    }

    /** One element minus the mean of all: explains a softmax's probability without its saturation. */
    record SoftmaxNormalised(long index) implements TargetChoice {
        @Override
        public String toString() {
            return index + " minus mean";
        }
    }

    /** The sum of all elements. */
    record Sum() implements TargetChoice {
        @Override
        public String toString() {
            return "sum";
        }
    }
}
