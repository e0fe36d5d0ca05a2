package dev.whence.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GraphTest {

    private static Graph twoBranches() {
        Graph yes = Graph.builder("yes").node("Neg", "a", "h").output("a").buildInner();
        Graph no = Graph.builder("no").output("h").buildInner();
        return Graph.builder("small net")
                .metadata("made by", "a \"test\"")
                .input(Value.tensor("x", NdArray.Type.FLOAT32, List.of(Dimension.of("N"), Dimension.of(4))))
                .input("flag", NdArray.Type.BOOL)
                .constant("w", Constant.of(new float[12], 4, 3))
                .constant("words", Constant.ofTexts(List.of("a", "b"), 2))
                .node(new Node(
                        "if",
                        "",
                        "If",
                        16,
                        List.of("flag"),
                        List.of("y"),
                        Attributes.of("then_branch", yes).with("else_branch", no)))
                .node(
                        "Gemm",
                        List.of("x", "w", ""),
                        List.of("h"),
                        Attributes.of("alpha", 0.5f).with("transB", 0))
                .node(new Node(
                        "pad it",
                        "com.example",
                        "Pad",
                        1,
                        List.of("y"),
                        List.of("z", ""),
                        Attributes.of("mode", "edge").with("pads", new long[] {0, 1})))
                .output(Value.tensor("z", NdArray.Type.FLOAT32, -1, 3))
                .build();
    }

    @Test
    void theTextFormIsStable() {
        assertThat(twoBranches().toText()).isEqualTo("""
                graph "small net"
                  metadata
                    "made by" = "a \\"test\\""
                  inputs
                    x: float32[N, 4]
                    flag: bool[]
                  constants
                    w: float32[4, 3]
                    words: string[2]
                  nodes
                    Gemm_h: h = Gemm-17(x, w, -) {alpha=0.5, transB=0}
                    if: y = If-16(flag) {then_branch=graph yes, else_branch=graph no}
                      then_branch = graph yes
                        captured
                          h
                        nodes
                          Neg_a: a = Neg-17(h)
                        outputs
                          a: ?
                      else_branch = graph no
                        captured
                          h
                        outputs
                          h: ?
                    "pad it": z, - = com.example::Pad-1(y) {mode="edge", pads=[0, 1]}
                  outputs
                    z: float32[?, 3]
                """);
    }

    @Test
    void nodesStandAfterWhatTheyAndTheGraphsInsideThemRead() {
        assertThat(twoBranches().nodes()).extracting(Node::operator).containsExactly("Gemm", "If", "Pad");
        assertThat(twoBranches().node("if").orElseThrow().reads()).containsExactly("flag", "h");
        assertThat(twoBranches().captured()).isEmpty();
    }

    @Test
    void aLongChainInRandomOrderIsSorted() {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            order.add(i);
        }
        Collections.shuffle(order, new Random(1));
        Graph.Builder builder = Graph.builder("chain").input("v0", NdArray.Type.FLOAT32);
        order.forEach(i -> builder.node("Relu", "v" + (i + 1), "v" + i));
        Graph graph = builder.output("v20000").build();
        for (int i = 0; i < 20_000; i++) {
            assertThat(graph.nodes().get(i).outputs()).containsExactly("v" + (i + 1));
        }
    }

    @Test
    void aCircleIsRefused() {
        assertRefused(
                Graph.builder("g").node("Relu", "a", "b").node("Neg", "b", "a").output("b"),
                "nodes wait for each other in a circle, near node \"Relu_a\" (Relu-17)");
    }

    @Test
    void aValueMadeTwiceIsRefused() {
        assertRefused(
                Graph.builder("g").input("x", NdArray.Type.FLOAT32).node("Relu", "x", "x"),
                "graph \"g\" defines the value \"x\" twice, the second time as node \"Relu_x\"");
    }

    @Test
    void aValueNobodyMakesIsRefused() {
        assertRefused(
                Graph.builder("g").node("Relu", "y", "x").output("y"),
                "graph \"g\" has a node \"Relu_y\" (Relu-17) that reads \"x\", which nothing makes");
        assertRefused(Graph.builder("g").output("y"), "graph \"g\" names the output \"y\", which nothing makes");
    }

    @Test
    void twoNodesOfOneNameAreRefused() {
        Node node = new Node("n", "", "Relu", 14, List.of("x"), List.of("y"), Attributes.NONE);
        assertRefused(
                Graph.builder("g")
                        .input("x", NdArray.Type.FLOAT32)
                        .node(node)
                        .node(node.rewired("n", List.of("x"), List.of("z"), Attributes.NONE)),
                "graph \"g\" has two nodes named \"n\"");
    }

    @Test
    void aBuilderMakesNodeNamesUnique() {
        Graph graph = Graph.builder("g")
                .input("x", NdArray.Type.FLOAT32)
                .node("Relu", List.of("x"), List.of(), Attributes.NONE)
                .node("Relu", List.of("x"), List.of(), Attributes.NONE)
                .build();
        assertThat(graph.nodes()).extracting(Node::name).containsExactly("Relu", "Relu_2");
    }

    @Test
    void aCopyEqualsItsOriginalAndAChangeDoesNot() {
        Graph graph = twoBranches();
        assertThat(graph.toBuilder().build()).isEqualTo(graph).hasSameHashCodeAs(graph);
        assertThat(graph.toBuilder().metadata("k", "v").build()).isNotEqualTo(graph);
    }

    @Test
    void attributesSayWhatIsMissingAndWhatHasTheWrongType() {
        Attributes attributes = Attributes.of(Map.of("axis", 1));
        assertThat(attributes.integer("axis")).isEqualTo(1);
        assertThat(attributes.integers("axis")).containsExactly(1);
        assertThat(attributes.text("mode", "edge")).isEqualTo("edge");
        assertThatThrownBy(() -> attributes.text("axis"))
                .isInstanceOf(WhenceException.class)
                .hasMessage("attribute 'axis' is 1; a string is expected");
        assertThatThrownBy(() -> attributes.reals("pads"))
                .isInstanceOf(WhenceException.class)
                .hasMessage("attribute 'pads' is missing; a list of real numbers is expected");
    }

    private static void assertRefused(Graph.Builder builder, String message) {
        assertThatThrownBy(builder::build)
                .isInstanceOfSatisfying(
                        WhenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MODEL_INVALID))
                .hasMessage(message);
    }
}
