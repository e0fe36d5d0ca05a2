package dev.whence.core;

/**
 * What is explained.
 *
 * @param node the value of the network that is explained, such as {@code logits}
 * @param selection which element of it, in words a person reads: {@code 7}, {@code 8-3}, {@code argmax}
 * @param values the target's value for each example
 */
public record Target(String node, String selection, double[] values) {
    /** Copies the values in. */
    public Target {
        values = values.clone();
    }

    /** A copy of the values, one an example. */
    @Override
    public double[] values() {
        return values.clone();
    }
}
