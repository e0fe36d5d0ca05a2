package dev.whence.graph.operators;

import static dev.whence.graph.operators.OperatorCheck.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.NdArray;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Interpreter;
import dev.whence.graph.Network;
import dev.whence.graph.Node;
import dev.whence.graph.Precision;
import dev.whence.graph.Trace;
import dev.whence.graph.Value;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ControlOperatorsTest {
    private long before;

    @BeforeEach
    void countTensors() {
        before = TensorScope.liveTensors();
    }

    @AfterEach
    void nothingLeaked() {
        assertThat(TensorScope.liveTensors()).isEqualTo(before);
    }

    private static Node node(String operator, List<String> in, String... out) {
        return new Node(operator + "_" + out[0], "", operator, 22, in, List.of(out), Attributes.NONE);
    }

    private static NdArray scalar(long value) {
        return NdArray.of(new long[] {value});
    }

    /** Each turn: state = tanh(state * w), and the state is also given as a series. */
    private static Graph loopBody() {
        return Graph.builder("body")
                .input(Value.untyped("turn"))
                .input(Value.untyped("go"))
                .input(Value.untyped("state"))
                .constant("w", Constant.of(new float[] {1.5f, -0.5f}, 2))
                .node(node("Mul", List.of("state", "w"), "scaled"))
                .node(node("Tanh", List.of("scaled"), "next"))
                .node(node("Identity", List.of("next"), "seen"))
                .output(Value.untyped("go"))
                .output(Value.untyped("next"))
                .output(Value.tensor("seen", NdArray.Type.FLOAT32, 2))
                .build();
    }

    @Test
    void loopsAreUnrolledAndHaveGradients() {
        OperatorCheck loop = OperatorCheck.of("Loop")
                .with("body", loopBody())
                .outputs(2)
                .constant(scalar(3))
                .absent()
                .input(random(1, 2));
        loop.gradientHolds();
        List<NdArray> out = loop.run();
        assertThat(out.get(1).shape()).containsExactly(3, 2);
        assertThat(out.get(1).getDouble(4)).isEqualTo(out.get(0).getDouble(0));
    }

    @Test
    void aLoopOfNoTurnsGivesItsStateAndAnEmptySeries() {
        List<NdArray> out = OperatorCheck.of("Loop")
                .with("body", loopBody())
                .outputs(2)
                .constant(scalar(0))
                .absent()
                .input(random(1, 2))
                .run();
        assertThat(out.get(0).toDoubles()).containsExactly(random(1, 2).toDoubles());
        assertThat(out.get(1).shape()).containsExactly(0, 2);
    }

    @Test
    void aBodyOfOtherSizeIsRefused() {
        assertThatThrownBy(() -> OperatorCheck.of("Loop")
                        .with("body", loopBody())
                        .constant(scalar(1))
                        .absent()
                        .run())
                .hasMessageContaining("do not fit 0 carried values");
    }

    @Test
    void whatTurnsMadeIsFreedWhenNobodyReadsIt() {
        Graph graph = Graph.builder("long loop")
                .input(Value.tensor("x", NdArray.Type.FLOAT32, 2))
                .constant("n", Constant.of(scalar(500)))
                .node(new Node(
                        "loop",
                        "",
                        "Loop",
                        22,
                        List.of("n", "", "x"),
                        List.of("y", ""),
                        Attributes.of("body", withoutSeries())))
                .output(Value.untyped("y"))
                .build();
        try (Network network = StandardOperators.network(graph, Precision.FLOAT32);
                TensorScope scope = TensorScope.open()) {
            long start = TensorScope.liveTensors();
            network.run(Map.of("x", Tensor.of(random(2, 2))), Set.of(), Set.of("y"), Interpreter.Retention.NOTHING);
            assertThat(TensorScope.liveTensors() - start).isLessThan(10);
        }
    }

    private static Graph withoutSeries() {
        return Graph.builder("body")
                .input(Value.untyped("turn"))
                .input(Value.untyped("go"))
                .input(Value.untyped("state"))
                .constant("w", Constant.of(new float[] {1.5f, -0.5f}, 2))
                .node(node("Mul", List.of("state", "w"), "scaled"))
                .node(node("Tanh", List.of("scaled"), "next"))
                .output(Value.untyped("go"))
                .output(Value.untyped("next"))
                .build();
    }

    @Test
    void branchesSeeTheNamesAroundThemAndFollowData() {
        Graph graph = Graph.builder("branches")
                .input(Value.tensor("x", NdArray.Type.FLOAT32, 1))
                .constant("zero", Constant.of(new float[] {0}, 1))
                .node(node("Greater", List.of("x", "zero"), "positive"))
                .node(new Node(
                        "if",
                        "",
                        "If",
                        22,
                        List.of("positive"),
                        List.of("y"),
                        Attributes.of(Map.of(
                                "then_branch", branch("Exp"),
                                "else_branch", branch("Neg")))))
                .output(Value.untyped("y"))
                .build();
        try (Network network = StandardOperators.network(graph, Precision.FLOAT64)) {
            assertThat(y(network, 1)).isEqualTo(Math.E);
            assertThat(y(network, -2)).isEqualTo(2);
        }
        try (Network network = StandardOperators.network(graph, Precision.FLOAT64);
                TensorScope scope = TensorScope.open()) {
            Trace trace = network.run(
                    Map.of("x", Tensor.of(NdArray.of(new double[] {1}, 1))),
                    Set.of("x"),
                    Set.of("y"),
                    Interpreter.Retention.GRADIENT);
            assertThat(trace.steps()).extracting(s -> s.node().operator()).containsExactly("Greater", "Exp");
        }
    }

    private static double y(Network network, double x) {
        return network.evaluate(Map.of("x", NdArray.of(new double[] {x}, 1)))
                .get("y")
                .getDouble(0);
    }

    private static Graph branch(String operator) {
        return Graph.builder(operator)
                .node(node(operator, List.of("x"), "inside"))
                .output(Value.untyped("inside"))
                .buildInner();
    }

    /** state' = state + entry, seen = state' * entry. */
    private static Graph scanBody() {
        return Graph.builder("scan")
                .input(Value.untyped("state"))
                .input(Value.untyped("entry"))
                .node(node("Add", List.of("state", "entry"), "sum"))
                .node(node("Mul", List.of("sum", "entry"), "seen"))
                .output(Value.untyped("sum"))
                .output(Value.untyped("seen"))
                .build();
    }

    @Test
    void scansHaveGradientsAlongAnyAxisInBothDirections() {
        OperatorCheck.of("Scan")
                .with("body", scanBody())
                .with("num_scan_inputs", 1)
                .with("scan_input_axes", new long[] {1})
                .with("scan_input_directions", new long[] {1})
                .with("scan_output_axes", new long[] {-1})
                .with("scan_output_directions", new long[] {1})
                .outputs(2)
                .input(random(3, 2))
                .input(random(4, 2, 3))
                .gradientHolds();
        OperatorCheck.of("Scan")
                .with("body", scanBody())
                .with("num_scan_inputs", 1)
                .outputs(2)
                .input(NdArray.of(new double[] {0}, 1))
                .constant(NdArray.of(new double[] {1, 2, 3}, 3, 1))
                .gives(1, 1, 6, 18);
    }

    @Test
    void oldScansRunOncePerExample() {
        OperatorCheck.of("Scan")
                .opset(8)
                .with("body", scanBody())
                .with("num_scan_inputs", 1)
                .outputs(2)
                .absent()
                .input(random(5, 2, 2))
                .input(random(6, 2, 3, 2))
                .gradientHolds();
    }
}
