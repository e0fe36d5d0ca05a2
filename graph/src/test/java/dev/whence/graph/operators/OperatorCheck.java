package dev.whence.graph.operators;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Interpreter;
import dev.whence.graph.Kind;
import dev.whence.graph.Network;
import dev.whence.graph.Node;
import dev.whence.graph.Precision;
import dev.whence.graph.Slot;
import dev.whence.graph.Step;
import dev.whence.graph.Trace;
import dev.whence.graph.Value;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A graph of one node, run in float64: its outputs, its gradient against central differences, and (for composites) its
 * expansion against its own forward.
 */
final class OperatorCheck {
    /** Central differences with this step err by about its square. */
    private static final double STEP = 1e-5;

    private static final double DIFFERENCE_TOLERANCE = 1e-6;
    private static final double ROUNDING = 1e-11;

    private final String operator;
    private final String domain;
    private int opset = 22;
    private int outputs = 1;
    private Attributes attributes = Attributes.NONE;
    private final List<String> names = new ArrayList<>();
    private final Map<String, NdArray> active = new LinkedHashMap<>();
    private final Map<String, NdArray> constants = new LinkedHashMap<>();

    private OperatorCheck(String domain, String operator) {
        this.domain = domain;
        this.operator = operator;
    }

    static OperatorCheck of(String operator) {
        return new OperatorCheck("", operator);
    }

    static OperatorCheck of(String domain, String operator) {
        return new OperatorCheck(domain, operator);
    }

    OperatorCheck opset(int version) {
        this.opset = version;
        return this;
    }

    OperatorCheck with(String attribute, Object value) {
        attributes = attributes.with(attribute, value);
        return this;
    }

    OperatorCheck outputs(int count) {
        this.outputs = count;
        return this;
    }

    /** The next input, which carries attribution. */
    OperatorCheck input(NdArray value) {
        String name = "x" + names.size();
        names.add(name);
        active.put(name, value);
        return this;
    }

    /** The next input, constant. */
    OperatorCheck constant(NdArray value) {
        String name = "c" + names.size();
        names.add(name);
        constants.put(name, value);
        return this;
    }

    /** The next input is left out. */
    OperatorCheck absent() {
        names.add("");
        return this;
    }

    /** Normally distributed numbers. */
    static NdArray random(long seed, long... shape) {
        Random random = new Random(seed);
        double[] data = new double[(int) NdArray.elements(shape)];
        for (int i = 0; i < data.length; i++) {
            data[i] = random.nextGaussian();
        }
        return NdArray.of(data, shape);
    }

    /** Different multiples of 0.1 in random order, so that no two elements tie. */
    static NdArray distinct(long seed, long... shape) {
        Random random = new Random(seed);
        double[] data = new double[(int) NdArray.elements(shape)];
        for (int i = 0; i < data.length; i++) {
            int j = random.nextInt(i + 1);
            data[i] = data[j];
            data[j] = 0.1 * (i - data.length / 2.0) + 0.03;
        }
        return NdArray.of(data, shape);
    }

    private Graph graph() {
        Graph.Builder builder = Graph.builder("one node");
        active.forEach((name, value) -> builder.input(Value.tensor(name, value.type(), value.shape())));
        constants.forEach((name, value) -> builder.constant(name, Constant.of(value)));
        List<String> outs = new ArrayList<>();
        for (int i = 0; i < outputs; i++) {
            outs.add("y" + i);
        }
        builder.node(new Node("node", domain, operator, opset, names, outs, attributes));
        outs.forEach(o -> builder.output(Value.untyped(o)));
        return builder.build();
    }

    private Set<String> outputNames() {
        Set<String> out = new java.util.LinkedHashSet<>();
        for (int i = 0; i < outputs; i++) {
            out.add("y" + i);
        }
        return out;
    }

    /** The outputs. */
    List<NdArray> run() {
        try (Network network = StandardOperators.network(graph(), Precision.FLOAT64)) {
            return List.copyOf(network.evaluate(active).values());
        }
    }

    /** The kind of the only step. */
    Kind kind() {
        try (Network network = StandardOperators.network(graph(), Precision.FLOAT64);
                TensorScope scope = TensorScope.open()) {
            return run(network, active, Interpreter.Retention.NOTHING)
                    .steps()
                    .getFirst()
                    .kind();
        }
    }

    private Trace run(Network network, Map<String, NdArray> values, Interpreter.Retention retention) {
        Map<String, Tensor> feeds = new LinkedHashMap<>();
        values.forEach((name, value) -> feeds.put(name, Tensor.of(value)));
        return network.run(feeds, active.keySet(), outputNames(), retention);
    }

    /** Compares the gradient of a random combination of the outputs with central differences. */
    OperatorCheck gradientHolds() {
        long before = TensorScope.liveTensors();
        try (Network network = StandardOperators.network(graph(), Precision.FLOAT64);
                TensorScope scope = TensorScope.open()) {
            Trace trace = run(network, active, Interpreter.Retention.GRADIENT);
            Map<String, NdArray> weights = new LinkedHashMap<>();
            long seed = 99;
            for (String name : outputNames()) {
                Slot slot = trace.slot(name);
                if (slot.type().isFloating()) {
                    weights.put(name, random(seed++, slot.shape()));
                }
            }
            Map<String, double[]> gradients = backward(trace, weights);
            active.forEach((name, value) -> {
                if (value.type().isFloating()) {
                    double[] expected = differences(network, name, value, weights);
                    double[] actual = gradients.getOrDefault(name, new double[expected.length]);
                    assertThat(actual).as("gradient towards " + name).hasSameSizeAs(expected);
                    for (int i = 0; i < expected.length; i++) {
                        assertThat(actual[i])
                                .as("gradient of %s towards %s[%d]", operator, name, i)
                                .isCloseTo(
                                        expected[i],
                                        org.assertj.core.data.Offset.offset(
                                                DIFFERENCE_TOLERANCE * (1 + Math.abs(expected[i]))));
                    }
                }
            });
        }
        assertThat(TensorScope.liveTensors()).as("native tensors left over").isEqualTo(before);
        return this;
    }

    private Map<String, double[]> backward(Trace trace, Map<String, NdArray> weights) {
        Map<Slot, Tensor> gradients = new IdentityHashMap<>();
        weights.forEach((name, w) -> gradients.put(trace.slot(name), Tensor.of(w)));
        Map<String, double[]> out = new LinkedHashMap<>();
        for (int s = trace.steps().size() - 1; s >= 0; s--) {
            Step step = trace.steps().get(s);
            Tensor[] gys = new Tensor[step.outputs().length];
            for (int i = 0; i < gys.length; i++) {
                gys[i] = step.outputs()[i] == null ? null : gradients.get(step.outputs()[i]);
            }
            if (Arrays.stream(gys).allMatch(g -> g == null)
                    || step.operator().gradient() == null && step.kind() instanceof Kind.Blocking) {
                continue;
            }
            assertThat(step.operator().gradient()).as("gradient of " + step).isNotNull();
            @Nullable Tensor[] gxs = step.operator().gradient().apply(step.call(), gys);
            for (int i = 0; i < gxs.length; i++) {
                Slot slot = step.inputs()[i];
                Tensor g = gxs[i];
                if (g != null && slot != null && slot.isActive()) {
                    assertThat(g.shape())
                            .as("shape of the gradient of input %d of %s", i, step.describe())
                            .isEqualTo(slot.shape());
                    gradients.merge(slot, g, Tensor::plus);
                }
            }
        }
        gradients.forEach((slot, g) -> {
            if (active.containsKey(slot.name())) {
                out.put(slot.name(), g.toDoubles());
            }
        });
        return out;
    }

    private double[] differences(Network network, String name, NdArray value, Map<String, NdArray> weights) {
        double[] out = new double[value.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = (combined(network, name, value, i, STEP, weights)
                            - combined(network, name, value, i, -STEP, weights))
                    / (2 * STEP);
        }
        return out;
    }

    private double combined(
            Network network, String name, NdArray value, int index, double by, Map<String, NdArray> weights) {
        double[] moved = value.toDoubles();
        moved[index] += by;
        Map<String, NdArray> feeds = new LinkedHashMap<>(active);
        feeds.put(name, NdArray.of(moved, value.shape()));
        Map<String, NdArray> results = network.evaluate(feeds, weights.keySet().toArray(new String[0]));
        double sum = 0;
        for (Map.Entry<String, NdArray> w : weights.entrySet()) {
            double[] y = results.get(w.getKey()).toDoubles();
            double[] v = w.getValue().toDoubles();
            for (int i = 0; i < y.length; i++) {
                sum += y[i] * v[i];
            }
        }
        return sum;
    }

    /** Compares a composite's expansion with its forward. */
    OperatorCheck expansionHolds() {
        try (Network network = StandardOperators.network(graph(), Precision.FLOAT64);
                TensorScope scope = TensorScope.open()) {
            Trace trace = run(network, active, Interpreter.Retention.ALL);
            Step step = trace.steps().getFirst();
            assertThat(step.kind()).isInstanceOf(Kind.Composite.class);
            Tensor[] inputs = new Tensor[step.inputs().length];
            for (int i = 0; i < inputs.length; i++) {
                Slot slot = step.inputs()[i];
                inputs[i] = slot == null ? null : slot.tensor();
            }
            Network.Expanded expanded = network.expand(step, inputs);
            for (int i = 0; i < outputs; i++) {
                NdArray expected = trace.slot("y" + i).tensor().toNdArray();
                NdArray actual = expanded.outputs()[i].tensor().toNdArray();
                assertThat(actual.shape()).isEqualTo(expected.shape());
                assertThat(actual.toDoubles())
                        .usingComparatorWithPrecision(ROUNDING)
                        .containsExactly(expected.toDoubles());
            }
        }
        return this;
    }

    /** Compares all outputs with those of ONNX Runtime, in float32. */
    OperatorCheck agreesWithOnnxRuntime() {
        Map<String, NdArray> all = new LinkedHashMap<>(active);
        all.putAll(constants);
        OnnxRuntimeOracle.compare(
                new Node("node", domain, operator, opset, names, List.copyOf(outputNames()), attributes), all);
        return this;
    }

    /** Compares one output with expected numbers. */
    OperatorCheck gives(int output, double... expected) {
        assertThat(run().get(output).toDoubles())
                .usingComparatorWithPrecision(DIFFERENCE_TOLERANCE)
                .containsExactly(expected);
        return this;
    }
}
