package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.whence.core.Attribution;
import dev.whence.core.NdArray;
import dev.whence.graph.Graph;
import dev.whence.graph.Precision;
import dev.whence.tensor.TensorScope;
import dev.whence.testkit.Close;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** SmoothGrad and its kin, and GradientSHAP. */
class RepeatedMethodsTest {
    private static final double ROUNDING = 1e-12;

    /** Standard errors that a mean of random samples may be off. */
    private static final double SIGMAS = 6;

    private final RandomGenerator random = Networks.seeded(41);
    private final Graph mixed = Networks.mixed(random);
    private final NdArray x = Networks.random(random, 2, 3, 2, 6, 6);

    /** y = x0² + 3 x1. */
    private static Graph parabola() {
        return new Networks.Sketch(-1, 2)
                .constant("first", NdArray.of(new double[] {1, 0}, 2, 1))
                .constant("second", NdArray.of(new double[] {0, 3}, 2, 1))
                .node("MatMul", "a", "x", "first")
                .node("MatMul", "b", "x", "second")
                .node("Mul", "aa", "a", "a")
                .node("Add", "y", "aa", "b")
                .output("y");
    }

    private static Attribution explain(Graph graph, Request request) {
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            return explainer.explain(request).getFirst().attribution();
        }
    }

    private static double[] scores(Graph graph, Request request) {
        return explain(graph, request).units().getFirst().scores().toDoubles();
    }

    private static Request ofParabola(AttributionMethod method) {
        NdArray at = NdArray.of(new double[] {1, 2}, 1, 2);
        return Request.of(Map.of("x", at), method).target(new TargetChoice.Index(0));
    }

    @Test
    void without_noise_the_mean_is_the_method_itself_and_the_variance_is_zero() {
        for (AttributionMethod inner :
                List.of(Gradient.TIMES_INPUT, DeepLift.RESCALE, DeepLift.REVEAL_CANCEL, Occlusion.SINGLE_ELEMENTS)) {
            double[] plain = scores(mixed, Request.of(Map.of("x", x), inner));
            SmoothGrad smooth =
                    SmoothGrad.of(inner, SmoothGrad.Summary.MEAN).withSamples(3).withNoise(Noise.NONE);
            Close.assertRelativeToMax(inner.name(), scores(mixed, Request.of(Map.of("x", x), smooth)), plain, ROUNDING);
            SmoothGrad variance = SmoothGrad.of(inner, SmoothGrad.Summary.VARIANCE)
                    .withSamples(2)
                    .withNoise(Noise.NONE);
            assertThat(scores(mixed, Request.of(Map.of("x", x), variance))).containsOnly(0);
        }
    }

    @Test
    void statistics_of_the_gradient_of_a_parabola_are_those_of_its_noise() {
        int samples = 1500;
        double deviation = 0.5;
        Noise noise = Noise.absolute(deviation);
        double error = 2 * deviation / Math.sqrt(samples);
        double[] mean = scores(
                parabola(), ofParabola(SmoothGrad.MEAN.withSamples(samples).withNoise(noise)));
        assertThat(mean[0]).isCloseTo(2, within(SIGMAS * error));
        assertThat(mean[1]).isCloseTo(3, within(ROUNDING));
        double[] squared = scores(
                parabola(), ofParabola(SmoothGrad.SQUARED.withSamples(samples).withNoise(noise)));
        assertThat(squared[0]).isCloseTo(5, within(SIGMAS * 5 * error));
        assertThat(squared[1]).isCloseTo(9, within(ROUNDING));
        double[] variance = scores(
                parabola(), ofParabola(SmoothGrad.VARGRAD.withSamples(samples).withNoise(noise)));
        assertThat(variance[0]).isCloseTo(1, within(SIGMAS * 2 * error));
        assertThat(variance[1]).isCloseTo(0, within(ROUNDING));
    }

    @Test
    void noise_of_the_range_grows_with_the_example() {
        NdArray two = NdArray.of(new double[] {0, 1, 0, 10}, 2, 2);
        SmoothGrad method = SmoothGrad.VARGRAD.withSamples(800).withNoise(Noise.ofRange(0.1));
        double[] variance =
                scores(parabola(), Request.of(Map.of("x", two), method).target(new TargetChoice.Index(0)));
        assertThat(variance[0]).isCloseTo(4 * 0.01, within(0.02));
        assertThat(variance[2]).isCloseTo(4 * 1, within(1.0));
    }

    @Test
    void batches_and_repetition_change_nothing_and_the_seed_does() {
        ReferenceInputs background = ReferenceInputs.rows("rows", "x", Networks.random(random, 1, 4, 2, 6, 6));
        for (AttributionMethod method : List.of(
                SmoothGrad.MEAN.withSamples(3),
                SmoothGrad.VARGRAD.around(DeepLift.RESCALE).withSamples(3),
                GradientShap.DEFAULT.withSamples(6),
                GradientShap.DEFAULT.withSamples(3).withNoise(Noise.ofRange(0.1)))) {
            Request request =
                    Request.of(Map.of("x", x), method).reference(background).seed(7);
            double[] whole = scores(mixed, request);
            Close.assertRelativeToMax(method.name(), scores(mixed, request.batch(1)), whole, ROUNDING);
            assertThat(scores(mixed, request)).containsExactly(whole);
            assertThat(scores(mixed, request.seed(8))).isNotEqualTo(whole);
        }
    }

    @Test
    void the_element_that_is_explained_is_chosen_without_noise() {
        SmoothGrad wild = SmoothGrad.MEAN.withSamples(4).withNoise(Noise.absolute(5));
        Request request = Request.of(Map.of("x", x), wild);
        try (Explainer explainer = Explainer.of(mixed, Precision.FLOAT64)) {
            List<Long> chosen = explainer.explain(request).getFirst().elements();
            assertThat(chosen)
                    .isEqualTo(explainer
                            .explain(request.with(Gradient.PLAIN))
                            .getFirst()
                            .elements());
            double[] named = explainer
                    .explain(request.target(new TargetChoice.PerExample(chosen)))
                    .getFirst()
                    .attribution()
                    .units()
                    .getFirst()
                    .scores()
                    .toDoubles();
            assertThat(scores(mixed, request)).containsExactly(named);
        }
    }

    @Test
    void noise_at_an_inner_value_does_not_reach_the_reference() {
        SmoothGrad smooth =
                SmoothGrad.of(DeepLift.RESCALE, SmoothGrad.Summary.MEAN).withSamples(4);
        Attribution attribution =
                explain(mixed, Request.of(Map.of("x", x), smooth).at("h").target(new TargetChoice.Index(1)));
        Attribution plain = explain(
                mixed, Request.of(Map.of("x", x), DeepLift.RESCALE).at("h").target(new TargetChoice.Index(1)));
        assertThat(attribution.reference().values())
                .containsExactly(plain.reference().values());
        assertThat(attribution.target().values()).containsExactly(plain.target().values());
        assertThat(attribution.units().getFirst().name()).isEqualTo("h");
    }

    @Test
    void gradient_shap_is_exact_where_the_gradient_is_constant() {
        NdArray background = NdArray.of(new double[] {0, 1, 2, 5}, 2, 2);
        GradientShap method = GradientShap.DEFAULT.withSamples(4);
        double[] scores =
                scores(parabola(), ofParabola(method).reference(ReferenceInputs.rows("rows", "x", background)));
        assertThat(scores[1]).isCloseTo(3 * (2 - 3), within(ROUNDING));
    }

    @Test
    void gradient_shap_tends_to_the_mean_of_integrated_gradients() {
        ReferenceInputs background = ReferenceInputs.rows("rows", "x", Networks.random(random, 1, 4, 2, 6, 6));
        Request request = Request.of(Map.of("x", x), new IntegratedGradients(200, Quadrature.RIEMANN_MIDDLE))
                .reference(background)
                .target(new TargetChoice.Index(1));
        double[] integrated = scores(mixed, request);
        double[][] draws = new double[12][];
        for (int seed = 0; seed < draws.length; seed++) {
            draws[seed] = scores(
                    mixed, request.with(GradientShap.DEFAULT.withSamples(32)).seed(seed));
        }
        for (int i = 0; i < integrated.length; i++) {
            int element = i;
            double[] its = Arrays.stream(draws).mapToDouble(d -> d[element]).toArray();
            double mean = Arrays.stream(its).average().orElseThrow();
            double squares =
                    Arrays.stream(its).map(d -> (d - mean) * (d - mean)).sum();
            double error = Math.sqrt(squares / (its.length - 1) / its.length);
            assertThat(mean).isCloseTo(integrated[i], within(SIGMAS * error + 1e-3));
        }
    }

    @Test
    void settings_that_make_no_sense_are_refused() {
        assertThatThrownBy(() -> SmoothGrad.VARGRAD.withSamples(1)).hasMessageContaining("between 2 and 100000");
        assertThatThrownBy(() -> SmoothGrad.MEAN.around(SmoothGrad.MEAN)).hasMessageContaining("smoothgrad");
        assertThatThrownBy(() -> Noise.absolute(Double.NaN)).hasMessageContaining("level of noise");
    }

    @Test
    void no_tensor_is_left_behind() {
        long before = TensorScope.liveTensors();
        for (AttributionMethod method : List.of(SmoothGrad.MEAN.around(DeepLift.RESCALE), GradientShap.DEFAULT)) {
            scores(mixed, Request.of(Map.of("x", x), method));
        }
        assertThat(TensorScope.liveTensors()).isEqualTo(before);
    }
}
