package dev.whence.graph;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * One operation of a graph.
 *
 * @param name unique in its graph, never empty
 * @param domain the family of the operator; empty for the standard one of ONNX
 * @param operator the name of the operator, such as {@code Conv}
 * @param opset the version of the domain that the model imports; it decides the operator's meaning
 * @param inputs names of the values read, in order; an empty name is an optional input that is absent
 * @param outputs names of the values made, in order; an empty name is an output nobody wants
 * @param attributes the settings
 */
public record Node(
        String name,
        String domain,
        String operator,
        int opset,
        List<String> inputs,
        List<String> outputs,
        Attributes attributes) {
    public Node {
        if (name.isEmpty()) {
            throw new IllegalArgumentException("name must not be empty");
        }
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        Objects.requireNonNull(attributes, "attributes");
    }

    /** The operator with its domain and version, such as {@code Relu-14} or {@code com.example::Norm-1}. */
    public String operatorText() {
        return (domain.isEmpty() ? "" : domain + "::") + operator + "-" + opset;
    }

    /** Whether the input at an index is given: neither absent nor past the end. */
    public boolean hasInput(int index) {
        return index < inputs.size() && !inputs.get(index).isEmpty();
    }

    /** Every value this node needs: its inputs, then what the graphs inside it capture. Each once, in order. */
    public Set<String> reads() {
        Set<String> out = new LinkedHashSet<>(inputs);
        out.remove("");
        attributes.graphs().forEach(g -> out.addAll(g.captured()));
        return out;
    }

    /** The same node under another name, with other inputs, outputs and attributes. */
    public Node rewired(String newName, List<String> newInputs, List<String> newOutputs, Attributes newAttributes) {
        return new Node(newName, domain, operator, opset, newInputs, newOutputs, newAttributes);
    }

    /** The text form on one line, without the graphs inside. */
    @Override
    public String toString() {
        return GraphText.line(this);
    }
}
