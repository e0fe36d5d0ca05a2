package dev.whence.explain;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.Progress;
import dev.whence.core.WhenceException;
import dev.whence.graph.Interpreter;
import dev.whence.graph.Network;
import dev.whence.graph.Trace;
import dev.whence.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One batch of a request, with names resolved.
 *
 * @param network what runs
 * @param hasWantedForm whether that is the form the runner wanted
 * @param target the value that holds the targets
 * @param sources the values whose elements are the units
 * @param feeds the batch's inputs by name
 * @param references what to compare with; empty if the method compares with nothing
 * @param choices the targets
 * @param first place of the batch's first example among all
 * @param count examples in the batch
 * @param copies how many copies of the batch may be stacked into one run
 * @param chosen takes down which element each example's target is
 * @param seed seed of random choices
 * @param progress told after every part of the work on a batch, so that it can be stopped
 */
record Task(
        Network network,
        boolean hasWantedForm,
        String target,
        List<String> sources,
        Map<String, NdArray> feeds,
        List<Map<String, NdArray>> references,
        List<TargetChoice> choices,
        int first,
        int count,
        int copies,
        Chosen chosen,
        long seed,
        Progress progress) {

    /** Says how many parts of the batch's work are done. */
    void step(int done, int parts) {
        progress.step(first + (long) count * done / parts, chosen.examples(), "examples");
    }

    /** The same task with every target that depends on the value chosen by this value. */
    Task settled(NdArray value) {
        List<TargetChoice> fixed = new ArrayList<>();
        for (TargetChoice choice : choices) {
            fixed.add(choice instanceof TargetChoice.ArgMax ? Seeds.largest(value, first, chosen.examples()) : choice);
        }
        return new Task(
                network,
                hasWantedForm,
                target,
                sources,
                feeds,
                references,
                fixed,
                first,
                count,
                copies,
                chosen,
                seed,
                progress);
    }

    /** One of several repetitions of the same task with other inputs; its progress is a part of this one's. */
    Task sample(Map<String, NdArray> others, int index, int samples) {
        Progress its = (done, total, label) ->
                progress.step(first + ((long) index * count + Math.max(0, done - first)) / samples, total, label);
        its.step(first, chosen.examples(), "examples");
        return new Task(
                network,
                hasWantedForm,
                target,
                sources,
                others,
                references,
                choices,
                first,
                count,
                copies,
                chosen,
                seed,
                its);
    }

    /** Input tensors in the innermost scope. */
    Map<String, Tensor> inputTensors() {
        return tensors(feeds);
    }

    private static Map<String, Tensor> tensors(Map<String, NdArray> arrays) {
        Map<String, Tensor> out = new LinkedHashMap<>();
        arrays.forEach((name, array) -> out.put(name, Tensor.of(array)));
        return out;
    }

    /** What a reference run is fed: the reference's own values, and the batch's inputs where it has none. */
    Map<String, Tensor> referenceTensors(Map<String, NdArray> reference, boolean repeated) {
        Map<String, Tensor> out = new LinkedHashMap<>();
        feeds.forEach((name, array) -> {
            if (!reference.containsKey(name)) {
                out.put(name, Tensor.of(array));
            }
        });
        reference.forEach((name, array) -> {
            Tensor tensor = Tensor.of(array);
            out.put(name, repeated ? repeatedTo(tensor, count) : tensor);
        });
        return out;
    }

    /** What a run of a shared reference is fed: its own values, and the inputs that are the same for every batch. */
    Map<String, NdArray> sharedFeeds(Map<String, NdArray> reference) {
        Map<String, NdArray> all = new LinkedHashMap<>(unbatched(feeds, count));
        all.putAll(reference);
        return all;
    }

    /** Runs the network on a shared reference alone, in the innermost scope. */
    Trace runShared(Map<String, NdArray> sharedFeeds, Interpreter.Retention retention) {
        return network.run(tensors(sharedFeeds), sourceSet(), kept(), retention);
    }

    /** Inputs that are not one row an example. */
    static Map<String, NdArray> unbatched(Map<String, NdArray> feeds, int count) {
        Map<String, NdArray> out = new LinkedHashMap<>();
        feeds.forEach((name, array) -> {
            if (array.rank() == 0 || array.dimension(0) != count) {
                out.put(name, array);
            }
        });
        return out;
    }

    /** A batch of one copied to a batch of {@code n}; any other as it is. */
    static Tensor repeatedTo(Tensor tensor, long n) {
        if (tensor.rank() == 0 || tensor.dimension(0) != 1 || n == 1) {
            return tensor;
        }
        long[] shape = tensor.shape();
        shape[0] = n;
        return tensor.expand(shape).contiguous();
    }

    /** Whether a reference is shared by all examples. */
    static boolean isShared(Map<String, NdArray> reference) {
        return reference.values().stream().allMatch(a -> a.rank() == 0 || a.dimension(0) == 1);
    }

    /** Everything a run has to keep. */
    Set<String> kept() {
        Set<String> kept = new java.util.LinkedHashSet<>(sources);
        kept.add(target);
        return kept;
    }

    Set<String> sourceSet() {
        return Set.copyOf(sources);
    }

    /** Refuses a value that does not hold one row an example: methods that draw noise row by row would mix examples. */
    void requireByExample(String source, long[] shape) {
        if (shape.length == 0 || shape[0] != count) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "Value '" + source + "' has shape " + Arrays.toString(shape) + " for " + count
                            + (count == 1 ? " example" : " examples")
                            + "; its first axis must be the batch to be scored with this method. Name another with --at.");
        }
    }

    /** Weights of every target over the target value. */
    List<NdArray> seeds(NdArray value) {
        if (value.rank() > 0 && value.dimension(0) != count) {
            throw new WhenceException(
                    ErrorCode.TARGET_INVALID,
                    "Value '" + target + "' is " + value + " for " + count + (count == 1 ? " example" : " examples")
                            + "; its first axis is not the batch, so it cannot be explained example by example. Name"
                            + " another value with --output.");
        }
        List<NdArray> out = new ArrayList<>();
        for (int t = 0; t < choices.size(); t++) {
            NdArray weights = Seeds.weights(target, value, choices.get(t), first, chosen.examples());
            chosen.take(t, first, weights);
            out.add(weights);
        }
        return out;
    }
}
