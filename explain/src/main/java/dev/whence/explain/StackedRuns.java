package dev.whence.explain;

import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Interpreter;
import dev.whence.graph.Trace;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Gradients of a batch at several places at once: copies of the batch are stacked along the first axis, because a larger batch
 * costs less an example. Networks that do not take such a stack get one copy after the other.
 */
final class StackedRuns {
    /** How far rounding may move an answer in a larger batch, as a part of the largest answer. */
    private static final double ROUNDING = 1e-3;

    private final Task task;
    private final List<NdArray> seeds;
    private final int most;

    /**
     * Tries whether copies stay apart: the answers to the batch must not change when another copy stands behind it.
     *
     * @param x the sources' values for the batch
     * @param value the target's value for the batch
     */
    StackedRuns(Task task, List<NdArray> seeds, Map<String, Tensor> x, NdArray value) {
        this.task = task;
        this.seeds = seeds;
        this.most = task.copies() > 1 && keepsCopiesApart(x, value) ? task.copies() : 1;
    }

    private boolean keepsCopiesApart(Map<String, Tensor> x, NdArray value) {
        try (TensorScope scope = TensorScope.open()) {
            Trace trace = task.network()
                    .run(
                            feeds(2, (source, copy) -> of(x, source).times(copy == 0 ? 1 : 0.5)),
                            task.sourceSet(),
                            task.kept(),
                            Interpreter.Retention.NOTHING);
            for (String source : task.sources()) {
                if (!isStack(trace.slot(source).shape(), of(x, source).shape())) {
                    return false;
                }
            }
            Tensor target = trace.slot(task.target()).tensor();
            return isStack(target.shape(), value.shape())
                    && isClose(target.narrow(0, 0, value.dimension(0)).toDoubles(), value.toDoubles());
        } catch (WhenceException e) {
            return false;
        }
    }

    /** Whether a shape is another's, twice along the first axis. */
    private static boolean isStack(long[] two, long[] one) {
        if (one.length == 0 || two.length != one.length || two[0] != 2 * one[0]) {
            return false;
        }
        return Arrays.equals(two, 1, two.length, one, 1, one.length);
    }

    private static boolean isClose(double[] found, double[] wanted) {
        double largest = Arrays.stream(wanted).map(Math::abs).max().orElse(0);
        for (int i = 0; i < wanted.length; i++) {
            if (!(Math.abs(found[i] - wanted[i]) <= ROUNDING * largest)) {
                return false;
            }
        }
        return true;
    }

    private static Tensor of(Map<String, Tensor> tensors, String source) {
        return Objects.requireNonNull(tensors.get(source), source);
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

    /** The gradients of every target towards every source, stacked as the copies are, in the innermost scope. */
    List<Map<String, Tensor>> gradients(int copies, Place place) {
        Trace trace =
                task.network().run(feeds(copies, place), task.sourceSet(), task.kept(), GradientPropagation.RETENTION);
        List<NdArray> all = copies == 1
                ? seeds
                : seeds.stream()
                        .map(seed -> repeated(Tensor.of(seed), copies).toNdArray())
                        .toList();
        return GradientRun.gradients(task, trace, all, RectifierRule.GRADIENT);
    }

    private Map<String, Tensor> feeds(int copies, Place place) {
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
        return feeds;
    }

    /** One copy's rows of what is stacked. */
    Tensor part(Tensor stacked, int copy, int copies) {
        return copies == 1 ? stacked : stacked.narrow(0, (long) copy * task.count(), task.count());
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
