package dev.whence.cli;

import dev.whence.cli.Diagnosis.Finding;
import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.explain.DeepLift;
import dev.whence.explain.Explainer;
import dev.whence.explain.Obstacle;
import dev.whence.explain.Request;
import dev.whence.explain.TokenEmbedding;
import dev.whence.graph.Dimension;
import dev.whence.graph.Graph;
import dev.whence.graph.Precision;
import dev.whence.graph.Value;
import dev.whence.graph.onnx.OnnxModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The work of {@code whence model check}. */
final class ModelChecking {
    /** Lengths that open axes are tried with, since not every network takes a picture of one pixel. */
    private static final List<Long> LENGTHS = List.of(1L, 8L, 32L, 224L);

    private static final long MOST_ELEMENTS = 1L << 28;
    private static final int MOST_NAMED = 10;

    private final ModelCheckCommand command;
    private final List<Finding> findings = new ArrayList<>();

    private ModelChecking(ModelCheckCommand command) {
        this.command = command;
    }

    static int run(ModelCheckCommand command) {
        List<Finding> findings;
        try (ConsoleProgress progress = command.common.progress(command.console, command.cancellation)) {
            ModelChecking check = new ModelChecking(command);
            check.look(progress);
            findings = check.findings;
        }
        return Findings.print(command.console, command.common.json, findings);
    }

    private void look(ConsoleProgress progress) {
        OnnxModel model = OnnxModel.load(command.model.model);
        Graph graph = model.graph();
        findings.add(Finding.fine(
                "Import",
                graph.nodes().size() + " nodes, " + ModelShowing.parameters(graph) + " parameters, opset "
                        + model.opsets().getOrDefault("", 0)));
        try (Explainer explainer = Session.load(command.model, progress)) {
            long kinds = graph.nodes().stream()
                    .map(node -> node.operator())
                    .distinct()
                    .count();
            findings.add(Finding.fine("Operators", "all " + kinds + " kinds are supported"));
            Map<String, NdArray> inputs = command.files.inputs.isEmpty() && command.files.text.texts.isEmpty()
                    ? zeros(explainer)
                    : given(explainer, progress);
            if (inputs != null) {
                methods(explainer, inputs);
            }
        } catch (WhenceException e) {
            if (e.code() != ErrorCode.OPERATOR_UNSUPPORTED) {
                throw e;
            }
            findings.add(new Finding("Operators", message(e), Diagnosis.State.BAD, ""));
        }
    }

    // ---- running -----------------------------------------------------------------------------------------------

    private @Nullable Map<String, NdArray> given(Explainer explainer, ConsoleProgress progress) {
        try (Session session = Session.open(command.model, command.files, progress)) {
            Map<String, NdArray> inputs = session.arrays();
            try {
                tell(explainer.network().evaluate(inputs), "the inputs given");
                return inputs;
            } catch (WhenceException e) {
                findings.add(new Finding("Run", message(e), Diagnosis.State.BAD, ""));
                return null;
            }
        }
    }

    private @Nullable Map<String, NdArray> zeros(Explainer explainer) {
        Graph graph = explainer.graph();
        String failure = "";
        for (long length : LENGTHS) {
            Map<String, NdArray> inputs = new LinkedHashMap<>();
            try {
                for (Value input : graph.inputs()) {
                    inputs.put(input.name(), zero(input, explainer.network().precision(), length));
                }
                tell(
                        explainer.network().evaluate(inputs),
                        length == 1 ? "zeros" : "zeros, open axes of length " + length);
                return inputs;
            } catch (WhenceException e) {
                failure = failure.isEmpty() ? message(e) : failure;
                if (graph.inputs().stream().noneMatch(ModelChecking::isOpen)) {
                    break;
                }
            }
        }
        findings.add(new Finding(
                "Run", failure, Diagnosis.State.BAD, "Zeros may be no possible input; give one with --input."));
        return null;
    }

    private void tell(Map<String, NdArray> outputs, String with) {
        String text = outputs.entrySet().stream()
                .map(e -> e.getKey() + " " + e.getValue())
                .collect(Collectors.joining(", "));
        findings.add(Finding.fine("Run", "with " + with + ": " + text));
    }

    /** Whether any axis but the batch is open. */
    private static boolean isOpen(Value input) {
        List<Dimension> shape = input.shape();
        return shape != null && shape.stream().skip(1).anyMatch(d -> d instanceof Dimension.Symbolic);
    }

    private static NdArray zero(Value input, Precision precision, long open) {
        List<Dimension> shape = input.shape();
        NdArray.Type declared = input.type();
        if (shape == null || declared == null) {
            throw new WhenceException(
                    ErrorCode.INPUT_INVALID, "The model does not say what its input '" + input.name() + "' is.");
        }
        long[] lengths = new long[shape.size()];
        for (int axis = 0; axis < lengths.length; axis++) {
            lengths[axis] = shape.get(axis) instanceof Dimension.Fixed(long size) ? size : axis == 0 ? 1 : open;
        }
        long elements = NdArray.elements(lengths);
        if (elements > MOST_ELEMENTS) {
            throw new WhenceException(
                    ErrorCode.INPUT_INVALID, "Input " + input + " has more than " + MOST_ELEMENTS + " elements.");
        }
        NdArray.Type type = precision.resolve(declared);
        if (!type.isFloating()) {
            return NdArray.ofIntegers(type, new long[(int) elements], lengths);
        }
        return type == NdArray.Type.FLOAT64
                ? NdArray.of(new double[(int) elements], lengths)
                : NdArray.of(new float[(int) elements], lengths);
    }

    // ---- methods -----------------------------------------------------------------------------------------------

    private void methods(Explainer explainer, Map<String, NdArray> inputs) {
        List<Obstacle> obstacles;
        String at = command.at == null ? embedding(explainer, inputs) : command.at;
        try {
            obstacles = explainer.obstacles(
                    Request.of(inputs, DeepLift.RESCALE).output(command.output).at(at));
        } catch (WhenceException e) {
            findings.add(new Finding("Methods", message(e), Diagnosis.State.NOTICE, ""));
            return;
        }
        if (obstacles.isEmpty()) {
            findings.add(Finding.fine("DeepLIFT", "every node between target and inputs has a rule"));
            findings.add(Finding.fine("Gradients", "every node between target and inputs has a gradient"));
        } else {
            String named = obstacles.stream()
                    .limit(MOST_NAMED)
                    .map(o -> "'" + o.node() + "' (operator " + o.operator() + ", opset " + o.opset() + "): "
                            + o.reason())
                    .collect(Collectors.joining("; "));
            int more = obstacles.size() - MOST_NAMED;
            String text = "stopped by " + named + (more > 0 ? "; and " + more + " more" : "");
            findings.add(new Finding(
                    "DeepLIFT",
                    text,
                    Diagnosis.State.NOTICE,
                    "Explain a value before these nodes with --output NODE."));
            findings.add(new Finding("Gradients", "pass nothing through the same nodes", Diagnosis.State.NOTICE, ""));
        }
        findings.add(Finding.fine("Occlusion", "works with every model that runs"));
    }

    /** Where a model of token ids is explained, or null for all others. */
    private @Nullable String embedding(Explainer explainer, Map<String, NdArray> inputs) {
        if (inputs.values().stream().anyMatch(array -> array.type().isFloating())) {
            return null;
        }
        TokenEmbedding tokens = TokenEmbedding.find(explainer.graph()).orElse(null);
        if (tokens == null) {
            return null;
        }
        findings.add(Finding.fine(
                "Tokens",
                "one score for each id of '" + tokens.input() + "', explained at '" + tokens.value() + "' ("
                        + tokens.rows() + " vectors of " + tokens.width() + " numbers)"));
        return tokens.value();
    }

    private static String message(WhenceException e) {
        return String.valueOf(e.getMessage());
    }
}
