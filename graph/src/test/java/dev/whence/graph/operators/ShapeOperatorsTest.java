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
import org.junit.jupiter.api.Test;

class ShapeOperatorsTest {
    private static NdArray longs(long... values) {
        return NdArray.of(values, values.length);
    }

    private static NdArray constant(String attribute, Object value) {
        return OperatorCheck.of("Constant").with(attribute, value).run().getFirst();
    }

    @Test
    void constantsComeInEveryForm() {
        assertThat(constant("value", Constant.of(new float[] {1, 2}, 2)).toDoubles())
                .containsExactly(1, 2);
        assertThat(constant("value_int", 7).shape()).isEmpty();
        assertThat(constant("value_ints", new long[] {7}).shape()).containsExactly(1);
        assertThat(constant("value_float", 0.5).toDoubles()).containsExactly(0.5);
        assertThat(constant("value_floats", new double[] {0.5, 2}).toDoubles()).containsExactly(0.5, 2);
        assertThatThrownBy(() -> OperatorCheck.of("Constant").run()).hasMessageContaining("holds no value");
    }

    @Test
    void shapesCutThePathOfAttribution() {
        Graph graph = Graph.builder("shapes")
                .input(Value.tensor("x", NdArray.Type.FLOAT32, -1, 2))
                .constant("zero", Constant.ofLongs(0))
                .node(node("Shape", List.of("x"), "shape"))
                .node(node("Gather", List.of("shape", "zero"), "n"))
                .node(node("ConstantOfShape", List.of("n"), "zeros"))
                .node(node("Relu", List.of("x"), "y"))
                .output(Value.untyped("zeros"))
                .output(Value.untyped("y"))
                .build();
        try (Network network = StandardOperators.network(graph, Precision.FLOAT32);
                TensorScope scope = TensorScope.open()) {
            Tensor x = Tensor.of(random(1, 3, 2));
            Trace trace = network.run(Map.of("x", x), Set.of("x"), Set.of("zeros", "y"), Interpreter.Retention.NOTHING);
            assertThat(trace.slot("zeros").isActive()).isFalse();
            assertThat(trace.slot("zeros").shape()).containsExactly(3);
            assertThat(trace.steps()).extracting(s -> s.node().operator()).containsExactly("Relu");
        }
    }

    private static Node node(String operator, List<String> in, String out) {
        return new Node(operator, "", operator, 22, in, List.of(out), Attributes.NONE);
    }

    @Test
    void stretchesOfAShapeAreClamped() {
        OperatorCheck.of("Shape")
                .with("start", -2)
                .with("end", 100)
                .input(random(2, 2, 3, 4))
                .gives(0, 3, 4);
        assertThat(OperatorCheck.of("Shape")
                        .with("start", 3)
                        .input(random(2, 2, 3))
                        .run()
                        .getFirst()
                        .size())
                .isZero();
        OperatorCheck.of("Size").input(random(2, 2, 3, 4)).gives(0, 24);
    }

    @Test
    void absurdSizesAreRefused() {
        assertThatThrownBy(() -> OperatorCheck.of("ConstantOfShape")
                        .constant(longs(1L << 40, 1L << 40))
                        .run())
                .hasMessageContaining("elements");
        assertThatThrownBy(() ->
                        OperatorCheck.of("ConstantOfShape").constant(longs(-1)).run())
                .hasMessageContaining("impossible shape [-1]");
        assertThatThrownBy(() -> OperatorCheck.of("Range")
                        .constant(NdArray.of(new long[] {0}))
                        .constant(NdArray.of(new long[] {Long.MAX_VALUE}))
                        .constant(NdArray.of(new long[] {1}))
                        .run())
                .hasMessageContaining("elements");
        assertThatThrownBy(() -> OperatorCheck.of("Range")
                        .constant(NdArray.of(new long[] {0}))
                        .constant(NdArray.of(new long[] {1}))
                        .constant(NdArray.of(new long[] {0}))
                        .run())
                .hasMessageContaining("steps of 0");
    }

    @Test
    void trianglesHaveGradients() {
        for (long k : new long[] {-3, -1, 0, 1, 1L << 60}) {
            OperatorCheck.of("Trilu")
                    .input(random(3, 2, 3, 2))
                    .constant(NdArray.of(new long[] {k}))
                    .gradientHolds();
            OperatorCheck.of("Trilu")
                    .with("upper", 0)
                    .input(random(3, 3, 4))
                    .constant(NdArray.of(new long[] {k}))
                    .gradientHolds();
        }
    }

    @Test
    void oneHotCountsFromBothEnds() {
        OperatorCheck.of("OneHot")
                .constant(longs(0, -1))
                .constant(NdArray.of(new long[] {3}))
                .constant(NdArray.of(new float[] {-1, 2}, 2))
                .gives(0, 2, -1, -1, -1, -1, 2);
    }
}
