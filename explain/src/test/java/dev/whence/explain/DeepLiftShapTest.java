package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.whence.core.Attribution;
import dev.whence.core.NdArray;
import dev.whence.graph.Graph;
import dev.whence.graph.Precision;
import dev.whence.testkit.Close;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class DeepLiftShapTest {
    private static final double ROUNDING = 1e-12;

    private final RandomGenerator random = Networks.seeded(40);
    private final Graph graph = Networks.mixed(random);
    private final NdArray x = Networks.random(random, 2, 3, 2, 6, 6);

    private Attribution explain(Request request) {
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            return explainer.explain(request).getFirst().attribution();
        }
    }

    private Request request(ReferenceInputs references) {
        return Request.of(Map.of("x", x), DeepLiftShap.RESCALE)
                .target(new TargetChoice.Index(1))
                .reference(references);
    }

    @Test
    void every_reference_keeps_its_own_delta() {
        NdArray background = Networks.random(random, 1, 5, 2, 6, 6);
        Attribution attribution = explain(request(ReferenceInputs.rows("rows", "x", background)));
        List<double[]> deltas = attribution.reference().deltas();
        assertThat(deltas).hasSize(5).allSatisfy(one -> assertThat(one).hasSize(3));
        for (int i = 0; i < 3; i++) {
            assertThat(attribution.reference().largestDelta(i)).isCloseTo(0, within(ROUNDING));
        }
    }

    @Test
    void deltas_of_references_are_told_apart_where_contributions_are_lost() {
        NdArray background = Networks.random(random, 1, 4, 2, 6, 6);
        DeepLift lossy = DeepLift.RESCALE.withRule("t", ActivationRule.GRADIENT);
        Attribution attribution =
                explain(request(ReferenceInputs.rows("rows", "x", background)).with(new DeepLiftShap(lossy)));
        List<double[]> deltas = attribution.reference().deltas();
        for (int i = 0; i < 3; i++) {
            int example = i;
            double mean = deltas.stream().mapToDouble(d -> d[example]).average().orElseThrow();
            assertThat(mean).isCloseTo(attribution.delta()[i], within(ROUNDING));
            assertThat(attribution.reference().largestDelta(i)).isGreaterThan(Math.abs(mean));
        }
    }

    @Test
    void references_of_each_input_equal_runs_one_by_one() {
        NdArray own = Networks.random(random, 1, 3, 4, 2, 6, 6);
        Attribution together = explain(request(ReferenceInputs.several("own", "x", own)));
        double[] scores = together.units().getFirst().scores().toDoubles();
        int row = scores.length / 3;
        for (int i = 0; i < 3; i++) {
            NdArray its = own.rows(i, i + 1).reshape(4, 2, 6, 6);
            Attribution alone = explain(Request.of(Map.of("x", x.rows(i, i + 1)), DeepLiftShap.RESCALE)
                    .target(new TargetChoice.Index(1))
                    .reference(ReferenceInputs.rows("its", "x", its)));
            Close.assertRelativeToMax(
                    "example " + i,
                    Arrays.copyOfRange(scores, i * row, (i + 1) * row),
                    alone.units().getFirst().scores().toDoubles(),
                    ROUNDING);
        }
    }

    @Test
    void the_size_of_batches_changes_nothing() {
        ReferenceInputs background = ReferenceInputs.rows("rows", "x", Networks.random(random, 1, 5, 2, 6, 6));
        double[] whole =
                explain(request(background)).units().getFirst().scores().toDoubles();
        double[] cut = explain(request(background).batch(1))
                .units()
                .getFirst()
                .scores()
                .toDoubles();
        Close.assertRelativeToMax("one at a time", cut, whole, ROUNDING);
    }

    @Test
    void a_single_reference_is_pointed_out() {
        Attribution one = explain(request(ReferenceInputs.zeros(Map.of("x", x))));
        assertThat(one.warnings()).anyMatch(w -> w.contains("the mean over several references, but there is one"));
        assertThat(one.reference().deltas()).isEmpty();
    }
}
