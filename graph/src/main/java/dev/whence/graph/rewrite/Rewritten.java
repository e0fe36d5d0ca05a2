package dev.whence.graph.rewrite;

import dev.whence.graph.Graph;
import java.util.List;
import java.util.Map;

/**
 * A rewritten graph and the way back to the user's.
 *
 * @param graph the new graph, with the same inputs and outputs
 * @param nodes by name of a node of the new graph, the names of the user's nodes it stands for, in order; every node has an
 *     entry
 * @param values by name of a value that is gone though its numbers live on, the value that holds them now
 * @param applied the rewrites that found a place, with how many, in order
 */
public record Rewritten(
        Graph graph, Map<String, List<String>> nodes, Map<String, String> values, Map<String, Integer> applied) {
    /** The value of the new graph that holds the numbers of a value of the user's graph. */
    public String value(String name) {
        return values.getOrDefault(name, name);
    }
}
