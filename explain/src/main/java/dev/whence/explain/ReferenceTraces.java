package dev.whence.explain;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Interpreter;
import dev.whence.graph.Network;
import dev.whence.graph.Trace;
import dev.whence.tensor.TensorScope;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Forward runs of references that all examples share, kept from batch to batch and from request to request: whoever compares
 * one example after another with the same reference runs it once. For one thread at a time.
 */
final class ReferenceTraces implements AutoCloseable {
    /** More would fill the memory. */
    private static final int MOST = 4;

    private final Deque<Kept> latestFirst = new ArrayDeque<>();

    /** What a run depends on. */
    private record Cause(
            Network network,
            Map<String, NdArray> fed,
            Set<String> sources,
            Set<String> kept,
            Interpreter.Retention retention) {
        Cause withOwnArrays() {
            Map<String, NdArray> own = new LinkedHashMap<>();
            fed.forEach((name, array) -> own.put(name, array.copy()));
            return new Cause(network, own, sources, kept, retention);
        }
    }

    /** @param trace null if the network does not run on a shared reference alone */
    private record Kept(Cause cause, @Nullable Trace trace, TensorScope scope) {}

    /** Whether so many references can be kept all at once. */
    static boolean canKeep(List<Map<String, NdArray>> references) {
        return references.size() <= MOST;
    }

    /**
     * The trace of a reference with a batch of one, or null if the network needs more of each example than the reference
     * has, or does not take a batch of one. It belongs to this object.
     */
    @Nullable
    Trace of(Task task, Map<String, NdArray> reference, Interpreter.Retention retention) {
        Map<String, NdArray> fed = task.sharedFeeds(reference);
        Cause cause = new Cause(task.network(), fed, task.sourceSet(), task.kept(), retention);
        Kept found = latestFirst.stream()
                .filter(kept -> kept.cause().equals(cause))
                .findFirst()
                .orElse(null);
        if (found == null) {
            found = run(task, cause);
            if (latestFirst.size() == MOST) {
                latestFirst.removeLast().scope().close();
            }
        } else {
            latestFirst.remove(found);
        }
        latestFirst.addFirst(found);
        return found.trace();
    }

    private static Kept run(Task task, Cause cause) {
        TensorScope scope = TensorScope.open();
        try {
            Trace trace = task.runShared(cause.fed(), cause.retention());
            return new Kept(cause.withOwnArrays(), trace, scope.detach());
        } catch (WhenceException e) {
            scope.close();
            if (e.code() == ErrorCode.CANCELLED) {
                throw e;
            }
            return new Kept(cause.withOwnArrays(), null, TensorScope.detached());
        } catch (RuntimeException e) {
            scope.close();
            throw e;
        }
    }

    /** Frees every trace. */
    @Override
    public void close() {
        latestFirst.forEach(kept -> kept.scope().close());
        latestFirst.clear();
    }
}
