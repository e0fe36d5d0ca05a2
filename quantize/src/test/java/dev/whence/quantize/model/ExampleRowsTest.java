package dev.whence.quantize.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import dev.whence.graph.Graph;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExampleRowsTest {
    private static final NdArray TEN = NdArray.of(new float[20], 10, 2);
    private static final NdArray MASK = NdArray.of(new float[2], 1, 2);

    private static Graph graph(long batch) {
        return Graph.builder("masked")
                .input("mask", NdArray.Type.FLOAT32, 1, 2)
                .input("x", NdArray.Type.FLOAT32, batch, 2)
                .node("Add", "y", "x", "mask")
                .output("y")
                .build();
    }

    @Test
    void a_mask_is_in_every_part() {
        Map<String, NdArray> part = ExampleRows.of(Map.of("x", TEN, "mask", MASK), 2, 5);
        assertThat(part.get("x").shape()).containsExactly(3, 2);
        assertThat(part.get("mask")).isSameAs(MASK);
        assertThat(ExampleRows.fixedBatch(graph(-1), Map.of("x", TEN, "mask", MASK)))
                .isZero();
    }

    @Test
    void the_first_examples_fill_batches_of_a_fixed_size() {
        Map<String, NdArray> inputs = Map.of("x", TEN, "mask", MASK);
        assertThat(ExampleRows.fixedBatch(graph(4), inputs)).isEqualTo(4);
        assertThat(ExampleRows.count(ExampleRows.first(graph(4), inputs, 1))).isEqualTo(4);
        assertThat(ExampleRows.count(ExampleRows.first(graph(4), inputs, 9))).isEqualTo(8);
        assertThat(ExampleRows.count(ExampleRows.first(graph(-1), inputs, 3))).isEqualTo(3);
    }

    private static Graph located(long images, long places) {
        return Graph.builder("located")
                .input("image", NdArray.Type.FLOAT32, images, 3)
                .input("coords", NdArray.Type.FLOAT32, places, 2)
                .node("Relu", "y", "image")
                .node("Relu", "z", "coords")
                .output("y")
                .output("z")
                .build();
    }

    private static Map<String, NdArray> arrays(int images, int places) {
        return Map.of(
                "image",
                NdArray.of(new float[images * 3], images, 3),
                "coords",
                NdArray.of(new float[places * 2], places, 2));
    }

    @ParameterizedTest
    @CsvSource({
        "1, 16, 32, 16, 1", // the places are for all images
        "1, 16, 16, 16, 1", // also where they are as many
        "4, 1, 1, 1, 4", // too few examples for the batch
        "4, -1, 8, 8, 4",
        "-1, 4, 8, 8, 4",
        "4, 4, 4, 4, 4",
        "-1, 1, 8, 1, 0",
        "-1, -1, 8, 8, 0"
    })
    void the_batch_is_that_of_the_input_that_holds_the_examples(
            long fixedImages, long fixedPlaces, int images, int places, int expected) {
        assertThat(ExampleRows.fixedBatch(located(fixedImages, fixedPlaces), arrays(images, places)))
                .isEqualTo(expected);
    }
}
