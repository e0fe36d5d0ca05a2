package dev.whence.graph.rewrite;

import dev.whence.graph.Constant;
import dev.whence.graph.Node;
import java.util.List;
import java.util.Map;

/**
 * What one rewrite does at one place.
 *
 * @param removed the nodes that go
 * @param added the nodes that come in their place
 * @param constants constants that come with them
 * @param redirected values that go without anything being made in their place, with the value that readers read instead
 */
record Edit(List<Node> removed, List<Node> added, Map<String, Constant> constants, Map<String, String> redirected) {
    Edit {
        removed = List.copyOf(removed);
        added = List.copyOf(added);
        constants = Map.copyOf(constants);
        redirected = Map.copyOf(redirected);
    }

    /** One node, with the same name and outputs, for one or several. */
    static Edit replace(List<Node> removed, Node by) {
        return new Edit(removed, List.of(by), Map.of(), Map.of());
    }
}
