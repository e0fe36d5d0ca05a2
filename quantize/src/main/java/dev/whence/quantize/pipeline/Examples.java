package dev.whence.quantize.pipeline;

import dev.whence.core.NdArray;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The calibration examples, and which of them serve what. Fits take the first ones, contributions fewer of these,
 * divergences more; the choice between allocations is made on others where there are enough.
 *
 * @param inputs the network's inputs, one row an example
 */
record Examples(Map<String, NdArray> inputs) {
    private static final int FIT = 32;
    private static final int CONTRIBUTION = 16;
    private static final int DIVERGENCE = 64;

    int count() {
        return (int) inputs.values().iterator().next().dimension(0);
    }

    Map<String, NdArray> forFits() {
        return rows(0, FIT);
    }

    Map<String, NdArray> forContributions() {
        return rows(0, CONTRIBUTION);
    }

    Map<String, NdArray> forDivergences() {
        return rows(0, DIVERGENCE);
    }

    /** Those that no score was taken from, or all if there are none. */
    Map<String, NdArray> forChoice() {
        return count() > DIVERGENCE ? rows(DIVERGENCE, count()) : inputs;
    }

    private Map<String, NdArray> rows(int from, int to) {
        int end = Math.min(to, count());
        Map<String, NdArray> out = new LinkedHashMap<>();
        inputs.forEach((name, array) -> out.put(name, array.rows(from, end)));
        return out;
    }
}
