package dev.whence.graph.onnx;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Names that are taken, and fresh ones made from them. */
final class UniqueNames {
    private final Set<String> taken = new HashSet<>();
    private final Map<String, Integer> next = new HashMap<>();

    /** Takes a name; false if it was taken before. */
    boolean take(String name) {
        return taken.add(name);
    }

    /** Takes the name itself, or with the first number behind it that makes it a new one. */
    String fresh(String base) {
        String made = base;
        while (!taken.add(made)) {
            int number = next.merge(base, 1, Integer::sum) + 1;
            made = base + "_" + number;
        }
        return made;
    }
}
