package dev.whence.quantize.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import dev.whence.graph.Graph;
import java.util.Map;
import org.junit.jupiter.api.Test;

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
        assertThat(ExampleRows.fixedBatch(graph(-1))).isZero();
    }

    @Test
    void the_first_examples_fill_batches_of_a_fixed_size() {
        Map<String, NdArray> inputs = Map.of("x", TEN, "mask", MASK);
        assertThat(ExampleRows.fixedBatch(graph(4))).isEqualTo(4);
        assertThat(ExampleRows.count(ExampleRows.first(graph(4), inputs, 1))).isEqualTo(4);
        assertThat(ExampleRows.count(ExampleRows.first(graph(4), inputs, 9))).isEqualTo(8);
        assertThat(ExampleRows.count(ExampleRows.first(graph(-1), inputs, 3))).isEqualTo(3);
    }
}
