package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attributes;
import dev.whence.graph.Graph;
import dev.whence.graph.Precision;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RefusedRequestTest {
    private static final NdArray X = NdArray.of(new double[] {1, -2, 3, 0.5, 1, 1}, 2, 3);

    /** h = relu(x w), y = tanh(h), and y with its axes swapped. */
    private static Graph graph() {
        return new Networks.Sketch(-1, 3)
                .constant("w", NdArray.of(new double[] {1, -1, 2, 0.5, -3, 1, 1, 1, 1, 2, 2, 2}, 3, 4))
                .node("MatMul", "z", "x", "w")
                .node("Relu", "h", "z")
                .node("Tanh", "y", "h")
                .node("Transpose", "turned", Attributes.of("perm", new long[] {1, 0}), "y")
                .output("turned");
    }

    private static void refused(Request request, ErrorCode code, String... parts) {
        try (Explainer explainer = Explainer.of(graph(), Precision.FLOAT64)) {
            assertThatThrownBy(() -> explainer.explain(request))
                    .hasMessageContainingAll(parts)
                    .extracting(e -> ((WhenceException) e).code())
                    .isEqualTo(code);
        }
    }

    private static Request request(AttributionMethod method) {
        return Request.of(Map.of("x", X), method)
                .target(new TargetChoice.Index(0))
                .output("y");
    }

    @Test
    void a_target_whose_first_axis_is_not_the_batch_is_named_with_its_shape() {
        refused(
                request(DeepLift.RESCALE).output("turned"),
                ErrorCode.TARGET_INVALID,
                "Value 'turned' is ",
                "[4, 2]",
                "for 2 examples",
                "first axis is not the batch");
        refused(
                request(Gradient.PLAIN).output("turned").target(new TargetChoice.ArgMax()),
                ErrorCode.TARGET_INVALID,
                "turned");
    }

    @Test
    void a_rule_for_a_node_that_is_no_activation_is_refused() {
        refused(
                request(DeepLift.RESCALE.withRule("z", ActivationRule.GRADIENT)),
                ErrorCode.USAGE,
                "node 'z', which is no activation but operator MatMul");
    }

    @Test
    void a_rule_for_a_node_behind_the_target_is_refused() {
        refused(
                request(DeepLift.RESCALE.withRule("y", ActivationRule.GRADIENT)).output("h"),
                ErrorCode.USAGE,
                "node 'y', through which nothing passes");
    }

    @Test
    void a_target_that_does_not_depend_on_what_is_attributed_is_refused() {
        refused(
                request(DeepLift.RESCALE).output("h").at("y"),
                ErrorCode.TARGET_INVALID,
                "The target 'h' does not depend on 'y'");
    }
}
