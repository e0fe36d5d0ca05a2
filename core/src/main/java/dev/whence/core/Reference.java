package dev.whence.core;

/**
 * What the target is compared with.
 *
 * @param description how the reference was made, such as {@code zeros} or {@code shuffled:20}
 * @param values the target's value at the reference for each example (the mean where an example has several)
 */
public record Reference(String description, double[] values) {
    /** Copies the values in. */
    public Reference {
        values = values.clone();
    }

    /** A copy of the values, one an example. */
    @Override
    public double[] values() {
        return values.clone();
    }
}
