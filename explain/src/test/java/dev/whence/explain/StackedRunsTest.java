package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import dev.whence.graph.Attributes;
import dev.whence.graph.Graph;
import dev.whence.graph.Precision;
import dev.whence.graph.Profile;
import dev.whence.testkit.Close;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class StackedRunsTest {
    private static final double ROUNDING = 1e-5;

    private final RandomGenerator random = Networks.seeded(5);
    private final NdArray x = floats(Networks.random(random, 1, 2, 2, 6, 6));
    private final NdArray zero = floats(Networks.random(random, 1, 1, 2, 6, 6));

    private static NdArray floats(NdArray doubles) {
        return NdArray.of(doubles.toFloats(), doubles.shape());
    }

    private Request request(IntegratedGradients method) {
        return Request.of(Map.of("x", x), method)
                .target(new TargetChoice.Index(0), new TargetChoice.Index(1))
                .reference(ReferenceInputs.of("given", Map.of("x", zero)));
    }

    private static long forwardRuns(Explainer explainer, Request request, String operator) {
        Profile profile = new Profile();
        profile.during(() -> explainer.explain(request));
        return profile.rows().stream()
                .filter(row -> row.operator().equals(operator) && row.direction() == Profile.Direction.FORWARD)
                .mapToLong(Profile.Row::calls)
                .sum();
    }

    private static List<NdArray> scores(Explainer explainer, Request request) {
        return explainer.explain(request).stream()
                .map(e -> e.attribution().units().getFirst().scores())
                .toList();
    }

    @Test
    void points_of_a_line_share_a_run_and_give_what_they_give_one_by_one() {
        Graph graph = new Networks.Sketch(-1, 2, 6, 6)
                .constant("w1", floats(Networks.random(random, 0.5, 3, 2, 3, 3)))
                .constant("w2", floats(Networks.random(random, 0.5, 48, 4)))
                .node("Conv", "c", "x", "w1")
                .node("Tanh", "a", "c")
                .node("Flatten", "f", "a")
                .node("MatMul", "y", "f", "w2")
                .output("y");
        Request stacked = request(new IntegratedGradients(21, Quadrature.GAUSS_LEGENDRE));
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT32)) {
            assertThat(forwardRuns(explainer, stacked, "Conv")).isEqualTo(3 + 2);
            assertThat(forwardRuns(explainer, stacked.batch(2), "Conv")).isEqualTo(2 + 21);
            List<NdArray> together = scores(explainer, stacked);
            List<NdArray> apart = scores(explainer, stacked.batch(2));
            for (int t = 0; t < together.size(); t++) {
                Close.assertRelativeToMax(
                        "target " + t, together.get(t).toDoubles(), apart.get(t).toDoubles(), ROUNDING);
            }
        }
    }

    @Test
    void a_network_that_takes_no_larger_batch_gets_its_points_one_by_one() {
        Graph graph = new Networks.Sketch(-1, 2, 6, 6)
                .constant("shape", NdArray.of(new long[] {2, 72}, 2))
                .constant("w", floats(Networks.random(random, 1, 72, 3)))
                .node("Sigmoid", "a", "x")
                .node("Reshape", "f", "a", "shape")
                .node("MatMul", "y", "f", "w")
                .output("y");
        Request request = request(new IntegratedGradients(6, Quadrature.RIEMANN_MIDDLE));
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT32)) {
            assertThat(scores(explainer, request)).isEqualTo(scores(explainer, request.batch(2)));
        }
    }

    @Test
    void a_network_whose_examples_meet_gets_its_points_one_by_one() {
        Graph graph = new Networks.Sketch(-1, 2, 6, 6)
                .input("bank", -1, 72)
                .constant("shape", NdArray.of(new long[] {0, 72}, 2))
                .node("Sigmoid", "a", "x")
                .node("Reshape", "f", "a", "shape")
                .node("Transpose", "other", "bank")
                .node("MatMul", "products", "f", "other")
                .node("Relu", "positive", "products")
                .node("ReduceSum", "y", Attributes.of("keepdims", 1L), "positive", "axis")
                .constant("axis", NdArray.of(new long[] {1}, 1))
                .output("y");
        NdArray bank = floats(Networks.random(random, 1, 2, 72));
        Request request = Request.of(
                        Map.of("x", x, "bank", bank), new IntegratedGradients(6, Quadrature.RIEMANN_MIDDLE))
                .at("x")
                .reference(ReferenceInputs.of("given", Map.of("x", zero)));
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT32)) {
            assertThat(scores(explainer, request)).isEqualTo(scores(explainer, request.batch(2)));
        }
    }
}
