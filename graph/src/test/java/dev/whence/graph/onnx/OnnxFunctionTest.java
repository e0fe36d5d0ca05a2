package dev.whence.graph.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.ModelProto;
import dev.whence.core.WhenceException;
import dev.whence.graph.Graph;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Functions that a model brings along are written out where they are called. */
class OnnxFunctionTest {

    private static Graph read(ModelProto.Builder model) {
        return OnnxModel.read(model.build().toByteArray(), null).graph();
    }

    private static ModelProto.Builder calling(String... nodes) {
        var graph = Models.graph().addInput(Models.value("x", 2)).addOutput(Models.value("y", 2));
        for (String n : nodes) {
            var node = Models.node(n);
            graph.addNode(node.getOpType().startsWith("F") ? node.setDomain("f") : node);
        }
        return Models.model(graph).addOpsetImport(Models.opset("f", 1));
    }

    private static List<String> lines(Graph graph) {
        return graph.nodes().stream().map(Object::toString).toList();
    }

    @Test
    void twoCallsGetNamesOfTheirOwnThatNothingElseHas() {
        ModelProto.Builder model = calling("Fa_h/t = Neg x", "h = Fa Fa_h/t", "y = Fa h")
                .addFunctions(Models.function("Fa", List.of("a"), List.of("b"), "t = Relu a", "b = Exp t"));
        assertThat(lines(read(model)))
                .containsExactly(
                        "Neg_Fa_h/t: Fa_h/t = Neg-17(x)",
                        "Fa_h/Relu_t: Fa_h/t_2 = Relu-17(Fa_h/t)",
                        "Fa_h/Exp_b: h = Exp-17(Fa_h/t_2)",
                        "Fa_y/Relu_t: Fa_y/t = Relu-17(h)",
                        "Fa_y/Exp_b: y = Exp-17(Fa_y/t)");
    }

    @Test
    void functionsCallFunctionsWithTheirOwnVersions() {
        var inner = Models.function("Fb", List.of("a"), List.of("b"), "b = Relu a");
        inner.clearOpsetImport().addOpsetImport(Models.opset("", 14));
        var outer = Models.function("Fa", List.of("a"), List.of("b"), "h = Neg a");
        outer.addNode(Models.node("b = Fb h").setDomain("f"));
        assertThat(lines(read(calling("y = Fa x").addFunctions(inner).addFunctions(outer))))
                .containsExactly("Fa_y/Neg_h: Fa_y/h = Neg-17(x)", "Fa_y/Fb_b/Relu_b: y = Relu-14(Fa_y/h)");
    }

    @Test
    void attributesComeFromTheCallOrTheDefaultOrNowhere() {
        var f = Models.function("Fa", List.of("a"), List.of("b"));
        f.addNode(Models.node("b = Softmax a")
                .addAttribute(Models.reference("axis", "where", AttributeType.INT))
                .addAttribute(Models.reference("extra", "absent", AttributeType.INT)));
        f.addAttribute("absent").addAttributeProto(Models.whole("where", 1));
        assertThat(lines(read(calling("y = Fa x").addFunctions(f))))
                .containsExactly("Fa_y/Softmax_b: y = Softmax-17(x) {axis=1}");
        ModelProto.Builder given = calling("y = Fa x").addFunctions(f);
        given.getGraphBuilder().getNodeBuilder(0).addAttribute(Models.whole("where", 0));
        assertThat(lines(read(given))).containsExactly("Fa_y/Softmax_b: y = Softmax-17(x) {axis=0}");
    }

    @Test
    void graphsInsideAFunctionReadTheCallersValues() {
        var f = Models.function("Fa", List.of("c", "a"), List.of("b"), "h = Neg a");
        f.addNode(Models.node("b = If c")
                .addAttribute(
                        Models.subgraph("then_branch", Models.graph("x = Exp h").addOutput(Models.value("x"))))
                .addAttribute(
                        Models.subgraph("else_branch", Models.graph("z = Exp a").addOutput(Models.value("z")))));
        Graph graph = read(calling("c = IsNaN x", "y = Fa c x").addFunctions(f));
        var branches = graph.nodes().getLast().attributes();
        assertThat(branches.graph("then_branch").captured()).containsExactly("Fa_y/h");
        assertThat(branches.graph("then_branch").outputs()).extracting("name").containsExactly("Fa_y/x");
        assertThat(branches.graph("else_branch").captured()).containsExactly("x");
    }

    @Test
    void anInputThatIsAnOutputIsCopied() {
        ModelProto.Builder model =
                calling("y = Fa x").addFunctions(Models.function("Fa", List.of("a", "unused"), List.of("a")));
        assertThat(lines(read(model))).containsExactly("Fa_y/Identity_y: y = Identity-17(x)");
    }

    @Test
    void aFunctionThatCallsItselfIsRefused() {
        var f = Models.function("Fa", List.of("a"), List.of("b"));
        f.addNode(Models.node("b = Fa a").setDomain("f"));
        assertThatThrownBy(() -> read(calling("y = Fa x").addFunctions(f)))
                .isInstanceOf(WhenceException.class)
                .hasMessage("Cannot read model 'in memory': the function f::Fa calls itself");
    }

    @Test
    void functionsThatMultiplyWithoutEndAreRefused() {
        ModelProto.Builder model = calling("y = F0 x");
        for (int i = 0; i < 40; i++) {
            var f = Models.function("F" + i, List.of("a"), List.of("b"));
            String next = i == 39 ? "Relu" : "F" + (i + 1);
            f.addNode(Models.node("h = " + next + " a").setDomain(i == 39 ? "" : "f"));
            f.addNode(Models.node("b = " + next + " h").setDomain(i == 39 ? "" : "f"));
            model.addFunctions(f);
        }
        assertThatThrownBy(() -> read(model))
                .isInstanceOf(WhenceException.class)
                .hasMessage("Cannot read model 'in memory': calls of its functions add more than 100000 nodes");
    }

    @Test
    void moreValuesThanTheFunctionHasAreRefused() {
        ModelProto.Builder model =
                calling("y = Fa x x").addFunctions(Models.function("Fa", List.of("a"), List.of("b"), "b = Relu a"));
        assertThatThrownBy(() -> read(model))
                .isInstanceOf(WhenceException.class)
                .hasMessageContaining("gives the function f::Fa more inputs or outputs than it has");
    }
}
