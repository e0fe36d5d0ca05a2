package dev.whence.quantize.pipeline;

import dev.whence.core.NdArray;
import dev.whence.graph.Graph;
import dev.whence.quantize.model.ExampleRows;
import java.util.Map;

/**
 * The calibration examples, and which of them serve what. Where there are enough, a share at the end is held back: neither
 * scores nor corrections see it before the choice between allocations is made. Of the others, fits take the first ones,
 * contributions fewer of these, divergences more.
 *
 * @param inputs the network's inputs, one row an example
 * @param batch the number of examples that must run together; every part has a multiple of it
 * @param held how many at the end are held back
 */
record Examples(Map<String, NdArray> inputs, int batch, int held) {
    /** Fewer are all needed for fits. */
    static final int ENOUGH_TO_HOLD = 48;

    private static final int FIT = 32;
    private static final int CONTRIBUTION = 16;
    private static final int DIVERGENCE = 64;
    private static final int FEWEST_HELD = 16;
    private static final int SHARE_HELD = 4;

    /** All that fill the batches a graph fixes. */
    static Examples of(Graph graph, Map<String, NdArray> inputs) {
        int batch = Math.max(1, ExampleRows.fixedBatch(graph, inputs));
        int count = ExampleRows.count(inputs);
        count -= count % batch;
        return new Examples(ExampleRows.of(inputs, 0, count), batch, held(count, batch));
    }

    private static int held(int count, int batch) {
        if (count < ENOUGH_TO_HOLD) {
            return 0;
        }
        int held = Math.max(FEWEST_HELD, count / SHARE_HELD);
        held += (batch - held % batch) % batch;
        return held < count ? held : 0;
    }

    int count() {
        return ExampleRows.count(inputs);
    }

    boolean areHeld() {
        return held > 0;
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

    /** All that are not held back. */
    Map<String, NdArray> forCorrections() {
        return upTo(count());
    }

    /** Those that are held back, or all if none are. */
    Map<String, NdArray> forChoice() {
        return areHeld() ? ExampleRows.of(inputs, count() - held, count()) : inputs;
    }

    /** About so many, in whole batches, at least one; none that is held back. */
    private Map<String, NdArray> upTo(int most) {
        int whole = Math.max(batch, most - most % batch);
        return ExampleRows.of(inputs, 0, Math.min(whole, count() - held));
    }
}
