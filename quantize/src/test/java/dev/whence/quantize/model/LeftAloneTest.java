package dev.whence.quantize.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Layers in forms that quantization does not treat stay as they are, with a note that names the node. */
class LeftAloneTest {
    private static Graph.Builder square() {
        return Graph.builder("square")
                .opset(17)
                .input("x", NdArray.Type.FLOAT32, 4, 4)
                .constant("w", Constant.of(new float[16], 4, 4))
                .constant("c", Constant.of(new float[4], 4))
                .constant("number", Constant.of(new float[1], 1))
                .output("y");
    }

    private static void requireLeftAlone(Graph graph, String node, String reason) {
        QuantizableModel model = QuantizableModel.of(graph);
        assertThat(model.layers()).isEmpty();
        assertThat(model.notes()).singleElement().asString().contains("'" + node + "'", reason, "stays as it is");
    }

    @ParameterizedTest
    @CsvSource({"alpha,0.5,alpha is 0.5", "beta,2,beta is 2.0"})
    void gemm_with_factors(String attribute, float value, String reason) {
        Graph graph = square().node("Gemm", List.of("x", "w", "c"), List.of("y"), Attributes.of(attribute, value))
                .build();
        requireLeftAlone(graph, "Gemm_y", reason);
    }

    @Test
    void gemm_that_turns_what_it_reads() {
        Graph graph = square().node("Gemm", List.of("x", "w", "c"), List.of("y"), Attributes.of("transA", 1))
                .build();
        requireLeftAlone(graph, "Gemm_y", "transA");
    }

    @Test
    void gemm_that_adds_something_computed() {
        Graph graph =
                square().node("Neg", "n", "x").node("Gemm", "y", "x", "w", "n").build();
        requireLeftAlone(graph, "Gemm_y", "computed while the network runs");
    }

    @ParameterizedTest
    @CsvSource({"number", "w"})
    void gemm_that_adds_no_vector_of_its_outputs(String added) {
        Graph graph = square().node("Gemm", "y", "x", "w", added).build();
        requireLeftAlone(graph, "Gemm_y", "not one number for each output");
    }

    @Test
    void factors_of_one_and_a_row_to_add_are_no_obstacle() {
        Graph graph = square().constant("row", Constant.of(new float[4], 1, 4))
                .node(
                        "Gemm",
                        List.of("x", "w", "row"),
                        List.of("y"),
                        Attributes.of("alpha", 1f).with("beta", 1f).with("transB", 1))
                .build();
        QuantizableModel model = QuantizableModel.of(graph);
        assertThat(model.notes()).isEmpty();
        assertThat(model.layers())
                .singleElement()
                .satisfies(l -> assertThat(l.bias()).isNotNull());
    }

    @Test
    void weights_on_the_left() {
        requireLeftAlone(square().node("MatMul", "y", "w", "x").build(), "MatMul_y", "on the left");
    }

    @Test
    void several_matrices_in_one() {
        Graph graph = square().constant("two", Constant.of(new float[32], 2, 4, 4))
                .node("MatMul", "y", "x", "two")
                .build();
        requireLeftAlone(graph, "MatMul_y", "several matrices in one");
    }

    @Test
    void a_transposed_convolution_in_groups() {
        Graph graph = Graph.builder("grown")
                .opset(17)
                .input("x", NdArray.Type.FLOAT32, 1, 4, 3, 3)
                .constant("w", Constant.of(new float[4 * 2 * 4], 4, 2, 2, 2))
                .node("ConvTranspose", List.of("x", "w"), List.of("y"), Attributes.of("group", 2))
                .output("y")
                .build();
        requireLeftAlone(graph, "ConvTranspose_y", "in groups");
    }

    @Test
    void a_normalisation_whose_shifts_are_computed() {
        Graph graph = square().node("Neg", "beta", "c")
                .node("Mul", "shift", "x", "beta")
                .node(
                        "ReduceMean",
                        List.of("shift"),
                        List.of("mean"),
                        Attributes.of("axes", new long[] {0}).with("keepdims", 0))
                .node("LayerNormalization", "n", "x", "c", "mean")
                .node("MatMul", "y", "n", "w")
                .build();
        QuantizableModel model = QuantizableModel.of(graph, Map.of("x", NdArray.of(new float[16], 4, 4)));
        assertThat(model.normalizations()).isEmpty();
        assertThat(model.layers()).hasSize(1);
        assertThat(model.notes()).singleElement().asString().contains("LayerNormalization_n", "shifts");
    }
}
