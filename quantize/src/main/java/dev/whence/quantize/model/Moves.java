package dev.whence.quantize.model;

import dev.whence.graph.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Nodes that move numbers and leave them as they are, and the ways through them. */
final class Moves {
    private static final String[] MOVING = {
        "Identity",
        "Cast",
        "Dropout",
        "Reshape",
        "Flatten",
        "Squeeze",
        "Unsqueeze",
        "Transpose",
        "Slice",
        "Gather",
        "Split",
        "Expand",
        "DepthToSpace",
        "SpaceToDepth"
    };

    private final Wiring wiring;
    private final Map<String, String> origins = new HashMap<>();

    Moves(Wiring wiring) {
        this.wiring = wiring;
        wiring.graph().nodes().forEach(this::findOrigin);
    }

    /** Whether a node gives on the numbers of its first input, wherever they go. */
    boolean isMove(Node node) {
        return (Wiring.is(node, MOVING) || isEmptyPadding(node))
                && wiring.isData(node.inputs().getFirst())
                && node.inputs().stream().skip(1).noneMatch(wiring::isData);
    }

    /** Whether a node pads by nothing, as exporters write it for windows that happen to fit. */
    private boolean isEmptyPadding(Node node) {
        return Wiring.is(node, "Pad")
                && node.hasInput(1)
                && wiring.isConstant(node.inputs().get(1))
                && Arrays.stream(wiring.constant(node.inputs().get(1))
                                .toNdArray()
                                .toDoubles())
                        .allMatch(p -> p == 0);
    }

    /** The value whose numbers a value holds: back through moves, and through pieces of one value that are put together. */
    String origin(String value) {
        return origins.getOrDefault(value, value);
    }

    private void findOrigin(Node node) {
        String before = null;
        if (isMove(node)) {
            before = origin(node.inputs().getFirst());
        } else if (Wiring.is(node, "Concat")) {
            Set<String> parts = new HashSet<>();
            node.inputs().forEach(i -> parts.add(origin(i)));
            before = parts.size() == 1 ? parts.iterator().next() : null;
        }
        for (String output : node.outputs()) {
            if (before != null && !output.isEmpty()) {
                origins.put(output, before);
            }
        }
    }

    /** The values that hold numbers of a value and nothing else, the value itself first. */
    Set<String> carriers(String value) {
        Set<String> out = new LinkedHashSet<>(List.of(value));
        List<String> open = new ArrayList<>(out);
        while (!open.isEmpty()) {
            for (Node reader : wiring.dataReaders(open.removeLast())) {
                boolean passes = isMove(reader) || (Wiring.is(reader, "Concat") && out.containsAll(reader.inputs()));
                if (passes) {
                    for (String made : reader.outputs()) {
                        if (!made.isEmpty() && out.add(made)) {
                            open.add(made);
                        }
                    }
                }
            }
        }
        return out;
    }

    /** The nodes that do something with the numbers of a value, behind all moves. */
    Set<Node> ends(String value) {
        Set<Node> out = new LinkedHashSet<>();
        Set<String> carriers = carriers(value);
        for (String carrier : carriers) {
            for (Node reader : wiring.dataReaders(carrier)) {
                if (!carriers.containsAll(
                        reader.outputs().stream().filter(o -> !o.isEmpty()).toList())) {
                    out.add(reader);
                }
            }
        }
        return out;
    }
}
