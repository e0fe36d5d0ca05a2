package dev.whence.quantize.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.ElementType;
import dev.whence.graph.Graph;
import dev.whence.graph.Network;
import dev.whence.graph.Node;
import dev.whence.graph.Precision;
import dev.whence.graph.operators.StandardOperators;
import dev.whence.quantize.calibration.QuantizedModel;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Two convolutions, the first of which runs into the quantizer of the second. */
class IntegerBiasTest {
    private static final int CHANNELS = 3;
    private static final NdArray INPUT = NdArray.of(numbers(2 * 36, 1), 2, 1, 6, 6);

    private static float[] numbers(int count, long seed) {
        Random random = new Random(seed);
        float[] out = new float[count];
        for (int i = 0; i < count; i++) {
            out[i] = (float) random.nextGaussian();
        }
        return out;
    }

    private static Graph graph() {
        return Graph.builder("convolutions")
                .input("x", NdArray.Type.FLOAT32, 2, 1, 6, 6)
                .constant("w", Constant.of(numbers(CHANNELS * 9, 2), CHANNELS, 1, 3, 3))
                .constant("b", Constant.of(numbers(CHANNELS, 3), CHANNELS))
                .constant("v", Constant.of(numbers(CHANNELS * 4, 4), 1, CHANNELS, 2, 2))
                .constant("c", Constant.of(numbers(1, 5), 1))
                .node(new Node("/one/Conv", "", "Conv", 17, List.of("x", "w", "b"), List.of("f"), Attributes.NONE))
                .node("Relu", "r", "f")
                .node(new Node("/two/Conv", "", "Conv", 17, List.of("r", "v", "c"), List.of("y"), Attributes.NONE))
                .output("y")
                .build();
    }

    private static Graph export(Format format) {
        QuantizedModel model = HandMade.of(graph(), INPUT, new HandMade.Recipe(8, 8, true, false));
        return QuantizedExport.graph(model, format, Map.of(), Map.of());
    }

    private static float[] value(Graph graph, String name) {
        try (Network network = StandardOperators.network(graph, Precision.FLOAT32)) {
            return Objects.requireNonNull(
                            network.evaluate(Map.of("x", INPUT), name).get(name))
                    .toFloats();
        }
    }

    @Test
    void it_is_a_whole_number_of_the_steps_of_its_sums() {
        Graph graph = export(Format.INT8_QDQ);
        String read = graph.node("/one/Conv").orElseThrow().inputs().get(2);
        Constant codes = Objects.requireNonNull(graph.constants().get(read + ".codes"));
        assertThat(codes.element()).isEqualTo(ElementType.INT32);
        float[] steps = Objects.requireNonNull(graph.constants().get(read + ".scale"))
                .toNdArray()
                .toFloats();
        float[] bias = value(graph, read);
        float[] exact = numbers(CHANNELS, 3);
        for (int i = 0; i < CHANNELS; i++) {
            assertThat(Math.abs(bias[i] - exact[i])).isLessThan(0.51f * steps[i]);
        }
        assertThat(Distances.relative(ForeignRuntime.run(graph, INPUT), value(graph, "y")))
                .isLessThan(0.02);
    }

    @Test
    void it_stays_float_where_nothing_is_gained() {
        assertThat(export(Format.INT8_QDQ)
                        .node("/two/Conv")
                        .orElseThrow()
                        .inputs()
                        .get(2))
                .satisfies(
                        name -> assertThat(export(Format.INT8_QDQ).constants()).containsKey(name));
        String read = export(Format.FAKE_QUANT)
                .node("/one/Conv")
                .orElseThrow()
                .inputs()
                .get(2);
        assertThat(value(export(Format.FAKE_QUANT), read)).containsExactly(numbers(CHANNELS, 3));
    }
}
