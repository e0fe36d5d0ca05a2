package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.NdArray;
import dev.whence.graph.Attributes;
import dev.whence.graph.Graph;
import dev.whence.graph.Precision;
import dev.whence.tensor.TensorScope;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class RandomizationTest {
    private final RandomGenerator random = Networks.seeded(50);

    /** Three dense layers with batch normalisation, biases and a mask of zeros and ones. */
    private Graph deep() {
        return new Networks.Sketch(-1, 20)
                .constant("w1", Networks.random(random, 0.3, 20, 16))
                .constant("b1", Networks.random(random, 0.3, 16))
                .constant("scale", NdArray.of(positive(16), 16))
                .constant("mask", NdArray.of(positive(32), 2, 16))
                .constant("rows", NdArray.of(new long[] {1, -1, 16}, 3))
                .constant("flat", NdArray.of(new long[] {-1, 16}, 2))
                .constant("w2", Networks.random(random, 0.3, 12, 16))
                .constant("w3", Networks.random(random, 0.3, 12, 3))
                .node("MatMul", "m", "x", "w1")
                .node("Add", "a", "m", "b1")
                .node("BatchNormalization", "n", "a", "scale", "b1", "b1", "scale")
                .node("Relu", "h", "n")
                .node("Transpose", "w2t", Attributes.of("perm", new long[] {1, 0}), "w2")
                .node("MatMul", "g", "h", "w2t")
                .node("Relu", "k", "g")
                .node("Gemm", "y", "k", "w3")
                .output("y");
    }

    private double[] positive(int length) {
        double[] out = new double[length];
        Arrays.setAll(out, i -> 0.5 + random.nextDouble());
        return out;
    }

    private Request request(AttributionMethod method) {
        return Request.of(Map.of("x", Networks.random(Networks.seeded(51), 1, 6, 20)), method)
                .seed(3);
    }

    @Test
    void layers_are_found_from_the_target_back_with_what_belongs_to_them() {
        List<WeightLayers.Layer> layers = WeightLayers.between(deep(), List.of("x"), "y");
        assertThat(layers).extracting(WeightLayers.Layer::node).containsExactly("y", "g", "m");
        assertThat(layers.get(0).weights()).containsExactly("w3");
        assertThat(layers.get(1).weights()).containsExactly("w2");
        assertThat(layers.get(2).weights()).containsExactlyInAnyOrder("w1", "b1", "scale");
        assertThat(WeightLayers.between(deep(), List.of("h"), "y"))
                .extracting(WeightLayers.Layer::node)
                .containsExactly("y", "g");
        assertThat(WeightLayers.between(deep(), List.of("x"), "g"))
                .extracting(WeightLayers.Layer::node)
                .containsExactly("g", "m");
    }

    @Test
    void weights_are_the_same_in_another_order() {
        Graph graph = deep();
        Graph other = WeightLayers.shuffled(graph, Set.of("w1"), 5);
        double[] before = graph.constants().get("w1").toNdArray().toDoubles();
        double[] after = other.constants().get("w1").toNdArray().toDoubles();
        assertThat(after).isNotEqualTo(before);
        Arrays.sort(before);
        Arrays.sort(after);
        assertThat(after).containsExactly(before);
        assertThat(other.constants().get("w2")).isEqualTo(graph.constants().get("w2"));
        assertThat(WeightLayers.shuffled(graph, Set.of("w1"), 5)).isEqualTo(other);
        assertThat(WeightLayers.shuffled(graph, Set.of("w1"), 6)).isNotEqualTo(other);
    }

    @Test
    void scores_change_stage_by_stage() {
        for (AttributionMethod method : List.of(
                DeepLift.RESCALE,
                Gradient.TIMES_INPUT,
                Lrp.EPSILON,
                new IntegratedGradients(5, Quadrature.RIEMANN_MIDDLE))) {
            long before = TensorScope.liveTensors();
            try (Explainer explainer = Explainer.of(deep(), Precision.FLOAT64)) {
                RandomizationCheck check = explainer.randomize(request(method), 0);
                assertThat(check.layers()).isEqualTo(3);
                assertThat(check.stages())
                        .extracting(RandomizationCheck.Stage::layers)
                        .containsExactly(1, 2, 3);
                assertThat(check.stages().getLast().correlations()).hasSize(6);
                assertThat(check.stages().getLast().correlation())
                        .as(method.name())
                        .isLessThan(0.6);
                assertThat(check.passed(0.6)).isTrue();
                RandomizationCheck again = explainer.randomize(request(method), 0);
                assertThat(again.stages()).isEqualTo(check.stages());
                assertThat(explainer.randomize(request(method).seed(4), 0).stages())
                        .isNotEqualTo(check.stages());
            }
            assertThat(TensorScope.liveTensors()).isEqualTo(before);
        }
    }

    @Test
    void few_stages_take_several_layers_each() {
        try (Explainer explainer = Explainer.of(deep(), Precision.FLOAT64)) {
            List<RandomizationCheck.Stage> stages =
                    explainer.randomize(request(Gradient.PLAIN), 2).stages();
            assertThat(stages).extracting(RandomizationCheck.Stage::layers).containsExactly(2, 3);
            assertThat(stages).extracting(RandomizationCheck.Stage::node).containsExactly("g", "m");
        }
    }

    @Test
    void scores_that_do_not_depend_on_the_weights_fail() {
        RandomizationCheck.Stage same =
                new RandomizationCheck.Stage("y", "Gemm", 1, List.of(1.0, 0.9), List.of(1.0, 1.0));
        RandomizationCheck.Stage none =
                new RandomizationCheck.Stage("y", "Gemm", 1, List.of(Double.NaN), List.of(Double.NaN));
        try (Explainer explainer = Explainer.of(deep(), Precision.FLOAT64)) {
            Explanation any = explainer.explain(request(Gradient.PLAIN)).getFirst();
            assertThat(new RandomizationCheck(any, 1, List.of(same)).passed(0.5))
                    .isFalse();
            assertThat(new RandomizationCheck(any, 1, List.of(none)).passed(0.5))
                    .isTrue();
        }
    }

    @Test
    void a_network_without_weights_is_refused() {
        Graph bare = new Networks.Sketch(-1, 3).node("Relu", "y", "x").output("y");
        try (Explainer explainer = Explainer.of(bare, Precision.FLOAT64)) {
            Request request = Request.of(Map.of("x", NdArray.of(new double[] {1, 2, 3}, 1, 3)), Gradient.PLAIN);
            assertThatThrownBy(() -> explainer.randomize(request, 0)).hasMessageContaining("nothing to randomise");
        }
    }
}
