package dev.whence.graph;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/** Puts nodes after everything they read (Kahn's worklist; among those that are ready, the earliest goes first). */
final class NodeOrder {
    private NodeOrder() {}

    /** The nodes in order; a list that is in order already stays as it is. */
    static List<Node> sorted(List<Node> nodes, Map<String, Node> producers) {
        Map<String, Integer> places = new HashMap<>();
        for (int i = 0; i < nodes.size(); i++) {
            places.put(nodes.get(i).name(), i);
        }
        int[] waiting = new int[nodes.size()];
        List<List<Integer>> readers = new ArrayList<>();
        nodes.forEach(n -> readers.add(new ArrayList<>()));
        for (int i = 0; i < nodes.size(); i++) {
            for (String value : nodes.get(i).reads()) {
                Node producer = producers.get(value);
                Integer place = producer == null ? null : places.get(producer.name());
                if (place != null) {
                    readers.get(place).add(i);
                    waiting[i]++;
                }
            }
        }
        PriorityQueue<Integer> ready = new PriorityQueue<>();
        for (int i = 0; i < waiting.length; i++) {
            if (waiting[i] == 0) {
                ready.add(i);
            }
        }
        List<Node> out = new ArrayList<>(nodes.size());
        for (Integer next = ready.poll(); next != null; next = ready.poll()) {
            out.add(nodes.get(next));
            for (int reader : readers.get(next)) {
                if (--waiting[reader] == 0) {
                    ready.add(reader);
                }
            }
        }
        if (out.size() < nodes.size()) {
            throw circle(nodes, waiting);
        }
        return List.copyOf(out);
    }

    private static WhenceException circle(List<Node> nodes, int[] waiting) {
        int first = 0;
        while (waiting[first] == 0) {
            first++;
        }
        return new WhenceException(
                ErrorCode.MODEL_INVALID,
                "nodes wait for each other in a circle, near node "
                        + Names.literal(nodes.get(first).name()) + " ("
                        + nodes.get(first).operatorText() + ")");
    }
}
