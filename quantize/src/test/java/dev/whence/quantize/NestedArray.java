package dev.whence.quantize;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** An array that a golden file keeps as lists in lists. */
record NestedArray(float[] floats, long[] shape) {
    static NestedArray of(JsonNode node) {
        List<Long> shape = new ArrayList<>();
        for (JsonNode at = node; at.isArray(); at = at.get(0)) {
            shape.add((long) at.size());
        }
        List<Float> elements = new ArrayList<>();
        collect(node, elements);
        float[] floats = new float[elements.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = elements.get(i);
        }
        return new NestedArray(floats, shape.stream().mapToLong(Long::longValue).toArray());
    }

    private static void collect(JsonNode node, List<Float> elements) {
        if (node.isArray()) {
            node.forEach(child -> collect(child, elements));
        } else {
            elements.add(node.floatValue());
        }
    }
}
