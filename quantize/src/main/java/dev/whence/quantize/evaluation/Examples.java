package dev.whence.quantize.evaluation;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Graph;
import dev.whence.quantize.model.ExampleRows;
import java.util.Arrays;
import java.util.Map;

/** How many examples run at a time. */
final class Examples {
    /** Inputs of larger batches take more memory than they save time. */
    private static final long ELEMENTS_AT_ONCE = 500_000;

    private static final int MOST_AT_ONCE = 64;

    private Examples() {}

    /** The batch that a network fixes, else one of moderate size. */
    static int batch(Map<String, NdArray> inputs, Graph... graphs) {
        int examples = ExampleRows.count(inputs);
        int fixed = fixed(inputs, graphs);
        if (fixed > 0) {
            if (examples % fixed != 0) {
                throw new WhenceException(
                        ErrorCode.SHAPE_MISMATCH,
                        "The model has a fixed batch of " + fixed + ", but "
                                + (examples == 1 ? "1 example is" : examples + " examples are")
                                + " given; a multiple is wanted.");
            }
            return fixed;
        }
        long elements = inputs.values().stream().mapToLong(NdArray::size).sum() / Math.max(1, examples);
        return Math.clamp(ELEMENTS_AT_ONCE / Math.max(1, elements), 1, MOST_AT_ONCE);
    }

    /** The batch that a network fixes, or 0 where none does. */
    static int fixed(Map<String, NdArray> inputs, Graph... graphs) {
        return Arrays.stream(graphs)
                .mapToInt(graph -> ExampleRows.fixedBatch(graph, inputs))
                .max()
                .orElse(0);
    }
}
