package dev.whence.quantize.evaluation;

import dev.whence.core.NdArray;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Several inputs as one row of numbers, which is cut and shaped into them: what is attributed to all of them at once can then
 * be attributed to one value, and other inputs of real numbers are left alone.
 *
 * @param shapes the shape of each input in one example, by name
 */
record JoinedInputs(Map<String, long[]> shapes) {
    private static final String ROW = "whence::inputs";

    /** Of these inputs as they are in one example. */
    static JoinedInputs of(List<String> names, Map<String, NdArray> example) {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        for (String name : names) {
            NdArray array = example.get(name);
            if (array != null) {
                shapes.put(name, array.shape());
            }
        }
        return new JoinedInputs(shapes);
    }

    /** The value that takes the place of all of them. */
    String value() {
        return ROW;
    }

    /** The graph that reads the row. */
    Graph in(Graph graph) {
        Graph.Builder builder = Graph.builder(graph.name());
        for (Value input : graph.inputs()) {
            if (!shapes.containsKey(input.name())) {
                builder.input(input);
            }
        }
        long[] sizes = shapes.values().stream().mapToLong(NdArray::elements).toArray();
        builder.input(ROW, NdArray.Type.FLOAT32, 1, Arrays.stream(sizes).sum());
        graph.constants().forEach(builder::constant);
        builder.constant(ROW + "::sizes", Constant.ofLongs(sizes));
        List<String> parts = shapes.keySet().stream().map(n -> n + "::part").toList();
        builder.node("Split", List.of(ROW, ROW + "::sizes"), parts, Attributes.of("axis", 1));
        shapes.forEach((name, shape) -> {
            builder.constant(name + "::shape", Constant.ofLongs(shape));
            builder.node("Reshape", name, name + "::part", name + "::shape");
        });
        graph.nodes().forEach(builder::node);
        graph.outputs().forEach(builder::output);
        return builder.build();
    }

    /** An example with the row in place of the inputs. */
    Map<String, NdArray> in(Map<String, NdArray> example) {
        Map<String, NdArray> out = new LinkedHashMap<>();
        int size = (int) shapes.values().stream().mapToLong(NdArray::elements).sum();
        float[] row = new float[size];
        int at = 0;
        for (Map.Entry<String, NdArray> one : example.entrySet()) {
            if (!shapes.containsKey(one.getKey())) {
                out.put(one.getKey(), one.getValue());
            }
        }
        for (String name : shapes.keySet()) {
            float[] part = Objects.requireNonNull(example.get(name)).toFloats();
            System.arraycopy(part, 0, row, at, part.length);
            at += part.length;
        }
        out.put(ROW, NdArray.of(row, 1, size));
        return out;
    }

    /** The parts of a row, in the order of the inputs and in their shapes. */
    List<NdArray> parts(NdArray row) {
        float[] all = row.toFloats();
        List<NdArray> out = new ArrayList<>();
        int at = 0;
        for (long[] shape : shapes.values()) {
            int size = (int) NdArray.elements(shape);
            out.add(NdArray.of(Arrays.copyOfRange(all, at, at + size), shape));
            at += size;
        }
        return out;
    }
}
