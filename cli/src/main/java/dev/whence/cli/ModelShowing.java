package dev.whence.cli;

import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Value;
import dev.whence.graph.onnx.OnnxModel;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The work of {@code whence model show}. */
final class ModelShowing {
    private ModelShowing() {}

    static int run(ModelShowCommand command) {
        OnnxModel model = OnnxModel.load(command.model);
        if (command.common.json) {
            command.console.out().println(JsonLine.write(facts(command, model)));
            return ExitCode.DONE;
        }
        PrintWriter out = command.console.out();
        Ink ink = new Ink(command.console);
        Graph graph = model.graph();
        line(out, "file", command.model.toString());
        line(out, "sha256", model.sha256());
        line(out, "producer", model.producer().isEmpty() ? "not said" : model.producer());
        line(out, "format", "ONNX IR version " + model.irVersion());
        line(out, "opset", opsets(model));
        line(out, "inputs", values(graph.inputs()));
        line(out, "outputs", values(graph.outputs()));
        line(out, "parameters", String.format(Locale.ROOT, "%,d", parameters(graph)));
        line(
                out,
                "nodes",
                graph.nodes().size() + ": "
                        + operators(graph).entrySet().stream()
                                .map(e -> e.getValue() + " " + e.getKey())
                                .collect(Collectors.joining(", ")));
        graph.metadata().forEach((key, note) -> line(out, "note", key + " = " + Summary.shortened(note, 200)));
        if (!command.brief) {
            out.println();
            out.println(ink.bold("The graph, as docs/reference/graph-text.md describes it"));
            out.println(graph.toText().stripTrailing());
        }
        return ExitCode.DONE;
    }

    private static void line(PrintWriter out, String name, String value) {
        out.printf(Locale.ROOT, "%-12s %s%n", name, value);
    }

    private static String values(List<Value> values) {
        return values.stream().map(Value::toString).collect(Collectors.joining(", "));
    }

    private static String opsets(OnnxModel model) {
        return model.opsets().entrySet().stream()
                .map(e -> (e.getKey().isEmpty() ? "" : e.getKey() + " ") + e.getValue())
                .collect(Collectors.joining(", "));
    }

    /** The numbers in all constants that hold real ones. */
    static long parameters(Graph graph) {
        return graph.constants().values().stream()
                .filter(constant -> !constant.isText() && constant.type().isFloating())
                .mapToLong(Constant::elements)
                .sum();
    }

    private static Map<String, Integer> operators(Graph graph) {
        Map<String, Integer> counts = new TreeMap<>();
        graph.nodes().forEach(node -> counts.merge(node.operator(), 1, Integer::sum));
        return counts;
    }

    private static Map<String, Object> facts(ModelShowCommand command, OnnxModel model) {
        Graph graph = model.graph();
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("file", command.model.toString());
        all.put("sha256", model.sha256());
        all.put("producer", model.producer());
        all.put("irVersion", model.irVersion());
        all.put("opsets", model.opsets());
        all.put("inputs", declared(graph.inputs()));
        all.put("outputs", declared(graph.outputs()));
        all.put("parameters", parameters(graph));
        all.put("operators", operators(graph));
        all.put("metadata", graph.metadata());
        if (!command.brief) {
            all.put("graph", graph.toText());
        }
        return all;
    }

    private static List<Map<String, String>> declared(List<Value> values) {
        List<Map<String, String>> out = new ArrayList<>();
        for (Value value : values) {
            out.add(Map.of("name", value.name(), "declared", value.declared().toString()));
        }
        return out;
    }
}
