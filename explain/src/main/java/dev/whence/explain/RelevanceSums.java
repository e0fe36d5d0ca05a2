package dev.whence.explain;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How much relevance of one target arrives at inner values of a network.
 *
 * @param explanation the result at the inputs
 * @param start relevance at the target, one number an example
 * @param values what arrives, by value
 */
public record RelevanceSums(Explanation explanation, double[] start, Map<String, Sums> values) {
    /** Copies the values in. */
    public RelevanceSums {
        values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    /**
     * Sums over the elements of one value, one number an example.
     *
     * @param signed of the relevance itself
     * @param absolute of its absolute values
     * @param positive of what is above zero
     */
    public record Sums(double[] signed, double[] absolute, double[] positive) {}
}
