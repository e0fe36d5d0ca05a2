package dev.whence.explain;

import dev.whence.core.NdArray;
import dev.whence.core.Progress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of an {@link Explainer}.
 *
 * @param inputs the model's inputs by name, batch first
 * @param method how to attribute
 * @param targets what to explain; all share one forward run
 * @param output the value that holds the targets, or null for the model's first output (its logits, if it ends in a softmax
 *     or sigmoid)
 * @param at the value whose elements are the units, or null for the model's real-valued inputs
 * @param reference what to compare with, or null for zeros
 * @param batch most examples at a time, or 0 to choose
 * @param memory bytes that the process may take, by which examples at a time are chosen, or 0 for no such limit
 * @param seed seed of random choices
 * @param progress told after every batch
 */
public record Request(
        Map<String, NdArray> inputs,
        AttributionMethod method,
        List<TargetChoice> targets,
        @Nullable String output,
        @Nullable String at,
        @Nullable ReferenceInputs reference,
        int batch,
        long memory,
        long seed,
        Progress progress) {

    /** Copies the collections in. */
    public Request {
        inputs = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
        targets = List.copyOf(targets);
    }

    /** Explains the largest output of each example against zeros. */
    public static Request of(Map<String, NdArray> inputs, AttributionMethod method) {
        return new Request(
                inputs, method, List.of(new TargetChoice.ArgMax()), null, null, null, 0, 0, 0, Progress.SILENT);
    }

    /** The same for other targets. */
    public Request target(TargetChoice... choices) {
        return new Request(inputs, method, List.of(choices), output, at, reference, batch, memory, seed, progress);
    }

    /** The same for a target in another value. */
    public Request output(@Nullable String value) {
        return new Request(inputs, method, targets, value, at, reference, batch, memory, seed, progress);
    }

    /** The same with the units at an inner value. */
    public Request at(@Nullable String value) {
        return new Request(inputs, method, targets, output, value, reference, batch, memory, seed, progress);
    }

    /** The same against another reference. */
    public Request reference(@Nullable ReferenceInputs other) {
        return new Request(inputs, method, targets, output, at, other, batch, memory, seed, progress);
    }

    /** The same with another method. */
    public Request with(AttributionMethod other) {
        return new Request(inputs, other, targets, output, at, reference, batch, memory, seed, progress);
    }

    /** The same with at most so many examples at a time; 0 to choose. */
    public Request batch(int most) {
        return new Request(inputs, method, targets, output, at, reference, most, memory, seed, progress);
    }

    /** The same within so many bytes of memory, the process with everything it holds; 0 for no limit. */
    public Request memory(long bytes) {
        return new Request(inputs, method, targets, output, at, reference, batch, bytes, seed, progress);
    }

    /** The same with a seed. */
    public Request seed(long value) {
        return new Request(inputs, method, targets, output, at, reference, batch, memory, value, progress);
    }

    /** The same with progress. */
    public Request progress(Progress listener) {
        return new Request(inputs, method, targets, output, at, reference, batch, memory, seed, listener);
    }
}
