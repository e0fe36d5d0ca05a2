package dev.whence.core;

import java.util.Arrays;
import java.util.List;

/**
 * What the target is compared with.
 *
 * @param description how the reference was made, such as {@code zeros} or {@code shuffled:20}
 * @param values the target's value at the reference for each example (the mean where an example has several)
 * @param deltas the convergence delta of every single reference, one list a reference with one number an example; empty
 *     unless an example has several
 */
public record Reference(String description, double[] values, List<double[]> deltas) {
    /** Copies the values in. */
    public Reference {
        values = values.clone();
        deltas = deltas.stream().map(double[]::clone).toList();
        for (double[] one : deltas) {
            if (one.length != values.length) {
                throw new IllegalArgumentException("deltas must hold one number an example for every reference");
            }
        }
    }

    /** One reference an example. */
    public Reference(String description, double[] values) {
        this(description, values, List.of());
    }

    /** A copy of the values, one an example. */
    @Override
    public double[] values() {
        return values.clone();
    }

    /** A copy of the deltas, one list a reference. */
    @Override
    public List<double[]> deltas() {
        return deltas.stream().map(double[]::clone).toList();
    }

    /** The largest absolute delta of any single reference of one example; 0 if they are not told apart. */
    public double largestDelta(int example) {
        return deltas.stream().mapToDouble(one -> Math.abs(one[example])).reduce(0, Math::max);
    }

    @Override
    public String toString() {
        return "Reference[" + description + ", " + Arrays.toString(values) + "]";
    }
}
