package dev.whence.quantize.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.whence.core.NdArray;
import dev.whence.core.Progress;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.Network;
import dev.whence.graph.Node;
import dev.whence.graph.Precision;
import dev.whence.graph.operators.StandardOperators;
import dev.whence.quantize.ErrorReduction;
import dev.whence.quantize.allocation.Width;
import dev.whence.quantize.model.QuantizableModel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Small networks in spellings that the zoo does not have. */
class CalibrationTest {
    private static final double CLOSE = 1e-5;
    private final Random random = new Random(5);

    private float[] numbers(int count) {
        float[] out = new float[count];
        for (int i = 0; i < count; i++) {
            out[i] = (float) random.nextGaussian();
        }
        return out;
    }

    private static Map<String, Width> widths(QuantizableModel model) {
        Map<String, Width> widths = new LinkedHashMap<>();
        model.layers().forEach(layer -> widths.put(layer.name(), Width.of(8)));
        return widths;
    }

    private static NdArray only(Map<String, NdArray> outputs) {
        return outputs.values().iterator().next();
    }

    private static NdArray plain(Graph graph, Map<String, NdArray> inputs) {
        try (Network network = StandardOperators.network(graph, Precision.FLOAT32)) {
            return only(network.evaluate(inputs, graph.outputs().getFirst().name()));
        }
    }

    @Test
    void a_normalisation_of_a_sum_gets_its_shift_behind_its_scales() {
        Graph graph = Graph.builder("sum")
                .opset(17)
                .input("x", NdArray.Type.FLOAT32, -1, 3, 4)
                .constant("gamma", Constant.of(new float[] {1, 2, 0.5f, 8}, 4))
                .constant("w", Constant.of(numbers(20), 4, 5))
                .constant("v", Constant.of(numbers(10), 5, 2))
                .node(new Node(
                        "norm",
                        "com.microsoft",
                        "SkipLayerNormalization",
                        1,
                        List.of("x", "x", "gamma"),
                        List.of("n"),
                        Attributes.of("epsilon", 1e-5f)))
                .node("MatMul", "h", "n", "w")
                .node("MatMul", "y", "h", "v")
                .output("y")
                .build();
        Map<String, NdArray> inputs = Map.of("x", NdArray.of(numbers(8 * 12), 8, 3, 4));
        QuantizableModel model = QuantizableModel.of(graph, inputs);
        assertThat(model.normalizations())
                .singleElement()
                .satisfies(one -> assertThat(one.isReparameterisable()).isTrue());
        try (Calibration calibration = Calibration.of(model, CalibrationSettings.USUAL)) {
            double[] exact = plain(graph, inputs).toDoubles();
            assertThat(only(calibration.runFloat(inputs)).toDoubles()).containsExactly(exact, within(CLOSE));
            QuantizedModel quantized = calibration.quantize(widths(model), inputs);
            assertThat(quantized.normalizations()).hasSize(1);
            double most = java.util.Arrays.stream(exact).map(Math::abs).max().orElseThrow();
            assertThat(only(calibration.run(quantized, inputs)).toDoubles())
                    .containsExactly(exact, within(0.05 * most));
            QuantizedModel better = calibration.reduceErrors(quantized, new ErrorReduction(), inputs, Progress.SILENT);
            assertThat(only(calibration.run(better, inputs)).toDoubles()).containsExactly(exact, within(0.05 * most));
        }
    }
}
