package dev.whence.explain;

import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Slot;
import dev.whence.graph.Trace;
import dev.whence.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Gradients of a batch at several places at once: copies of the batch are stacked along the first axis, because a larger batch
 * costs less an example. Networks that do not take such a stack get one copy after the other.
 */
final class StackedRuns {
    private final Task task;
    private final List<NdArray> seeds;
    private int most;

    StackedRuns(Task task, List<NdArray> seeds) {
        this.task = task;
        this.seeds = seeds;
        this.most = task.copies();
    }

    /** The value of a source in one copy. */
    @FunctionalInterface
    interface Place {
        Tensor of(String source, int copy);
    }

    /** How many copies to take next if so many are left; shares are even. */
    int copiesOf(int left) {
        int runs = Math.ceilDiv(left, most);
        return Math.ceilDiv(left, runs);
    }

    /**
     * The gradients of every target towards every source, stacked as the copies are, in the innermost scope; null if the
     * network does not take so many copies, which then are not offered again.
     */
    @Nullable
    List<Map<String, Tensor>> gradients(int copies, Place place) {
        try {
            return stackedGradients(copies, place);
        } catch (WhenceException e) {
            if (copies == 1) {
                throw e;
            }
            most = 1;
            return null;
        }
    }

    private @Nullable List<Map<String, Tensor>> stackedGradients(int copies, Place place) {
        Map<String, Tensor> feeds = new LinkedHashMap<>();
        task.inputTensors()
                .forEach((name, tensor) -> feeds.put(name, isBatch(tensor) ? repeated(tensor, copies) : tensor));
        for (String source : task.sources()) {
            feeds.put(
                    source,
                    stacked(IntStream.range(0, copies)
                            .mapToObj(copy -> place.of(source, copy))
                            .toArray(Tensor[]::new)));
        }
        Trace trace = task.network().run(feeds, task.sourceSet(), task.kept(), GradientPropagation.RETENTION);
        if (copies > 1 && !task.kept().stream().allMatch(name -> isStack(trace.slot(name), copies))) {
            most = 1;
            return null;
        }
        List<NdArray> all = copies == 1
                ? seeds
                : seeds.stream()
                        .map(seed -> repeated(Tensor.of(seed), copies).toNdArray())
                        .toList();
        return GradientRun.gradients(task, trace, all, RectifierRule.GRADIENT);
    }

    /** One copy's rows of what is stacked. */
    Tensor part(Tensor stacked, int copy, int copies) {
        return copies == 1 ? stacked : stacked.narrow(0, (long) copy * task.count(), task.count());
    }

    private boolean isStack(Slot slot, int copies) {
        long[] shape = slot.shape();
        return shape.length > 0 && shape[0] == (long) copies * task.count();
    }

    private boolean isBatch(Tensor tensor) {
        return tensor.rank() > 0 && tensor.dimension(0) == task.count();
    }

    private static Tensor repeated(Tensor tensor, int copies) {
        Tensor[] all = new Tensor[copies];
        Arrays.fill(all, tensor);
        return stacked(all);
    }

    private static Tensor stacked(Tensor[] parts) {
        return parts.length == 1 ? parts[0] : Tensor.concat(0, parts);
    }
}
