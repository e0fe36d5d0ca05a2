package dev.whence.explain;

import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Network;
import dev.whence.graph.Value;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * References as values of what is attributed. A reference given as an input of the model, such as token ids, stands for what
 * it makes of the attributed inner value, such as their embedding; whatever does not depend on that value (masks, positions)
 * is a constant of the explanation and stays as the example has it. So the difference in the target is due to the
 * attributed value alone.
 */
final class SourceReferences {
    private final Network network;
    private final List<String> sources;
    private final Map<Map<String, NdArray>, @Nullable Map<String, NdArray>> shared = new IdentityHashMap<>();

    SourceReferences(Network network, List<String> sources) {
        this.network = network;
        this.sources = sources;
    }

    /** Whether a name is of an input that has a reference, but neither is attributed nor leads to what is. */
    static boolean isUnused(Map<String, NdArray> reference, List<String> sources, List<Value> inputs) {
        boolean inner = sources.stream()
                .anyMatch(s -> inputs.stream().noneMatch(i -> i.name().equals(s)));
        return !inner && !sources.containsAll(reference.keySet());
    }

    /**
     * The reference of one batch at the attributed values.
     *
     * @param reference by name; shared references give the same map for every batch where they can
     * @param feeds the batch's inputs
     * @param count examples in the batch
     */
    Map<String, NdArray> at(Map<String, NdArray> reference, Map<String, NdArray> feeds, int count) {
        if (sources.equals(List.copyOf(reference.keySet()))) {
            return reference;
        }
        if (!Task.isShared(reference)) {
            return evaluated(reference, feeds);
        }
        if (!shared.containsKey(reference)) {
            shared.put(reference, alone(reference, feeds, count));
        }
        Map<String, NdArray> once = shared.get(reference);
        return once != null ? once : evaluated(reference, feeds);
    }

    /** What a shared reference makes of the attributed values if no example has a part in them, else null. */
    private @Nullable Map<String, NdArray> alone(
            Map<String, NdArray> reference, Map<String, NdArray> feeds, int count) {
        try {
            return evaluated(reference, Task.unbatched(feeds, count));
        } catch (WhenceException e) {
            return null;
        }
    }

    private Map<String, NdArray> evaluated(Map<String, NdArray> reference, Map<String, NdArray> feeds) {
        Map<String, NdArray> out = new LinkedHashMap<>();
        Set<String> inputs = new HashSet<>();
        network.graph().inputs().forEach(i -> inputs.add(i.name()));
        for (String source : sources) {
            NdArray given = reference.get(source);
            if (given != null) {
                out.put(source, given);
            } else if (!inputs.contains(source)) {
                Map<String, NdArray> all = new LinkedHashMap<>(feeds);
                all.putAll(reference);
                out.putAll(network.evaluate(all, source));
            }
        }
        return out;
    }
}
