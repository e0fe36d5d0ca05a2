package dev.whence.quantize.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.explain.DeepLift;
import dev.whence.explain.Explainer;
import dev.whence.explain.Lrp;
import dev.whence.explain.Request;
import dev.whence.explain.TargetChoice;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Precision;
import dev.whence.quantize.pieces.PieceCache;
import dev.whence.tensor.TensorScope;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayerContributionsTest {
    private static NdArray examples(int count) {
        Random random = new Random(3);
        float[] out = new float[count * TinyTransformer.TOKENS * TinyTransformer.WIDTH];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) random.nextGaussian();
        }
        return NdArray.of(out, count, TinyTransformer.TOKENS, TinyTransformer.WIDTH);
    }

    @Test
    void every_layer_gets_numbers_that_agree_with_each_other() {
        Graph graph = new TinyTransformer().build();
        QuantizableModel model = QuantizableModel.of(graph);
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT32)) {
            LayerContributions found = LayerContributions.of(
                    explainer, model, Map.of("x", examples(8)), Lrp.ATTENTION, new TargetChoice.ArgMax());
            assertThat(found.layers().stream().map(LayerContribution::layer))
                    .containsExactlyElementsOf(
                            model.layers().stream().map(QuantizableLayer::name).toList());
            assertThat(found.warnings()).isEmpty();
            for (LayerContribution layer : found.layers()) {
                assertThat(layer.mean()).isPositive();
                assertThat(layer.deviation()).isNotNegative();
                for (int i = 0; i < 8; i++) {
                    double positive = layer.positive()[i];
                    double negative = layer.signed()[i] - positive;
                    assertThat(layer.absolute()[i]).isCloseTo(positive - negative, within(1e-9));
                }
            }
            assertThat(found.layer("head").orElseThrow().mean()).isCloseTo(1, within(1e-6));
            assertThat(Arrays.stream(found.normalized()).sum()).isCloseTo(1, within(1e-12));
            assertThat(found.ranks()).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6, 7);
            assertThat(found.agreement(found)).isCloseTo(1, within(1e-12));
        }
    }

    @Test
    void kept_contributions_belong_to_the_layers_that_were_recognised(@TempDir Path folder) {
        QuantizableModel model = QuantizableModel.of(new TinyTransformer().build());
        QuantizableModel reversed =
                new QuantizableModel(model.graph(), model.layers().reversed(), model.normalizations(), model.notes());
        Map<String, NdArray> inputs = Map.of("x", examples(2));
        PieceCache cache = PieceCache.in(folder);
        LayerContributions one = LayerContributions.of(cache, model, inputs, Lrp.ATTENTION, new TargetChoice.ArgMax());
        LayerContributions other =
                LayerContributions.of(cache, reversed, inputs, Lrp.ATTENTION, new TargetChoice.ArgMax());
        assertThat(other.means()).isNotEqualTo(one.means());
        model.layers()
                .forEach(layer -> assertThat(
                                other.layer(layer.name()).orElseThrow().mean())
                        .isEqualTo(one.layer(layer.name()).orElseThrow().mean()));
        assertThat(cache.read()).isZero();
        LayerContributions.of(cache, model, inputs, Lrp.ATTENTION, new TargetChoice.ArgMax());
        assertThat(cache.read()).isEqualTo(1);
    }

    @Test
    void an_example_gives_the_same_alone_and_among_others() {
        Graph graph = new TinyTransformer().build();
        QuantizableModel model = QuantizableModel.of(graph);
        NdArray all = examples(3);
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            for (Lrp method : List.of(Lrp.ATTENTION, Lrp.CHEFER)) {
                LayerContributions together =
                        LayerContributions.of(explainer, model, Map.of("x", all), method, new TargetChoice.Index(1));
                for (int n = 0; n < 3; n++) {
                    LayerContributions alone = LayerContributions.of(
                            explainer, model, Map.of("x", all.rows(n, n + 1)), method, new TargetChoice.Index(1));
                    for (int l = 0; l < model.layers().size(); l++) {
                        assertThat(together.layers().get(l).absolute()[n])
                                .isEqualTo(alone.layers().get(l).absolute()[0]);
                    }
                }
            }
        }
    }

    @Test
    void classes_are_explained_together_as_they_are_alone() {
        Graph graph = new TinyTransformer().build();
        QuantizableModel model = QuantizableModel.of(graph);
        List<TargetChoice> classes =
                List.of(new TargetChoice.Index(0), new TargetChoice.Index(1), new TargetChoice.Index(2));
        Map<String, NdArray> inputs = Map.of("x", examples(2));
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            List<LayerContributions> all = LayerContributions.of(explainer, model, inputs, Lrp.ATTENTION, classes);
            assertThat(all.stream().map(LayerContributions::target)).containsExactly("0", "1", "2");
            for (int c = 0; c < 3; c++) {
                double[] alone = LayerContributions.of(explainer, model, inputs, Lrp.ATTENTION, classes.get(c))
                        .means();
                assertThat(all.get(c).means()).containsExactly(alone, within(1e-12));
            }
        }
    }

    private static Graph twoHeads() {
        return Graph.builder("heads")
                .input("x", NdArray.Type.FLOAT32, -1, 2)
                .constant("trunk", Constant.of(new float[] {1, 2, 3, 4}, 2, 2))
                .constant("one", Constant.of(new float[] {1, 0, 0, 1}, 2, 2))
                .constant("two", Constant.of(new float[] {1, -1, 1, 3}, 2, 2))
                .node("MatMul", "t", "x", "trunk")
                .node("MatMul", "classes", "t", "one")
                .node("MatMul", "sizes", "t", "two")
                .output("classes")
                .output("sizes")
                .build();
    }

    @Test
    void layers_of_another_head_count_by_their_own_output() {
        Graph graph = twoHeads();
        QuantizableModel model = QuantizableModel.of(graph);
        NdArray inputs = NdArray.of(new float[] {1, 2}, 1, 2);
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT32)) {
            LayerContributions found = LayerContributions.of(
                    explainer, model, Map.of("x", inputs), Lrp.ATTENTION, new TargetChoice.ArgMax());

            // t = (7, 10); classes = (7, 10): all from the second of t; sizes = (17, 23): -7 and 30 of 23.
            assertThat(found.means()).containsExactly(new double[] {(1 + 37.0 / 23) / 2, 0.5, 0.5}, within(1e-5));
            assertThat(found.values()).containsExactly(10);
            assertThat(found.warnings())
                    .contains("Contributions are means over the outputs classes, sizes: explained are the first output"
                            + " and those with layers that no earlier one needs.")
                    .noneMatch(w -> w.contains("No relevance"));
        }
    }

    @Test
    void a_chosen_class_is_of_the_first_output_and_the_other_head_is_named() {
        Graph graph = twoHeads();
        QuantizableModel model = QuantizableModel.of(graph);
        NdArray inputs = NdArray.of(new float[] {1, 2}, 1, 2);
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT32)) {
            LayerContributions found = LayerContributions.of(
                    explainer, model, Map.of("x", inputs), Lrp.ATTENTION, new TargetChoice.Index(0));

            assertThat(found.means()).containsExactly(new double[] {1, 1, 0}, within(1e-5));
            assertThat(found.warnings())
                    .contains(
                            "Only output classes is explained; layers that only sizes needs have no contribution to it.")
                    .contains("No relevance arrives at two.");
        }
    }

    /** Its second output is the difference of the two numbers, which are its first. */
    private static LayerContributions ofDifferences(float... numbers) {
        Graph graph = Graph.builder("difference")
                .input("x", NdArray.Type.FLOAT32, -1, 2)
                .constant("trunk", Constant.of(new float[] {1, 0, 0, 1}, 2, 2))
                .constant("two", Constant.of(new float[] {1, -1}, 2, 1))
                .node("MatMul", "t", "x", "trunk")
                .node("MatMul", "y", "t", "two")
                .output("t")
                .output("y")
                .build();
        NdArray inputs = NdArray.of(numbers, numbers.length / 2, 2);
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT64)) {
            return LayerContributions.of(
                    explainer,
                    QuantizableModel.of(graph),
                    Map.of("x", inputs),
                    Lrp.ATTENTION,
                    new TargetChoice.ArgMax());
        }
    }

    @Test
    void an_example_whose_other_output_is_near_zero_is_left_out_there_and_the_output_is_named() {
        LayerContributions found = ofDifferences(3, 1, 1, 0.9999f);

        // Shares at t: 1 of its own largest, 4 of the first difference 2; the second difference is 0.0001.
        assertThat(found.layer("trunk").orElseThrow().absolute())
                .containsExactly(new double[] {1.5, 1.5}, within(1e-5));
        assertThat(found.layer("two").orElseThrow().absolute()).containsExactly(new double[] {0.5, 0.5}, within(1e-5));
        assertThat(found.warnings())
                .contains("The target's value at output y is below 0.001 for 1 of 2 examples; these are left out, for"
                        + " their shares would be large and uncertain.");
    }

    @Test
    void an_output_that_is_always_near_zero_does_not_count() {
        LayerContributions found = ofDifferences(1, 0.9999f, 2, 1.9998f);

        assertThat(found.means()).containsExactly(new double[] {1, 0}, within(1e-5));
        assertThat(found.warnings())
                .contains("Contributions are those to output t alone: the largest values of the other outputs are too"
                        + " small.")
                .contains("The target's value at output y is below 0.001 for 2 of 2 examples; the output does not"
                        + " count.");
    }

    @Test
    void a_first_output_that_is_always_near_zero_does_not_count_where_another_is_large() {
        LayerContributions found = ofDifferences(1e-4f, -2, 0, -3);

        assertThat(found.values()).containsExactly(new double[] {1e-4, 0}, within(1e-9));
        assertThat(found.means()).containsExactly(new double[] {1, 1}, within(1e-3));
        assertThat(found.warnings())
                .contains("Contributions are those to output y alone: the largest values of the other outputs are too"
                        + " small.");
    }

    @Test
    void a_target_near_zero_and_few_examples_are_warned_of() {
        Graph graph = Graph.builder("dead")
                .input("x", NdArray.Type.FLOAT32, -1, 2)
                .constant("w", Constant.of(new float[4], 2, 2))
                .node("MatMul", "y", "x", "w")
                .output("y")
                .build();
        QuantizableModel model = QuantizableModel.of(graph);
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT32)) {
            LayerContributions found = LayerContributions.of(
                    explainer,
                    model,
                    Map.of("x", NdArray.of(new float[] {1, 2}, 1, 2)),
                    Lrp.ATTENTION,
                    new TargetChoice.Index(0));
            assertThat(found.means()).containsExactly(0);
            assertThat(found.normalized()).containsExactly(0);
            assertThat(found.warnings()).hasSize(3);
            assertThat(found.warnings().getFirst()).contains("below 0.001 for 1 of 1 examples");
            assertThat(found.warnings().get(1)).contains("1 example;");
            assertThat(found.warnings().getLast()).contains("No relevance arrives at w");
        }
    }

    @Test
    void a_network_without_layers_is_refused() {
        Graph graph = Graph.builder("none")
                .input("x", NdArray.Type.FLOAT32, -1, 2)
                .node("Relu", "y", "x")
                .output("y")
                .build();
        QuantizableModel model = QuantizableModel.of(graph);
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT32)) {
            assertThatThrownBy(() -> LayerContributions.of(
                            explainer,
                            model,
                            Map.of("x", NdArray.of(new float[2], 1, 2)),
                            Lrp.ATTENTION,
                            new TargetChoice.ArgMax()))
                    .isInstanceOf(WhenceException.class)
                    .hasMessageContaining("'none' has no layer");
        }
    }

    @Test
    void relevance_at_inner_values_wants_a_walk_of_relevance_and_values_that_exist() {
        Graph graph = new TinyTransformer().build();
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT32)) {
            Request request = Request.of(Map.of("x", examples(1)), DeepLift.RESCALE);
            assertThatThrownBy(() -> explainer.relevance(request, List.of("scores")))
                    .isInstanceOf(WhenceException.class)
                    .hasMessageContaining("lrp-attention");
            assertThatThrownBy(() -> explainer.relevance(request.with(Lrp.ATTENTION), List.of("nothing")))
                    .isInstanceOf(WhenceException.class)
                    .hasMessageContaining("no inner value 'nothing'");
        }
    }

    @Test
    void nothing_native_is_left_behind() {
        Graph graph = new TinyTransformer().build();
        QuantizableModel model = QuantizableModel.of(graph);
        try (Explainer explainer = Explainer.of(graph, Precision.FLOAT32)) {
            Map<String, NdArray> inputs = Map.of("x", examples(2));
            LayerContributions.of(explainer, model, inputs, Lrp.ATTENTION, new TargetChoice.ArgMax());
            long before = TensorScope.liveTensors();
            LayerContributions.of(explainer, model, inputs, Lrp.ATTENTION, new TargetChoice.ArgMax());
            QuantizableModel.of(graph);
            assertThat(TensorScope.liveTensors()).isEqualTo(before);
        }
    }
}
