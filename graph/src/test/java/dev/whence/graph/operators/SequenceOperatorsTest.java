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

class SequenceOperatorsTest {
    private static Node node(String operator, Attributes attributes, List<String> in, String out) {
        return new Node(operator + "_" + out, "", operator, 22, in, List.of(out), attributes);
    }

    private static Node node(String operator, List<String> in, String out) {
        return node(operator, Attributes.NONE, in, out);
    }

    private static Graph graph(Node... nodes) {
        Graph.Builder builder = Graph.builder("lists")
                .input(Value.tensor("x", NdArray.Type.FLOAT32, -1, 2))
                .constant("zero", Constant.of(NdArray.of(new long[] {0})))
                .constant("last", Constant.of(NdArray.of(new long[] {-1})))
                .constant("two", Constant.of(NdArray.of(new long[] {2})));
        List.of(nodes).forEach(builder::node);
        return builder.output(Value.untyped("y")).build();
    }

    private static NdArray y(Graph graph, NdArray x) {
        long before = TensorScope.liveTensors();
        try (Network network = StandardOperators.network(graph, Precision.FLOAT64)) {
            return network.evaluate(Map.of("x", x)).get("y");
        } finally {
            assertThat(TensorScope.liveTensors()).isEqualTo(before);
        }
    }

    @Test
    void listsKeepWhatIsPutIntoThem() {
        Graph graph = graph(
                node("Neg", List.of("x"), "minus"),
                node("SequenceConstruct", List.of("x", "minus"), "pair"),
                node("Exp", List.of("x"), "e"),
                node("SequenceInsert", List.of("pair", "e", "zero"), "three"),
                node("SequenceErase", List.of("three", "last"), "rest"),
                node("SequenceAt", List.of("rest", "last"), "second"),
                node("SequenceLength", List.of("rest"), "length"),
                node("Cast", Attributes.of("to", 11), List.of("length"), "n"),
                node("Add", List.of("second", "n"), "y"));
        assertThat(y(graph, NdArray.of(new double[] {1, 2}, 1, 2)).toDoubles()).containsExactly(3, 4);
    }

    @Test
    void partsAndJoinsAreExactOpposites() {
        NdArray x = random(1, 5, 2);
        Graph joined = graph(
                node("SplitToSequence", List.of("x", "two"), "parts"),
                node("ConcatFromSequence", Attributes.of("axis", 0), List.of("parts"), "y"));
        assertThat(y(joined, x)).isEqualTo(x);
        Graph stacked = graph(
                node("SplitToSequence", Attributes.of("keepdims", 0), List.of("x"), "rows"),
                node("ConcatFromSequence", Attributes.of(Map.of("axis", -1, "new_axis", 1)), List.of("rows"), "y"));
        assertThat(y(stacked, x).shape()).containsExactly(2, 5);
    }

    @Test
    void contributionsPassThroughLists() {
        Graph graph = graph(
                node("SplitToSequence", List.of("x"), "rows"),
                node("SequenceMap", Attributes.of("body", body()), List.of("rows"), "mapped"),
                node("ConcatFromSequence", Attributes.of("axis", 0), List.of("mapped"), "y"));
        try (Network network = StandardOperators.network(graph, Precision.FLOAT64);
                TensorScope scope = TensorScope.open()) {
            Trace trace = network.run(
                    Map.of("x", Tensor.of(random(2, 2, 2))), Set.of("x"), Set.of("y"), Interpreter.Retention.GRADIENT);
            assertThat(trace.steps())
                    .extracting(s -> s.node().operator())
                    .containsExactly("Split", "Exp", "Exp", "Concat");
            assertThat(trace.slot("y").isActive()).isTrue();
        }
    }

    private static Graph body() {
        return Graph.builder("each")
                .input(Value.untyped("row"))
                .node(node("Exp", List.of("row"), "out"))
                .output(Value.untyped("out"))
                .build();
    }

    @Test
    void optionalValuesAreThereOrNot() {
        Graph graph = graph(
                node("Optional", List.of("x"), "maybe"),
                node("OptionalHasElement", List.of("maybe"), "is"),
                node("OptionalGetElement", List.of("maybe"), "value"),
                node("Cast", Attributes.of("to", 11), List.of("is"), "one"),
                node("Add", List.of("value", "one"), "y"));
        assertThat(y(graph, NdArray.of(new double[] {1, 2}, 1, 2)).toDoubles()).containsExactly(2, 3);
    }

    @Test
    void wrongPlacesAndAbsentValuesAreRefused() {
        Graph beyond =
                graph(node("SequenceConstruct", List.of("x"), "one"), node("SequenceAt", List.of("one", "two"), "y"));
        assertThatThrownBy(() -> y(beyond, random(1, 1, 2)))
                .hasMessageContaining("place 2 does not exist in a list of 1");
        Graph absent =
                graph(node("Optional", List.of(), "nothing"), node("OptionalGetElement", List.of("nothing"), "y"));
        assertThatThrownBy(() -> y(absent, random(1, 1, 2))).hasMessageContaining("absent");
        Graph notAList = graph(node("SequenceAt", List.of("x", "zero"), "y"));
        assertThatThrownBy(() -> y(notAList, random(1, 1, 2))).hasMessageContaining("must be a list");
    }
}
