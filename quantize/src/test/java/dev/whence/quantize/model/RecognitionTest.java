package dev.whence.quantize.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Node;
import dev.whence.quantize.VisionTransformerShape;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every spelling of the same small transformer gives the same layers. */
class RecognitionTest {
    private static final List<String> LAYERS = List.of(
            "block.0.attn.qkv",
            "block.0.attn.matmul1",
            "block.0.attn.matmul2",
            "block.0.attn.proj",
            "block.0.mlp.fc1",
            "block.0.mlp.fc2",
            "head");

    private static List<String> names(QuantizableModel model) {
        return model.layers().stream().map(QuantizableLayer::name).toList();
    }

    private static List<LayerKind> kinds(QuantizableModel model) {
        return model.layers().stream().map(QuantizableLayer::kind).toList();
    }

    private static QuantizableLayer layer(QuantizableModel model, String name) {
        return model.layer(name).orElseThrow();
    }

    private static Normalization site(QuantizableModel model, String name) {
        return model.normalizations().stream()
                .filter(n -> n.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @EnumSource(TinyTransformer.Qkv.class)
    void queries_keys_and_values_are_found_in_every_spelling(TinyTransformer.Qkv spelling) {
        TinyTransformer tiny = new TinyTransformer();
        tiny.qkv = spelling;
        QuantizableModel model = QuantizableModel.of(tiny.build());
        assertThat(model.notes()).isEmpty();
        List<QuantizableLayer> makers =
                model.layers().stream().filter(l -> l.kind() == LayerKind.QKV).toList();
        assertThat(makers).hasSize(spelling == TinyTransformer.Qkv.THREE ? 3 : 1);
        assertThat(makers).allSatisfy(l -> {
            assertThat(l.block()).isZero();
            assertThat(l.data().normalization()).isEqualTo("block.0.norm1");
        });
        assertThat(makers.stream().mapToLong(QuantizableLayer::parameters).sum())
                .isEqualTo(3 * 8 * 8);
        assertThat(makers.stream()
                        .mapToLong(QuantizableLayer::multiplyAccumulates)
                        .sum())
                .isEqualTo(3 * 5 * 8 * 8);
        Normalization site = site(model, "block.0.norm1");
        assertThat(site.isReparameterisable()).as(site.obstacles().toString()).isTrue();
        assertThat(site.consumers())
                .isEqualTo(makers.stream().map(QuantizableLayer::name).toList());
        assertThat(names(model)).endsWith(LAYERS.subList(1, LAYERS.size()).toArray(String[]::new));
    }

    @ParameterizedTest
    @EnumSource(TinyTransformer.Gelu.class)
    void the_feed_forward_block_is_found_with_every_activation(TinyTransformer.Gelu spelling) {
        TinyTransformer tiny = new TinyTransformer();
        tiny.gelu = spelling;
        QuantizableModel model = QuantizableModel.of(tiny.build());
        assertThat(names(model)).isEqualTo(LAYERS);
        assertThat(layer(model, "block.0.mlp.fc1").kind()).isEqualTo(LayerKind.FC1);
        assertThat(layer(model, "block.0.mlp.fc2").kind()).isEqualTo(LayerKind.FC2);
        boolean isGelu = spelling != TinyTransformer.Gelu.RELU && spelling != TinyTransformer.Gelu.SWISH;
        assertThat(layer(model, "block.0.mlp.fc2").data().source() == Operand.Source.GELU)
                .isEqualTo(isGelu);
    }

    @ParameterizedTest
    @EnumSource(TinyTransformer.Weights.class)
    void weights_are_found_wherever_they_stand(TinyTransformer.Weights place) {
        TinyTransformer tiny = new TinyTransformer();
        tiny.weights = place;
        QuantizableModel model = QuantizableModel.of(tiny.build());
        assertThat(names(model)).isEqualTo(LAYERS);
        Weight weight = layer(model, "block.0.mlp.fc1").weight();
        assertThat(weight.data().shape()).containsExactly(8, 16);
        assertThat(weight.outputAxis()).isEqualTo(1);
        assertThat(weight.outputs()).isEqualTo(16);
        Weight head = layer(model, "head").weight();
        assertThat(head.outputAxis()).isZero();
        assertThat(head.inputAxis()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(value = TinyTransformer.Norm.class, mode = EnumSource.Mode.EXCLUDE, names = "ROOT_MEAN_SQUARE")
    void layer_normalisation_is_found_in_every_spelling(TinyTransformer.Norm spelling) {
        TinyTransformer tiny = new TinyTransformer();
        tiny.norm = spelling;
        QuantizableModel model = QuantizableModel.of(tiny.build());
        assertThat(model.normalizations().stream().map(Normalization::name))
                .containsExactly("block.0.norm1", "block.0.norm2", "norm");
        assertThat(model.normalizations().stream().map(Normalization::isReparameterisable))
                .containsExactly(true, true, false);
        Normalization second = site(model, "block.0.norm2");
        assertThat(second.gamma()).isEqualTo("block.0.norm2.weight");
        assertThat(second.beta()).isEqualTo("block.0.norm2.bias");
        assertThat(second.consumers()).containsExactly("block.0.mlp.fc1");
        assertThat(second.form() == Normalization.Form.FUSED).isEqualTo(spelling == TinyTransformer.Norm.FUSED);
        assertThat(site(model, "norm").obstacles()).singleElement().asString().contains("'head' is a head");
    }

    @Test
    void normalisation_by_the_root_mean_square_is_named_and_left_alone() {
        TinyTransformer tiny = new TinyTransformer();
        tiny.norm = TinyTransformer.Norm.ROOT_MEAN_SQUARE;
        QuantizableModel model = QuantizableModel.of(tiny.build());
        assertThat(names(model)).isEqualTo(LAYERS);
        assertThat(model.normalizations()).isEmpty();
        assertThat(model.notes())
                .hasSize(3)
                .allSatisfy(n -> assertThat(n.toString()).contains("Sqrt", "root mean square"));
    }

    @ParameterizedTest
    @EnumSource(TinyTransformer.Scale.class)
    void the_place_of_the_scale_is_told(TinyTransformer.Scale place) {
        TinyTransformer tiny = new TinyTransformer();
        tiny.scale = place;
        tiny.hasMask = true;
        QuantizableModel model = QuantizableModel.of(tiny.build());
        assertThat(names(model)).isEqualTo(LAYERS);
        QuantizableLayer product = layer(model, "block.0.attn.matmul1");
        assertThat(product.scale()).isEqualTo(ScalePlace.valueOf(place.name()));
        assertThat(product.multiplyAccumulates()).isEqualTo(2 * 5 * 5 * 4);
        assertThat(layer(model, "block.0.attn.matmul2").data().source()).isEqualTo(Operand.Source.SOFTMAX);
    }

    @Test
    void layer_scale_is_a_part_of_the_layer_before_it() {
        TinyTransformer tiny = new TinyTransformer();
        tiny.hasLayerScale = true;
        QuantizableModel model = QuantizableModel.of(tiny.build());
        assertThat(names(model)).isEqualTo(LAYERS);
        assertThat(layer(model, "block.0.attn.proj").channelScale()).isEqualTo("block.0.ls1.gamma");
        assertThat(layer(model, "block.0.mlp.fc2").channelScale()).isEqualTo("block.0.ls2.gamma");
        assertThat(layer(model, "block.0.mlp.fc1").channelScale()).isNull();
    }

    @Test
    void normalised_queries_still_come_from_their_layer() {
        TinyTransformer tiny = new TinyTransformer();
        tiny.hasQueryNorm = true;
        QuantizableModel model = QuantizableModel.of(tiny.build());
        assertThat(names(model)).isEqualTo(LAYERS);
        assertThat(kinds(model)).startsWith(LayerKind.QKV, LayerKind.MATMUL1);
        assertThat(site(model, "block.0.attn.q_norm").isReparameterisable()).isFalse();
    }

    @Test
    void layers_without_paths_are_named_by_their_biases() {
        TinyTransformer tiny = new TinyTransformer();
        tiny.hasNames = false;
        assertThat(names(QuantizableModel.of(tiny.build()))).isEqualTo(LAYERS);
    }

    @Test
    void a_second_reader_of_a_normalisation_is_named_as_the_obstacle() {
        TinyTransformer tiny = new TinyTransformer();
        tiny.node("other", "Abs", "other_out", Map.of(), "block.0.norm2_out");
        tiny.node("size", "Shape", "size_out", Map.of(), "block.0.norm1_out");
        tiny.builder().output("other_out").output("size_out");
        QuantizableModel model = QuantizableModel.of(tiny.build());
        assertThat(site(model, "block.0.norm1").isReparameterisable()).isTrue();
        assertThat(site(model, "block.0.norm2").obstacles()).containsExactly("node '/other/Abs' (Abs) reads it too");
    }

    @Test
    void a_normalisation_that_leaves_the_network_is_left_alone() {
        TinyTransformer tiny = new TinyTransformer();
        tiny.builder().output("block.0.norm1_out");
        QuantizableModel model = QuantizableModel.of(tiny.build());
        assertThat(site(model, "block.0.norm1").obstacles())
                .singleElement()
                .asString()
                .contains("output");
    }

    @Test
    void the_size_of_the_batch_does_not_change_what_is_counted() {
        Graph graph = new TinyTransformer().build();
        QuantizableModel one = QuantizableModel.of(graph);
        QuantizableModel four = QuantizableModel.of(graph, Map.of("x", NdArray.of(new float[4 * 5 * 8], 4, 5, 8)));
        assertThat(four.multiplyAccumulates()).isEqualTo(one.multiplyAccumulates());
        assertThat(one.parameters()).isEqualTo(3 * 64 + 64 + 2 * 128 + 24);
    }

    @Test
    void twelve_blocks_have_seventy_four_layers() {
        VisionTransformerShape shape = new VisionTransformerShape(32, 3, 8, 24, 12, 3, 10);
        QuantizableModel model = QuantizableModel.of(shape.graph(1));
        assertThat(model.layers()).hasSize(74);
        assertThat(model.notes()).isEmpty();
        assertThat(names(model))
                .startsWith("patch_embed.proj", "blocks.0.attn.qkv")
                .endsWith("blocks.11.mlp.fc2", "head");
        assertThat(model.layers().getFirst().kind()).isEqualTo(LayerKind.PATCH_EMBED);
        assertThat(model.normalizations()).hasSize(25);
        assertThat(model.layers().stream().mapToInt(QuantizableLayer::block).max())
                .hasValue(11);
    }

    // ---- what is no transformer --------------------------------------------------------------------------------

    private static Graph.Builder pictures() {
        return Graph.builder("pictures")
                .opset(17)
                .input("x", NdArray.Type.FLOAT32, -1, 3, 8, 8)
                .constant("stem.weight", Constant.of(new float[4 * 3 * 9], 4, 3, 3, 3))
                .constant("fc.weight", Constant.of(new float[64 * 2], 64, 2));
    }

    @Test
    void convolutions_and_dense_layers_of_any_network_are_layers() {
        Graph graph = pictures()
                .node(
                        "Conv",
                        List.of("x", "stem.weight"),
                        List.of("c"),
                        Attributes.of("strides", new long[] {2, 2}).with("pads", new long[] {1, 1, 1, 1}))
                .node("Relu", "r", "c")
                .node("Flatten", "f", "r")
                .node("MatMul", "y", "f", "fc.weight")
                .output("y")
                .build();
        QuantizableModel model = QuantizableModel.of(graph);
        assertThat(names(model)).containsExactly("stem", "fc");
        assertThat(kinds(model)).containsExactly(LayerKind.CONVOLUTION, LayerKind.HEAD);
        QuantizableLayer stem = layer(model, "stem");
        assertThat(stem.isFirst()).isTrue();
        assertThat(stem.multiplyAccumulates()).isEqualTo(4 * 4 * 4 * 27);
        assertThat(stem.weight().outputAxis()).isZero();
        assertThat(layer(model, "fc").weight().outputAxis()).isEqualTo(1);
    }

    @Test
    void weights_that_two_layers_share_are_noted() {
        Graph graph = Graph.builder("shared")
                .input("x", NdArray.Type.FLOAT32, 1, 4)
                .constant("w", Constant.of(new float[16], 4, 4))
                .node("MatMul", "a", "x", "w")
                .node("MatMul", "b", "a", "w")
                .output("b")
                .build();
        QuantizableModel model = QuantizableModel.of(graph);
        assertThat(model.layers())
                .allSatisfy(l -> assertThat(l.weight().isShared()).isTrue());
        assertThat(names(model)).containsExactly("w", "w_2");
        assertThat(model.notes()).hasSize(2);
    }

    @Test
    void attention_in_one_operator_is_named_and_left_alone() {
        Graph graph = Graph.builder("fused")
                .input("x", NdArray.Type.FLOAT32, 1, 5, 8)
                .constant("w", Constant.of(new float[8 * 8], 8, 8))
                .node("MatMul", "q", "x", "w")
                .node(new Node(
                        "/attn/MultiHeadAttention",
                        "com.microsoft",
                        "MultiHeadAttention",
                        1,
                        List.of("q", "q", "q"),
                        List.of("y"),
                        Attributes.of("num_heads", 2)))
                .output("y")
                .build();
        QuantizableModel model = QuantizableModel.of(graph);
        assertThat(names(model)).containsExactly("w");
        assertThat(model.notes())
                .singleElement()
                .asString()
                .contains("/attn/MultiHeadAttention", "com.microsoft::MultiHeadAttention-1", "stays as it is");
    }

    @Test
    void attention_without_layers_of_its_own_is_found_and_noted() {
        Graph graph = Graph.builder("bare")
                .input("x", NdArray.Type.FLOAT32, 1, 5, 8)
                .node("Transpose", List.of("x"), List.of("t"), Attributes.of("perm", new long[] {0, 2, 1}))
                .node("MatMul", "s", "x", "t")
                .node("Softmax", List.of("s"), List.of("p"), Attributes.of("axis", -1))
                .node("MatMul", "y", "p", "x")
                .output("y")
                .build();
        QuantizableModel model = QuantizableModel.of(graph);
        assertThat(kinds(model)).containsExactly(LayerKind.MATMUL1, LayerKind.MATMUL2);
        assertThat(names(model)).containsExactly("block0.matmul1", "block0.matmul2");
        assertThat(model.notes()).anySatisfy(n -> assertThat(n.text()).contains("from no dense layer"));
    }

    @Test
    void a_quantized_network_is_refused_with_the_node_and_advice() {
        Graph graph = Graph.builder("ready")
                .input("x", NdArray.Type.FLOAT32, 1, 4)
                .constant("w", NdArray.ofIntegers(NdArray.Type.INT8, new long[16], 4, 4))
                .constant("s", Constant.of(new float[] {1}, new long[0]))
                .node("DequantizeLinear", "d", "w", "s")
                .node("MatMul", "y", "x", "d")
                .output("y")
                .build();
        assertThatThrownBy(() -> QuantizableModel.of(graph))
                .isInstanceOf(WhenceException.class)
                .hasMessageContaining("'ready' is quantized already")
                .hasMessageContaining("DequantizeLinear_d")
                .hasMessageContaining("Give the model of real numbers");
    }

    @Test
    void inputs_of_unknown_size_need_an_example() {
        Graph graph = Graph.builder("open")
                .input("x", NdArray.Type.FLOAT32, -1, -1)
                .constant("w", Constant.of(new float[16], 4, 4))
                .node("MatMul", "y", "x", "w")
                .output("y")
                .build();
        assertThatThrownBy(() -> QuantizableModel.of(graph))
                .isInstanceOf(WhenceException.class)
                .hasMessageContaining("give an example");
        QuantizableModel model = QuantizableModel.of(graph, Map.of("x", NdArray.of(new float[4], 1, 4)));
        assertThat(kinds(model)).containsExactly(LayerKind.HEAD);
    }

    @Test
    void deeply_nested_sums_are_searched_in_time() {
        Graph.Builder graph =
                Graph.builder("deep").input("x", NdArray.Type.FLOAT32, 1, 5, 5).node("Neg", "v0", "x");
        for (int i = 0; i < 400; i++) {
            graph.node("Add", "v" + (i + 1), "v" + i, "v" + i);
        }
        Graph built = graph.node("MatMul", "s", "v400", "v400")
                .node("Softmax", "p", "s")
                .node("MatMul", "y", "p", "v400")
                .output("y")
                .build();
        assertThat(QuantizableModel.of(built).layers()).hasSize(2);
    }
}
