package dev.whence.explain;

/**
 * Takes explanations batch by batch while the work goes on, so that those of many examples need not be held at once; see
 * {@link Explainer#explain(Request, int, BatchSink)}.
 */
@FunctionalInterface
public interface BatchSink {
    /** Takes nothing. */
    BatchSink NONE = (target, first, batch) -> {};

    /**
     * Takes the next batch of one target. The batches of a target come in the order of their examples.
     *
     * @param target which of the request's targets, from 0
     * @param first place of the batch's first example among all
     * @param batch the explanation of these examples alone; may throw to stop the work
     */
    void take(int target, int first, Explanation batch);
}
