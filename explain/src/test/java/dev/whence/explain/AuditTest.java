package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import dev.whence.core.ConvergenceReport;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Precision;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AuditTest {
    private static final NdArray INPUT = NdArray.of(new double[] {1, -2, 0.5, 3, 0.25, -1}, 2, 3);

    /** A dense layer, an activation, a product with a gate, a maximum over pairs, and a dense layer. */
    private static Graph network() {
        return Graph.builder("audited")
                .input("x", NdArray.Type.FLOAT32, -1, 3)
                .constant("w", Constant.of(new float[] {1, -1, 2, 0.5f, 1, -0.5f, -2, 1, 0.25f, 1, 1, 1}, 3, 4))
                .constant("b", Constant.of(new float[] {0.1f, -0.2f, 0.3f, 0}, 4))
                .constant("v", Constant.of(new float[] {1, -1, 0.5f, 2}, 2, 2))
                .constant("pairs", Constant.ofLongs(0, 2, 2))
                .node("Gemm", "dense", "x", "w", "b")
                .node("Relu", "active", "dense")
                .node("Sigmoid", "gate", "dense")
                .node("Mul", "gated", "active", "gate")
                .node("Reshape", "paired", "gated", "pairs")
                .node(
                        "ReduceMax",
                        List.of("paired"),
                        List.of("largest"),
                        Attributes.of("axes", new long[] {2}).with("keepdims", 0L))
                .node("MatMul", "logits", "largest", "v")
                .output("logits")
                .build();
    }

    private static NdArray input(Precision precision) {
        return precision == Precision.FLOAT64 ? INPUT : NdArray.of(INPUT.toFloats(), INPUT.shape());
    }

    private static Audit audit(DeepLift method, Precision precision) {
        try (Explainer explainer = Explainer.of(network(), precision)) {
            return explainer.audit(
                    Request.of(Map.of("x", input(precision)), method).target(new TargetChoice.Index(1)));
        }
    }

    @Test
    void every_node_gives_what_it_got_with_either_rule() {
        for (DeepLift method : List.of(DeepLift.RESCALE, DeepLift.REVEAL_CANCEL, DeepLift.GENOMICS_DEFAULT)) {
            Audit audit = audit(method, Precision.FLOAT64);

            assertThat(audit.passed()).isTrue();
            assertThat(audit.recheck()).isNull();
            assertThat(audit.nodes())
                    .hasSizeGreaterThanOrEqualTo(5)
                    .allSatisfy(node -> assertThat(node.balance())
                            .as(node.node() + " by " + method.name())
                            .isBetween(-1e-12, 1e-12));
            assertThat(audit.firstUnbalanced()).isEmpty();
        }
    }

    @Test
    void nodes_come_in_backward_order_and_the_first_gets_the_whole_change() {
        Audit audit = audit(DeepLift.RESCALE, Precision.FLOAT64);
        ConvergenceReport.Example example = audit.last().examples().get(audit.example());

        assertThat(audit.nodes())
                .extracting(NodeBalance::operator)
                .startsWith("MatMul", "ReduceMax", "Reshape", "Mul")
                .endsWith("Gemm");
        assertThat(audit.nodes()).extracting(NodeBalance::rule).contains("linear", "cross-max", "product", "rescale");
        assertThat(audit.nodes().getFirst().arrived()).isCloseTo(example.change(), offset(1e-12));
    }

    @Test
    void a_rule_that_loses_contributions_is_found_after_a_second_look_in_float64() {
        Audit audit = audit(DeepLift.RESCALE.withRule("Sigmoid_gate", ActivationRule.PASS_THROUGH), Precision.FLOAT32);

        assertThat(audit.passed()).isFalse();
        assertThat(audit.recheck()).isNotNull();
        assertThat(audit.last().precision()).isEqualTo(ConvergenceReport.Precision.FLOAT64);
        assertThat(audit.firstUnbalanced()).get().extracting(NodeBalance::node).isEqualTo("Sigmoid_gate");
        double delta = audit.last().examples().get(audit.example()).delta();
        double lost = audit.nodes().stream().mapToDouble(NodeBalance::balance).sum();
        assertThat(lost).isCloseTo(delta, offset(1e-12));
    }

    @Test
    void several_references_and_targets_of_their_own_are_audited_for_the_worst_example() {
        NdArray references = NdArray.of(new double[] {0, 0, 0, 1, 1, 1, -1, 2, 0}, 3, 3);
        try (Explainer explainer = Explainer.of(network(), Precision.FLOAT64)) {
            Audit audit = explainer.audit(Request.of(Map.of("x", INPUT), DeepLift.RESCALE)
                    .target(new TargetChoice.PerExample(List.of(0L, 1L)))
                    .reference(ReferenceInputs.rows("rows", "x", references)));

            assertThat(audit.passed()).isTrue();
            assertThat(audit.firstUnbalanced()).isEmpty();
            assertThat(audit.nodes().getFirst().arrived())
                    .isCloseTo(audit.last().examples().get(audit.example()).change(), offset(1e-12));
        }
    }

    @Test
    void other_methods_have_no_multipliers_to_follow() {
        try (Explainer explainer = Explainer.of(network(), Precision.FLOAT32)) {
            assertThatThrownBy(() -> explainer.audit(Request.of(Map.of("x", INPUT), Gradient.PLAIN)))
                    .isInstanceOf(WhenceException.class)
                    .hasMessageContaining("'gradient' has none");
        }
    }

    @Test
    void the_largest_element_is_taken_down_for_each_example() {
        try (Explainer explainer = Explainer.of(network(), Precision.FLOAT64)) {
            Explanation explanation = explainer
                    .explain(Request.of(Map.of("x", INPUT), DeepLift.RESCALE).batch(1))
                    .getFirst();
            NdArray logits = explainer.network().evaluate(Map.of("x", INPUT)).get("logits");

            List<Long> expected = List.of(
                    logits.getDouble(0) >= logits.getDouble(1) ? 0L : 1L,
                    logits.getDouble(2) >= logits.getDouble(3) ? 0L : 1L);
            assertThat(explanation.elements()).isEqualTo(expected);
            assertThat(explanation.attribution().target().selection())
                    .isEqualTo("argmax: " + expected.get(0) + "," + expected.get(1));
            assertThat(explanation.attribution().provenance().environment()).containsEntry("precision", "float64");
        }
    }

    @Test
    void nodes_that_nothing_can_pass_are_listed() {
        Graph blocked = Graph.builder("blocked")
                .input("x", NdArray.Type.FLOAT32, -1, 3)
                .node("Relu", "active", "x")
                .node("Round", "rounded", "active")
                .output("rounded")
                .build();
        try (Explainer explainer = Explainer.of(blocked, Precision.FLOAT32);
                Explainer fine = Explainer.of(network(), Precision.FLOAT32)) {
            Request request = Request.of(Map.of("x", input(Precision.FLOAT32)), DeepLift.RESCALE);

            assertThat(explainer.obstacles(request)).singleElement().satisfies(obstacle -> {
                assertThat(obstacle.node()).isEqualTo("Round_rounded");
                assertThat(obstacle.operator()).isEqualTo("Round");
            });
            assertThat(fine.obstacles(request)).isEmpty();
        }
    }
}
