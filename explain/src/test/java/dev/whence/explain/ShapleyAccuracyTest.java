package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.whence.core.NdArray;
import dev.whence.graph.Graph;
import dev.whence.graph.Precision;
import dev.whence.tensor.TensorScope;
import java.util.Arrays;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ShapleyAccuracyTest {
    private static final double ROUNDING = 1e-9;

    private final RandomGenerator random = Networks.seeded(60);

    /** The smaller of two inputs: x0 - relu(x0 - x1). */
    private static Graph smaller() {
        return new Networks.Sketch(-1, 2)
                .constant("first", NdArray.of(new double[] {1, 0}, 2, 1))
                .constant("difference", NdArray.of(new double[] {1, -1}, 2, 1))
                .node("MatMul", "a", "x", "first")
                .node("MatMul", "d", "x", "difference")
                .node("Relu", "b", "d")
                .node("Sub", "y", "a", "b")
                .output("y");
    }

    private static ShapleyAccuracy estimate(Graph graph, Request request, ShapleySampling sampling) {
        long before = TensorScope.liveTensors();
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            return explainer.shapleyAccuracy(request, sampling);
        } finally {
            assertThat(TensorScope.liveTensors()).isEqualTo(before);
        }
    }

    @Test
    void reveal_cancel_shares_the_smaller_of_two_as_shapley_does_and_rescale_does_not() {
        NdArray x = NdArray.of(new double[] {1, 2, 4, 2}, 2, 2);
        Request request = Request.of(Map.of("x", x), DeepLift.REVEAL_CANCEL).target(new TargetChoice.Index(0));
        ShapleySampling sampling = new ShapleySampling(2, 3, 64);
        ShapleyAccuracy exact = estimate(smaller(), request, sampling);
        assertThat(exact.rootError()).isCloseTo(0, within(1e-6));
        assertThat(exact.players()).isEqualTo(2);
        ShapleyAccuracy rescale = estimate(smaller(), request.with(DeepLift.RESCALE), sampling);
        // Shapley values are (.5, .5) and (1, 1); Rescale gives (1, 0) and (0, 2).
        assertThat(rescale.examples())
                .extracting(ShapleyAccuracy.Example::error)
                .satisfiesExactlyInAnyOrder(
                        e -> assertThat(e).isCloseTo(0.25, within(ROUNDING)),
                        e -> assertThat(e).isCloseTo(1, within(ROUNDING)));
        assertThat(rescale.size().mean()).isCloseTo(0.625, within(ROUNDING));
    }

    @Test
    void the_interval_holds_the_error_that_all_coalitions_give() {
        Graph graph = new Networks.Sketch(-1, 6)
                .constant("w", Networks.random(random, 1, 6, 8))
                .constant("v", Networks.random(random, 1, 8, 1))
                .node("MatMul", "h", "x", "w")
                .node("Tanh", "t", "h")
                .node("MatMul", "y", "t", "v")
                .output("y");
        NdArray x = Networks.random(random, 1, 1, 6);
        Request request = Request.of(Map.of("x", x), DeepLift.RESCALE).target(new TargetChoice.Index(0));
        double[] shapley = exact(graph, x.toDoubles());
        double[] scores;
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            scores = explainer
                    .explain(request)
                    .getFirst()
                    .attribution()
                    .units()
                    .getFirst()
                    .scores()
                    .toDoubles();
        }
        double error = 0;
        for (int i = 0; i < 6; i++) {
            error += (scores[i] - shapley[i]) * (scores[i] - shapley[i]) / 6;
        }
        ShapleyAccuracy found = estimate(graph, request, new ShapleySampling(1, 400, 64));
        assertThat(found.error().low()).isLessThan(error);
        assertThat(found.error().high()).isGreaterThan(error);
        assertThat(found.error().mean()).isCloseTo(error, within(0.3 * error));
        assertThat(found.lowestRootError()).isLessThanOrEqualTo(Math.sqrt(error));
        ShapleyAccuracy again = estimate(graph, request, new ShapleySampling(1, 400, 64));
        assertThat(again.error()).isEqualTo(found.error());
    }

    /** Shapley values by the definition, over all coalitions. */
    private static double[] exact(Graph graph, double[] x) {
        int n = x.length;
        double[] rows = new double[(1 << n) * n];
        for (int s = 0; s < 1 << n; s++) {
            for (int i = 0; i < n; i++) {
                rows[s * n + i] = (s >> i & 1) == 1 ? x[i] : 0;
            }
        }
        double[] values;
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            values = explainer
                    .network()
                    .evaluate(Map.of("x", NdArray.of(rows, 1 << n, n)), "y")
                    .get("y")
                    .toDoubles();
        }
        double[] out = new double[n];
        for (int i = 0; i < n; i++) {
            for (int s = 0; s < 1 << n; s++) {
                if ((s >> i & 1) == 0) {
                    int size = Integer.bitCount(s);
                    double weight = 1.0 / n;
                    for (int k = 1; k <= size; k++) {
                        weight *= (double) k / (n - k);
                    }
                    out[i] += weight * (values[s | 1 << i] - values[s]);
                }
            }
        }
        return out;
    }

    @Test
    void blocks_of_pixels_are_players_and_several_references_are_averaged() {
        Graph graph = Networks.mixed(random);
        NdArray x = Networks.random(random, 1, 4, 2, 6, 6);
        ReferenceInputs background = ReferenceInputs.rows("rows", "x", Networks.random(random, 1, 3, 2, 6, 6));
        Request request = Request.of(Map.of("x", x), DeepLiftShap.RESCALE).reference(background);
        ShapleyAccuracy found = estimate(graph, request, new ShapleySampling(2, 3, 9));
        assertThat(found.players()).isEqualTo(9);
        assertThat(found.examples()).hasSize(2);
        assertThat(found.rootError()).isLessThan(found.rootSize());
        ShapleyAccuracy inner = estimate(graph, request.at("h"), new ShapleySampling(2, 3, 9));
        assertThat(inner.players()).isEqualTo(5);
    }

    @Test
    void elements_are_joined_to_blocks_that_are_few_enough() {
        assertThat(PlayerBlocks.of(new long[] {6}, 64)).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(PlayerBlocks.of(new long[] {2, 4}, 2)).containsExactly(0, 0, 1, 1, 0, 0, 1, 1);
        for (int most : new int[] {1, 7, 64, 1000}) {
            int[] blocks = PlayerBlocks.of(new long[] {3, 50, 41}, most);
            assertThat(Arrays.stream(blocks).max().orElseThrow()).isLessThan(most);
            assertThat(Arrays.stream(blocks).distinct().count())
                    .isEqualTo(Arrays.stream(blocks).max().orElseThrow() + 1L);
        }
    }

    @Test
    void scores_that_are_no_shares_are_refused() {
        Graph graph = Networks.mixed(random);
        Request request = Request.of(Map.of("x", Networks.random(random, 1, 1, 2, 6, 6)), GradCam.DEFAULT);
        assertThatThrownBy(() -> estimate(graph, request, ShapleySampling.DEFAULT))
                .hasMessageContaining("does not give one score to each element");
        assertThatThrownBy(() -> new ShapleySampling(1, 1, 1)).hasMessageContaining("2 permutations");
    }
}
