package dev.whence.quantize.model;

import dev.whence.core.NdArray;
import dev.whence.graph.Dimension;
import dev.whence.graph.Graph;
import dev.whence.graph.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Cuts the inputs of a network into parts, examples along the first axis. An array with another number of rows than there are
 * examples, such as a mask for all of them, is in every part as it is.
 */
public final class ExampleRows {
    private ExampleRows() {}

    /** The number of examples: the most rows that an input has. */
    public static int count(Map<String, NdArray> inputs) {
        return inputs.values().stream()
                .mapToInt(array -> array.rank() == 0 ? 1 : Math.toIntExact(array.dimension(0)))
                .max()
                .orElse(1);
    }

    /** The examples from one place up to another. */
    public static Map<String, NdArray> of(Map<String, NdArray> inputs, int from, int to) {
        int count = count(inputs);
        Map<String, NdArray> out = new LinkedHashMap<>();
        inputs.forEach((name, array) ->
                out.put(name, array.rank() > 0 && array.dimension(0) == count ? array.rows(from, to) : array));
        return out;
    }

    /** The first examples: at most so many, in whole batches where a graph fixes their size, but at least one batch. */
    public static Map<String, NdArray> first(Graph graph, Map<String, NdArray> inputs, int most) {
        int batch = Math.max(1, fixedBatch(graph, inputs));
        return of(inputs, 0, Math.min(count(inputs), Math.max(batch, most - most % batch)));
    }

    /**
     * The size of batches that a graph fixes, or 0 where any will do. Inputs tell it that hold examples, that is, as many rows
     * as there are examples; one that wants exactly these rows may be there for all examples, and tells only where no other does.
     */
    public static int fixedBatch(Graph graph, Map<String, NdArray> inputs) {
        int count = count(inputs);
        long fixed = 0;
        for (Value input : graph.inputs()) {
            NdArray array = inputs.get(input.name());
            List<Dimension> shape = input.shape();
            boolean holdsExamples = array != null && array.rank() > 0 && array.dimension(0) == count;
            if (holdsExamples
                    && shape != null
                    && !shape.isEmpty()
                    && shape.getFirst() instanceof Dimension.Fixed(long size)
                    && (fixed == 0 || fixed == count)) {
                fixed = size;
            }
        }
        return (int) Math.min(fixed, Integer.MAX_VALUE);
    }
}
