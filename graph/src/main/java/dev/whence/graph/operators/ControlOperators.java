package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attributes;
import dev.whence.graph.Call;
import dev.whence.graph.Dimension;
import dev.whence.graph.Emitter;
import dev.whence.graph.Graph;
import dev.whence.graph.Interpreter;
import dev.whence.graph.Node;
import dev.whence.graph.Operator;
import dev.whence.graph.Slot;
import dev.whence.graph.Value;
import dev.whence.graph.Variable;
import dev.whence.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Operators with graphs inside: If, Loop, Scan. They are unrolled while they run: each step of the graphs inside is recorded
 * on its own.
 */
final class ControlOperators {
    private ControlOperators() {}

    /** More turns than any sound network takes. */
    private static final long MOST_TURNS = 1_000_000;

    /** One of two graphs, by a truth value. */
    static final Operator IF = Operator.named("If")
            .structural((interpreter, node, in) -> interpreter.runInner(
                    node.attributes().graph(isTrue(slot(in, 0)) ? "then_branch" : "else_branch"), List.of()))
            .build();

    /** A graph run again and again, for a number of turns or while a condition holds. */
    static final Operator LOOP =
            Operator.named("Loop").structural(ControlOperators::loop).build();

    private static List<? extends @Nullable Variable> loop(
            Interpreter interpreter, Node node, @Nullable Variable[] in) {
        Graph body = node.attributes().graph("body");
        long turns =
                in.length > 0 && in[0] != null ? (long) slot(in, 0).tensor().item() : Long.MAX_VALUE;
        List<Variable> carried = new ArrayList<>();
        for (int i = 2; i < in.length; i++) {
            carried.add(given(in, i));
        }
        int states = carried.size();
        if (body.inputs().size() != states + 2 || body.outputs().size() < states + 1) {
            throw new WhenceException(
                    ErrorCode.MODEL_INVALID,
                    "its body has " + body.inputs().size() + " inputs and "
                            + body.outputs().size() + " outputs, which do not fit " + states + " carried values");
        }
        Variable condition = in.length > 1 && in[1] != null ? in[1] : truth(interpreter);
        Gathered gathered = new Gathered(interpreter, body.outputs().size() - states - 1);
        boolean goesOn = isTrue(condition);
        for (long turn = 0; turn < turns && goesOn; turn++) {
            if (turn >= MOST_TURNS) {
                throw new WhenceException(
                        ErrorCode.OPERATOR_FAILED, "the loop does not end within " + MOST_TURNS + " turns");
            }
            List<Variable> arguments = new ArrayList<>();
            arguments.add(interpreter.constant(node.name() + "/turn", Tensor.of(NdArray.of(new long[] {turn}))));
            arguments.add(condition);
            arguments.addAll(carried);
            List<Variable> results = interpreter.runInner(body, arguments);
            condition = results.getFirst();
            carried = results.subList(1, states + 1);
            gathered.add(results.subList(states + 1, results.size()));
            goesOn = isTrue(condition);
        }
        List<Variable> out = new ArrayList<>(carried);
        int series = body.outputs().size() - states - 1;
        List<Value> declared = body.outputs().subList(states + 1, states + 1 + series);
        gathered.stacked(node, declared, new long[series], new long[series], out);
        return out;
    }

    private static Slot truth(Interpreter interpreter) {
        return interpreter.constant("true", Tensor.of(NdArray.ofIntegers(NdArray.Type.BOOL, new long[] {1})));
    }

    /** What the turns of a loop give beside their state, kept until it is stacked. */
    private static final class Gathered {
        private final Interpreter interpreter;
        private final List<List<Slot>> series = new ArrayList<>();

        Gathered(Interpreter interpreter, int count) {
            this.interpreter = interpreter;
            for (int i = 0; i < count; i++) {
                series.add(new ArrayList<>());
            }
        }

        void add(List<Variable> results) {
            for (int i = 0; i < series.size(); i++) {
                Slot slot = slot(results.get(i));
                interpreter.keep(slot);
                series.get(i).add(slot);
            }
        }

        void stacked(Node node, List<Value> declared, long[] axes, long[] directions, List<Variable> out) {
            for (int i = 0; i < series.size(); i++) {
                List<Slot> turns =
                        directions[i] == 0 ? series.get(i) : series.get(i).reversed();
                Value value = declared.get(i);
                int axis = turns.isEmpty()
                        ? 0
                        : Call.axis(axes[i], turns.getFirst().shape().length + 1);
                out.add(
                        turns.isEmpty()
                                ? nothing(interpreter, value)
                                : interpreter
                                        .emit(node, emitter -> List.of(stack(emitter, turns, axis)))
                                        .getFirst());
            }
            // What was gathered may also be part of the state, which leaves with the results.
            out.forEach(interpreter::keep);
            series.forEach(turns -> turns.forEach(interpreter::letGo));
            out.forEach(interpreter::handOver);
        }
    }

    /** A graph run over the entries of an axis of some inputs, with a state. Before opset 9, for each example of a batch. */
    static final Operator SCAN = Operator.named("Scan")
            .since(8)
            .structural((interpreter, node, in) -> interpreter.emit(node, emitter -> {
                Scanning scan = Scanning.of(interpreter, emitter, node, in.length - (node.opset() < 9 ? 1 : 0));
                return node.opset() < 9 ? scan.batch(in) : scan.run(Arrays.asList(in), node.attributes());
            }))
            .build();

    /** One Scan at work. */
    private record Scanning(Interpreter interpreter, Emitter emitter, Node node, Graph body, int states, int series) {
        static Scanning of(Interpreter interpreter, Emitter emitter, Node node, int inputs) {
            Graph body = node.attributes().graph("body");
            int series = Math.toIntExact(node.attributes().integer("num_scan_inputs"));
            int states = inputs - series;
            if (series < 1
                    || states < 0
                    || body.inputs().size() != inputs
                    || body.outputs().size() < states) {
                throw new WhenceException(
                        ErrorCode.MODEL_INVALID,
                        "its body has " + body.inputs().size() + " inputs, which do not fit " + inputs + " inputs, "
                                + series + " of them scanned");
            }
            return new Scanning(interpreter, emitter, node, body, states, series);
        }

        List<Variable> batch(@Nullable Variable[] in) {
            if (in[0] != null) {
                throw new WhenceException(ErrorCode.OPERATOR_UNSUPPORTED, "sequence lengths are not supported");
            }
            List<List<Slot>> examples = new ArrayList<>();
            for (int i = 1; i < in.length; i++) {
                examples.add(entries(slot(in, i), 0));
            }
            Attributes turned =
                    Attributes.of("scan_input_directions", node.attributes().integers("directions", new long[series]));
            List<List<Slot>> results = new ArrayList<>();
            for (int b = 0; b < examples.getFirst().size(); b++) {
                List<Variable> one = new ArrayList<>();
                for (List<Slot> values : examples) {
                    one.add(values.get(b));
                }
                List<Variable> out = run(one, turned);
                out.forEach(interpreter::keep);
                results.add(out.stream().map(ControlOperators::slot).toList());
            }
            List<Variable> stacked = new ArrayList<>();
            for (int i = 0; i < body.outputs().size(); i++) {
                int place = i;
                stacked.add(
                        stack(emitter, results.stream().map(r -> r.get(place)).toList(), 0));
            }
            results.forEach(r -> r.forEach(interpreter::letGo));
            return stacked;
        }

        List<Variable> run(List<? extends @Nullable Variable> in, Attributes at) {
            long[] axes = at.integers("scan_input_axes", new long[series]);
            long[] directions = at.integers("scan_input_directions", new long[series]);
            List<List<Slot>> scanned = new ArrayList<>();
            for (int i = 0; i < series; i++) {
                Slot x = slot(in.get(states + i));
                List<Slot> entries = entries(x, Call.axis(axes[i], x.shape().length));
                scanned.add(directions[i] == 0 ? entries : entries.reversed());
                if (entries.size() != scanned.getFirst().size()) {
                    throw new WhenceException(
                            ErrorCode.SHAPE_MISMATCH,
                            "its scanned inputs have " + scanned.getFirst().size() + " and " + entries.size()
                                    + " entries");
                }
            }
            List<Variable> state = new ArrayList<>();
            for (int i = 0; i < states; i++) {
                state.add(slot(in.get(i)));
            }
            int outputs = body.outputs().size() - states;
            Gathered gathered = new Gathered(interpreter, outputs);
            for (int turn = 0; turn < scanned.getFirst().size(); turn++) {
                List<Variable> arguments = new ArrayList<>(state);
                for (List<Slot> entries : scanned) {
                    arguments.add(entries.get(turn));
                }
                List<Variable> results = interpreter.runInner(body, arguments);
                state = results.subList(0, states);
                gathered.add(results.subList(states, results.size()));
            }
            List<Variable> out = new ArrayList<>(state);
            long[] outAxes = at.integers("scan_output_axes", new long[outputs]);
            long[] outDirections = at.integers("scan_output_directions", new long[outputs]);
            gathered.stacked(node, body.outputs().subList(states, states + outputs), outAxes, outDirections, out);
            return out;
        }

        /** The entries of an axis, each without it. */
        private List<Slot> entries(Slot x, int axis) {
            int n = parts(x.shape()[axis]);
            if (n == 0) {
                return List.of();
            }
            Slot[] parts = emitter.applyMany("Split", n, Attributes.of(Map.of("axis", axis, "num_outputs", n)), x);
            Slot at = emitter.constant(axis);
            return Arrays.stream(parts)
                    .map(p -> emitter.apply("Squeeze", p, at))
                    .toList();
        }
    }

    /** How many parts an axis is cut into, if that is reasonable. */
    static int parts(long count) {
        if (count > MOST_TURNS) {
            throw new WhenceException(
                    ErrorCode.OPERATOR_FAILED,
                    "an axis cannot be cut into " + count + " parts; " + MOST_TURNS + " are the most");
        }
        return (int) count;
    }

    /** Tensors of one shape stacked along a new axis. */
    static Slot stack(Emitter emitter, List<Slot> parts, int axis) {
        Slot at = emitter.constant(axis);
        Slot[] rows = parts.stream().map(p -> emitter.apply("Unsqueeze", p, at)).toArray(Slot[]::new);
        return emitter.apply("Concat", Attributes.of("axis", axis), rows);
    }

    /** The result of no turn at all: as declared, with no rows. */
    private static Slot nothing(Interpreter interpreter, Value declared) {
        NdArray.Type type = declared.type() == null ? NdArray.Type.FLOAT32 : declared.type();
        List<Dimension> axes = declared.shape() == null ? List.of() : declared.shape();
        long[] shape = new long[axes.size() + 1];
        for (int i = 0; i < axes.size(); i++) {
            shape[i + 1] = axes.get(i) instanceof Dimension.Fixed(long size) ? size : 0;
        }
        return interpreter.constant(
                declared.name(), Tensor.zeros(interpreter.precision().resolve(type), shape));
    }

    // ---- shared with the operators on lists ---------------------------------------------------------------------

    static boolean isTrue(Variable condition) {
        return slot(condition).tensor().item() != 0;
    }

    /** An input that must be a tensor. */
    static Slot slot(@Nullable Variable[] in, int index) {
        return slot(given(in, index));
    }

    static Slot slot(@Nullable Variable variable) {
        if (variable instanceof Slot slot) {
            return slot;
        }
        throw new WhenceException(ErrorCode.MODEL_INVALID, "a tensor is expected, found " + variable);
    }

    /** An input that must be given. */
    static Variable given(@Nullable Variable[] in, int index) {
        Variable variable = index < in.length ? in[index] : null;
        if (variable == null) {
            throw new WhenceException(ErrorCode.MODEL_INVALID, "input " + index + " is missing");
        }
        return variable;
    }

    static final List<Operator> ALL = List.of(IF, LOOP, SCAN);
}
