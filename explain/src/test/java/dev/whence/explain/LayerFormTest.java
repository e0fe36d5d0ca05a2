package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.whence.core.Attribution;
import dev.whence.core.Completeness;
import dev.whence.core.NdArray;
import dev.whence.core.Units;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attributes;
import dev.whence.graph.Graph;
import dev.whence.graph.Precision;
import dev.whence.graph.Value;
import dev.whence.tensor.TensorScope;
import dev.whence.testkit.Close;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every method attributes to an inner value, and explains an element of an inner value. */
class LayerFormTest {
    private static final double ROUNDING = 1e-10;

    private final RandomGenerator random = Networks.seeded(43);
    private final Graph graph = Networks.mixed(random);
    private final NdArray x = Networks.random(random, 2, 3, 2, 6, 6);
    private final NdArray r = Networks.random(random, 1, 1, 2, 6, 6);

    /** Every method that can score the elements of any inner value, few samples each. */
    static List<AttributionMethod> methods() {
        return Methods.byName().values().stream()
                .filter(m -> !(m instanceof GradCam || m instanceof Conductance || m instanceof InSilicoMutagenesis))
                .map(m -> switch (m) {
                    case SmoothGrad smooth -> smooth.withSamples(3);
                    case GradientShap shap -> shap.withSamples(3);
                    default -> m;
                })
                .toList();
    }

    private static Attribution explain(Graph network, Request request) {
        try (Explainer explainer = Explainer.of(network, Precision.FLOAT64)) {
            return explainer.explain(request).getFirst().attribution();
        }
    }

    private NdArray evaluate(NdArray input, String name) {
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            return explainer.network().evaluate(Map.of("x", input), name).get(name);
        }
    }

    /** What follows {@code h} as a network of its own. */
    private Graph behindH() {
        Graph.Builder builder = Graph.builder("behind").input("h", NdArray.Type.FLOAT64, -1, 5);
        graph.constants().forEach(builder::constant);
        boolean behind = false;
        for (var node : graph.nodes()) {
            if (behind) {
                builder.node(node);
            }
            behind |= node.outputs().contains("h");
        }
        return builder.output("y").build();
    }

    @ParameterizedTest
    @MethodSource("methods")
    void the_layer_form_is_the_method_on_what_follows_the_layer(AttributionMethod method) {
        Request inner = Request.of(Map.of("x", x), method)
                .at("h")
                .target(new TargetChoice.Index(2))
                .reference(ReferenceInputs.of("given", Map.of("x", r)));
        Request alone = Request.of(Map.of("h", evaluate(x, "h")), method)
                .target(new TargetChoice.Index(2))
                .reference(ReferenceInputs.of("given", Map.of("h", evaluate(r, "h"))));
        Attribution there = explain(graph, inner);
        Units units = there.units().getFirst();
        assertThat(units.name()).isEqualTo("h");
        assertThat(units.scores().shape()).containsExactly(3, 5);
        Close.assertRelativeToMax(
                method.name(),
                units.scores().toDoubles(),
                explain(behindH(), alone).units().getFirst().scores().toDoubles(),
                ROUNDING);
        if (method.completeness() == Completeness.EXACT) {
            for (double delta : there.delta()) {
                assertThat(delta).isCloseTo(0, within(ROUNDING));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("methods")
    void the_neuron_form_is_the_method_on_the_network_up_to_the_neuron(AttributionMethod method) {
        Request neuron = Request.of(Map.of("x", x), method)
                .output("p")
                .target(new TargetChoice.Index(7))
                .reference(ReferenceInputs.of("given", Map.of("x", r)));
        Graph.Builder cut = Graph.builder("cut").input(graph.inputs().getFirst());
        graph.constants().forEach(cut::constant);
        for (var node : graph.nodes()) {
            cut.node(node);
            if (node.outputs().contains("p")) {
                break;
            }
        }
        Graph before = cut.output(Value.untyped("p")).build();
        Attribution found = explain(graph, neuron);
        Close.assertRelativeToMax(
                method.name(),
                found.units().getFirst().scores().toDoubles(),
                explain(before, neuron.output(null)).units().getFirst().scores().toDoubles(),
                ROUNDING);
        if (method.completeness() == Completeness.EXACT) {
            for (double delta : found.delta()) {
                assertThat(delta).isCloseTo(0, within(ROUNDING));
            }
        }
    }

    @Test
    void from_a_layer_to_a_neuron() {
        Attribution found = explain(
                graph,
                Request.of(Map.of("x", x), DeepLift.REVEAL_CANCEL)
                        .at("a")
                        .output("h")
                        .target(new TargetChoice.Index(4)));
        assertThat(found.units().getFirst().scores().shape()).containsExactly(3, 3, 6, 6);
        for (double delta : found.delta()) {
            assertThat(delta).isCloseTo(0, within(ROUNDING));
        }
    }

    // ---- Grad-CAM and conductance ------------------------------------------------------------------------------

    @Test
    void grad_cam_finds_the_last_feature_maps_and_is_enlarged_to_the_input() {
        Attribution found = explain(graph, Request.of(Map.of("x", x), GradCam.DEFAULT));
        Units units = found.units().getFirst();
        assertThat(units.name()).isEqualTo("x");
        assertThat(units.scores().shape()).containsExactly(3, 1, 6, 6);
        assertThat(Arrays.stream(units.scores().toDoubles()).min().orElseThrow())
                .isNotNegative();
        assertThat(found.warnings()).anyMatch(w -> w.contains("grad-cam looks at 'a'"));
    }

    @Test
    void grad_cam_is_the_sum_of_maps_weighted_by_their_mean_gradient() {
        Request request = Request.of(
                        Map.of("x", x), GradCam.DEFAULT.withRectified(false).withUpsampled(false))
                .at("p")
                .target(new TargetChoice.Index(0));
        NdArray cam = explain(graph, request).units().getFirst().scores();
        NdArray gradient =
                explain(graph, request.with(Gradient.PLAIN)).units().getFirst().scores();
        NdArray maps = evaluate(x, "p");
        assertThat(cam.shape()).containsExactly(3, 1, 2, 2);
        for (int n = 0; n < 3; n++) {
            for (int place = 0; place < 4; place++) {
                double sum = 0;
                for (int c = 0; c < 3; c++) {
                    double weight = 0;
                    for (int other = 0; other < 4; other++) {
                        weight += gradient.getDouble((n * 3 + c) * 4 + other) / 4;
                    }
                    sum += weight * maps.getDouble((n * 3 + c) * 4 + place);
                }
                assertThat(cam.getDouble(n * 4 + place)).isCloseTo(sum, within(ROUNDING));
            }
        }
    }

    @Test
    void enlarging_interpolates_between_the_centres_of_cells() {
        NdArray maps = NdArray.of(new double[] {0, 4}, 1, 1, 1, 2);
        assertThat(Enlarging.to(maps, new long[] {1, 3, 2, 4}).toDoubles()).containsExactly(0, 1, 3, 4, 0, 1, 3, 4);
        assertThat(Enlarging.to(maps, new long[] {1, 2, 4, 3}).shape()).containsExactly(1, 2, 4, 1);
    }

    @Test
    void grad_cam_refuses_what_has_no_places() {
        Request request = Request.of(Map.of("x", x), GradCam.DEFAULT).at("h");
        assertThatThrownBy(() -> explain(graph, request))
                .isInstanceOf(WhenceException.class)
                .hasMessageContaining("grad-cam wants feature maps");
        Graph dense = new Networks.Sketch(-1, 3)
                .constant("w", Networks.random(random, 1, 3, 2))
                .node("MatMul", "y", Attributes.NONE, "x", "w")
                .output("y");
        NdArray row = Networks.random(random, 1, 1, 3);
        assertThatThrownBy(() -> explain(dense, Request.of(Map.of("x", row), GradCam.DEFAULT)))
                .hasMessageContaining("has no convolution");
    }

    @Test
    void conductance_adds_up_with_many_steps_and_wants_a_layer() {
        Conductance many = new Conductance(300, Quadrature.RIEMANN_TRAPEZOID);
        Request request = Request.of(Map.of("x", x), many)
                .reference(ReferenceInputs.of("given", Map.of("x", r)))
                .target(new TargetChoice.Index(1));
        Attribution found = explain(graph, request.at("h"));
        for (double delta : found.delta()) {
            assertThat(delta).isCloseTo(0, within(0.05));
        }
        assertThatThrownBy(() -> explain(graph, request)).hasMessageContaining("name it with --at");
    }

    @Test
    void no_tensor_is_left_behind() {
        long before = TensorScope.liveTensors();
        explain(graph, Request.of(Map.of("x", x), GradCam.DEFAULT));
        explain(
                graph,
                Request.of(Map.of("x", x), new Conductance(5, Quadrature.RIEMANN_LEFT))
                        .at("h"));
        assertThat(TensorScope.liveTensors()).isEqualTo(before);
    }
}
