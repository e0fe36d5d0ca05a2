package dev.whence.quantize.pipeline;

import dev.whence.core.NdArray;
import dev.whence.graph.Dimension;
import dev.whence.graph.Graph;
import dev.whence.graph.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The calibration examples, and which of them serve what. Fits take the first ones, contributions fewer of these,
 * divergences more; the choice between allocations is made on others where there are enough.
 *
 * @param inputs the network's inputs, one row an example
 * @param batch the number of examples that must run together; every part has a multiple of it
 */
record Examples(Map<String, NdArray> inputs, int batch) {
    private static final int FIT = 32;
    private static final int CONTRIBUTION = 16;
    private static final int DIVERGENCE = 64;

    /** All that fill the batches a graph fixes. */
    static Examples of(Graph graph, Map<String, NdArray> inputs) {
        int batch = Math.max(1, fixedBatch(graph));
        int count = (int) inputs.values().iterator().next().dimension(0);
        return new Examples(rows(inputs, 0, count - count % batch), batch);
    }

    /** The size of batches that a graph fixes, or 0 if any size will do. */
    static int fixedBatch(Graph graph) {
        for (Value input : graph.inputs()) {
            List<Dimension> shape = input.shape();
            if (shape != null && !shape.isEmpty() && shape.getFirst() instanceof Dimension.Fixed(long size)) {
                return Math.toIntExact(size);
            }
        }
        return 0;
    }

    int count() {
        return (int) inputs.values().iterator().next().dimension(0);
    }

    /** The fewest that can run. */
    Map<String, NdArray> first() {
        return upTo(batch);
    }

    Map<String, NdArray> forFits() {
        return upTo(FIT);
    }

    Map<String, NdArray> forContributions() {
        return upTo(CONTRIBUTION);
    }

    Map<String, NdArray> forDivergences() {
        return upTo(DIVERGENCE);
    }

    /** Those that no score was taken from, or all if there are none. */
    Map<String, NdArray> forChoice() {
        int from = whole(DIVERGENCE);
        return count() > from ? rows(inputs, from, count()) : inputs;
    }

    private Map<String, NdArray> upTo(int most) {
        return rows(inputs, 0, whole(most));
    }

    /** About so many, in whole batches, at least one. */
    private int whole(int most) {
        return Math.min(Math.max(batch, most - most % batch), count());
    }

    private static Map<String, NdArray> rows(Map<String, NdArray> inputs, int from, int to) {
        Map<String, NdArray> out = new LinkedHashMap<>();
        inputs.forEach((name, array) -> out.put(name, array.rows(from, to)));
        return out;
    }
}
