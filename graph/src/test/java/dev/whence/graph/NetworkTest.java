package dev.whence.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.operators.StandardOperators;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NetworkTest {
    private long before;

    @BeforeEach
    void countTensors() {
        before = TensorScope.liveTensors();
    }

    @AfterEach
    void nothingLeaked() {
        assertThat(TensorScope.liveTensors()).isEqualTo(before);
    }

    private static Node node(String operator, List<String> in, String out) {
        return new Node(operator + "_" + out, "", operator, 22, in, List.of(out), Attributes.NONE);
    }

    private static Graph small() {
        return Graph.builder("small")
                .input(Value.tensor("x", NdArray.Type.FLOAT32, 1, 2))
                .constant("w", Constant.of(new float[] {1, 2, 3, 4}, 2, 2))
                .constant("two", Constant.of(new float[] {2}, 1))
                .node(node("Neg", List.of("two"), "minus_two"))
                .node(node("MatMul", List.of("x", "w"), "h"))
                .node(node("Relu", List.of("h"), "a"))
                .node(node("Mul", List.of("a", "minus_two"), "y"))
                .output(Value.untyped("y"))
                .build();
    }

    @Test
    void runsForwardAndFoldsConstants() {
        try (Network network = StandardOperators.network(small(), Precision.FLOAT32)) {
            assertThat(network.isConstant("minus_two")).isTrue();
            NdArray y = network.evaluate(Map.of("x", NdArray.of(new float[] {1, -2}, 1, 2)))
                    .get("y");
            assertThat(y.toDoubles()).containsExactly(-0.0, -0.0);
            y = network.evaluate(Map.of("x", NdArray.of(new float[] {1, 1}, 1, 2)))
                    .get("y");
            assertThat(y.toDoubles()).containsExactly(-8, -12);
        }
    }

    @Test
    void recordsOnlyWhatCarriesAttributionAndFreesTheRest() {
        try (Network network = StandardOperators.network(small(), Precision.FLOAT64);
                TensorScope scope = TensorScope.open()) {
            Tensor x = Tensor.of(NdArray.of(new float[] {1, 1}, 1, 2));
            Trace trace = network.run(Map.of("x", x), Set.of("x"), Set.of("y"), Interpreter.Retention.NOTHING);
            assertThat(trace.steps()).extracting(s -> s.node().operator()).containsExactly("MatMul", "Relu", "Mul");
            assertThat(trace.slot("y").type()).isEqualTo(NdArray.Type.FLOAT64);
            assertThat(trace.steps().get(1).inputs()[0].tensorIfKept()).isNull();
            assertThat(trace.slot("y").tensor().toDoubles()).containsExactly(-8, -12);
        }
    }

    @Test
    void unknownOperatorsAreAllNamedAtOnce() {
        Graph graph = Graph.builder("odd")
                .input(Value.tensor("x", NdArray.Type.FLOAT32, 1))
                .node(node("Wobble", List.of("x"), "a"))
                .node(node("Jiggle", List.of("a"), "y"))
                .output(Value.untyped("y"))
                .build();
        assertThatThrownBy(() -> StandardOperators.network(graph, Precision.FLOAT32))
                .isInstanceOf(WhenceException.class)
                .hasMessageContaining("Wobble-22 (node 'Wobble_a')")
                .hasMessageContaining("Jiggle-22");
    }

    @Test
    void aMissingInputIsNamed() {
        try (Network network = StandardOperators.network(small(), Precision.FLOAT32)) {
            assertThatThrownBy(() -> network.evaluate(Map.of())).hasMessageContaining("input 'x'");
        }
    }
}
