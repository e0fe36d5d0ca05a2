package dev.whence.graph;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One forward run of a network: executes nodes in order, unrolls loops and expansions, records what carries attribution and
 * frees what nobody will read. Used by operators with graphs inside; a new one is made for every run.
 */
public final class Interpreter {
    private final Network network;
    private final Set<String> sources;
    private final Retention retention;
    private final List<Step> steps = new ArrayList<>();
    private @Nullable Frame frame;
    private @Nullable Profile profile;

    Interpreter(Network network, Set<String> sources, Retention retention) {
        this.network = network;
        this.sources = sources;
        this.retention = retention;
    }

    /** What a caller wants to read of each step after the run. */
    @FunctionalInterface
    public interface Retention {
        /** Keeps nothing: a plain forward run. */
        Retention NOTHING = (operator, kind) -> Reads.NOTHING;

        /** Keeps what the operators' gradients read. */
        Retention GRADIENT = (operator, kind) -> kind.isLinear() ? Reads.NOTHING : operator.reads();

        /** Keeps everything. */
        Retention ALL = (operator, kind) -> Reads.ALL;

        /** What is read of steps of this operator and kind. */
        Reads reads(Operator operator, Kind kind);
    }

    /** Runs the network's own graph. */
    Trace runMain(Map<String, ? extends Variable> feeds, Set<String> keep) {
        Graph graph = network.graph();
        Frame f = new Frame(null, Map.of());
        frame = f;
        profile = Profile.current();
        network.bindConstants((name, tensor) -> f.bind(name, new Slot(name, tensor, false, true)));
        f.bindTexts(graph);
        feeds.forEach(f::bind);
        List<Node> plan = network.plan(keep, feeds.keySet());
        plan.forEach(n -> n.reads().forEach(name -> f.remaining.merge(name, 1, Integer::sum)));
        keep.forEach(name -> f.remaining.merge(name, 1, Integer::sum));
        for (Node node : plan) {
            executeAndRelease(node, f);
        }
        Map<String, Variable> kept = new HashMap<>();
        keep.forEach(name -> {
            Variable v = f.names.get(name);
            if (v != null) {
                kept.put(name, v);
            }
        });
        return new Trace(steps, kept);
    }

    private void executeAndRelease(Node node, Frame f) {
        execute(node);
        for (String name : node.reads()) {
            f.read(name);
        }
        for (String name : node.outputs()) {
            if (!name.isEmpty() && f.remaining.getOrDefault(name, 0) == 0) {
                f.unbind(name);
            }
        }
    }

    private void execute(Node node) {
        Frame f = Objects.requireNonNull(frame);
        Operator operator = network.operator(node);
        @Nullable Variable[] in = new @Nullable Variable[node.inputs().size()];
        for (int i = 0; i < in.length; i++) {
            in[i] = node.hasInput(i) ? f.find(node.inputs().get(i)) : null;
        }
        List<? extends @Nullable Variable> out;
        try {
            out = run(operator, node, in);
        } catch (WhenceException e) {
            throw String.valueOf(e.getMessage()).startsWith("Node '") ? e : located(node, in, e);
        } catch (IndexOutOfBoundsException | ArithmeticException | IllegalArgumentException e) {
            throw located(node, in, new WhenceException(ErrorCode.OPERATOR_FAILED, firstLine(e), e));
        }
        for (int i = 0; i < node.outputs().size(); i++) {
            String name = node.outputs().get(i);
            Variable v = i < out.size() ? out.get(i) : null;
            if (!name.isEmpty() && v != null) {
                f.bind(name, sourced(name, v));
            }
        }
    }

    /** An inner value that is itself attributed begins to carry attribution where it is made. */
    private Variable sourced(String name, Variable v) {
        return frame != null && frame.outer == null && sources.contains(name) && v instanceof Slot slot
                ? new Slot(name, slot.tensor().alias(), true, true)
                : v;
    }

    private static WhenceException located(Node node, @Nullable Variable[] in, WhenceException e) {
        return new WhenceException(
                e.code() == ErrorCode.MODEL_INVALID ? ErrorCode.OPERATOR_FAILED : e.code(),
                "Node '" + node.name() + "' (operator " + node.operator() + ", opset " + node.opset() + ", inputs "
                        + Arrays.toString(in) + "): " + e.getMessage(),
                e);
    }

    /** Runs one operator on variables; what happens depends on its body. */
    private List<? extends @Nullable Variable> run(Operator operator, Node node, @Nullable Variable[] in) {
        return switch (operator.body()) {
            case Operator.Primitive(Operator.Forward forward) -> {
                TextCoding coding = TextCoding.of(node, in);
                yield coding == null
                        ? Arrays.asList(runPrimitive(operator, forward, node, slots(node, in)))
                        : coding.decoded(runPrimitive(operator, forward, node, slots(node, coding.encoded(in))));
            }
            case Operator.Inlined(Kind.Expansion expansion) -> {
                @Nullable Slot[] slots = slots(node, in);
                Call call = Call.forward(node, network.precision(), slots);
                try (Expanding emitter = new Expanding(node)) {
                    yield Arrays.asList(emitter.results(expansion.expand(emitter, call, slots)));
                }
            }
            case Operator.Structural(Operator.Control control) -> control.run(this, node, in);
        };
    }

    private static @Nullable Slot[] slots(Node node, @Nullable Variable[] in) {
        @Nullable Slot[] slots = new @Nullable Slot[in.length];
        for (int i = 0; i < in.length; i++) {
            if (in[i] == null || in[i] instanceof Slot) {
                slots[i] = (Slot) in[i];
            } else {
                throw new WhenceException(
                        ErrorCode.MODEL_INVALID,
                        "input " + i + " of node '" + node.name() + "' must be a tensor of numbers, found "
                                + (in[i] instanceof Variable.Texts ? "strings" : "a sequence or optional"));
            }
        }
        return slots;
    }

    private @Nullable Slot[] runPrimitive(Operator operator, Operator.Forward forward, Node node, @Nullable Slot[] in) {
        Call call = Call.forward(node, network.precision(), in);
        boolean active = call.firstActive() >= 0;
        @Nullable Slot[] out = new @Nullable Slot[node.outputs().size()];
        long start = profile == null ? 0 : profile.now();
        try (TensorScope temporaries = TensorScope.open()) {
            List<? extends @Nullable Tensor> results = forward.apply(call);
            for (int i = 0; i < out.length && i < results.size(); i++) {
                Tensor tensor = results.get(i);
                if (tensor != null && call.wants(i)) {
                    out[i] = new Slot(node.outputs().get(i), temporaries.export(tensor), active, false);
                }
            }
        } catch (WhenceException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new WhenceException(ErrorCode.OPERATOR_FAILED, firstLine(e), e);
        }
        if (profile != null) {
            long bytes = 0;
            for (Slot slot : out) {
                bytes += slot == null ? 0 : Profile.bytes(slot.tensor());
            }
            profile.add(operator.name(), Profile.Direction.FORWARD, profile.now() - start, bytes);
        }
        if (active) {
            record(operator, node, call, in, out);
        }
        return out;
    }

    private static String firstLine(RuntimeException e) {
        String message = String.valueOf(e.getMessage());
        int end = message.indexOf('\n');
        return (end < 0 ? message : message.substring(0, end)).strip();
    }

    private void record(Operator operator, Node node, Call call, @Nullable Slot[] in, @Nullable Slot[] out) {
        Kind kind = operator.kind(call);
        Reads reads = retention.reads(operator, kind);
        for (Slot slot : in) {
            if (slot != null
                    && (reads.inputs() || !slot.isActive() || !slot.type().isFloating())) {
                slot.hold();
            }
        }
        for (Slot slot : out) {
            if (slot != null && reads.outputs()) {
                slot.hold();
            }
        }
        steps.add(new Step(node, operator, kind, in, out, network.precision()));
    }

    // ---- for operators with graphs inside ----------------------------------------------------------------------

    /**
     * Runs a graph inside a node: binds its inputs in order, sees the names around it, and returns its outputs in order.
     */
    public List<Variable> runInner(Graph inner, List<? extends Variable> arguments) {
        if (arguments.size() != inner.inputs().size()) {
            throw new WhenceException(
                    ErrorCode.MODEL_INVALID,
                    "graph '" + inner.name() + "' takes " + inner.inputs().size() + " inputs but gets "
                            + arguments.size());
        }
        Frame f = new Frame(frame, network.readCounts(inner));
        network.bindInnerConstants(inner, (name, tensor) -> f.bind(name, new Slot(name, tensor, false, true)));
        f.bindTexts(inner);
        for (int i = 0; i < arguments.size(); i++) {
            f.bind(inner.inputs().get(i).name(), arguments.get(i));
        }
        Frame outer = frame;
        frame = f;
        try {
            for (Node node : inner.nodes()) {
                executeAndRelease(node, f);
            }
            List<Variable> results =
                    inner.outputs().stream().map(o -> f.find(o.name())).toList();
            results.forEach(Holding::hold);
            f.names.values().forEach(Holding::release);
            results.forEach(Holding::handOver);
            return results;
        } finally {
            frame = outer;
        }
    }

    /**
     * Runs smaller operators on behalf of a node with graphs or lists, and frees what they made except the results.
     *
     * @param work runs them; its results may be any variables
     */
    public List<Variable> emit(Node node, Function<Emitter, List<? extends Variable>> work) {
        try (Expanding emitter = new Expanding(node)) {
            List<Variable> results = List.copyOf(work.apply(emitter));
            results.forEach(Holding::hold);
            emitter.close();
            results.forEach(Holding::handOver);
            return results;
        }
    }

    /** Keeps a variable's memory while graphs run, until {@link #letGo} or {@link #handOver}. */
    public void keep(Variable variable) {
        Holding.hold(variable);
    }

    /** Ends a {@link #keep}; what nobody else needs is freed. */
    public void letGo(Variable variable) {
        Holding.release(variable);
    }

    /** Ends a {@link #keep} of a variable that the operator returns. */
    public void handOver(Variable variable) {
        Holding.handOver(variable);
    }

    /** A value that does not carry attribution, such as a loop counter. */
    public Slot constant(String name, Tensor tensor) {
        return new Slot(name, tensor.on(network.device()), false, false);
    }

    /** A constant of the model in this run's precision. */
    public Variable constant(String name, Constant constant) {
        return constant.isText() ? new Variable.Texts(constant) : constant(name, network.materialise(constant));
    }

    /** The precision of this run. */
    public Precision precision() {
        return network.precision();
    }

    // ---- expansions --------------------------------------------------------------------------------------------

    /** Runs a composite's expansion on given slots, recording its steps here; for methods that look inside. */
    List<Step> expand(Step composite, Kind.Expansion expansion, @Nullable Slot[] inputs, @Nullable Slot[] results) {
        Call call = Call.forward(composite.node(), network.precision(), inputs);
        Expanding emitter = new Expanding(composite.node());
        @Nullable Slot[] out = expansion.expand(emitter, call, inputs);
        System.arraycopy(out, 0, results, 0, Math.min(out.length, results.length));
        return steps;
    }

    private final class Expanding implements Emitter, AutoCloseable {
        private final Node parent;
        private final Set<Slot> owned = new HashSet<>();
        private int count;

        Expanding(Node parent) {
            this.parent = parent;
        }

        @Override
        public Slot apply(String operator, Attributes attributes, @Nullable Slot... inputs) {
            return applyMany(operator, 1, attributes, inputs)[0];
        }

        @Override
        public Slot[] applyMany(String operator, int outputs, Attributes attributes, @Nullable Slot... inputs) {
            String name = parent.name() + "/" + operator + "_" + count++;
            List<String> names = new ArrayList<>();
            for (Slot in : inputs) {
                names.add(in == null ? "" : in.name());
            }
            List<String> outs = new ArrayList<>();
            for (int i = 0; i < outputs; i++) {
                outs.add(name + ":" + i);
            }
            Node node = new Node(name, "", operator, OPSET, names, outs, attributes);
            List<? extends @Nullable Variable> out = run(network.operator(node), node, inputs);
            Slot[] results = new Slot[outputs];
            for (int i = 0; i < outputs; i++) {
                results[i] = (Slot) Objects.requireNonNull(out.get(i), name);
                if (owned.add(results[i])) {
                    results[i].hold();
                }
            }
            return results;
        }

        @Override
        public Slot constant(Tensor tensor) {
            Slot slot = new Slot(parent.name() + "/constant_" + count++, tensor, false, false);
            owned.add(slot);
            slot.hold();
            return slot;
        }

        @Override
        public Slot constant(long... values) {
            return constant(Tensor.of(NdArray.of(values, values.length)));
        }

        /** Frees what the expansion made, except its results. */
        @Nullable
        Slot[] results(@Nullable Slot[] out) {
            for (Slot slot : out) {
                if (slot != null && owned.remove(slot)) {
                    slot.handOver();
                }
            }
            return out;
        }

        @Override
        public void close() {
            owned.forEach(Slot::release);
            owned.clear();
        }
    }
}
