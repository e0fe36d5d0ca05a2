package dev.whence.quantize.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
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
import dev.whence.tensor.TensorScope;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
            double most = Arrays.stream(exact).map(Math::abs).max().orElseThrow();
            assertThat(only(calibration.run(quantized, inputs)).toDoubles())
                    .containsExactly(exact, within(0.05 * most));
            QuantizedModel better = calibration.reduceErrors(quantized, new ErrorReduction(), inputs, Progress.SILENT);
            assertThat(only(calibration.run(better, inputs)).toDoubles()).containsExactly(exact, within(0.05 * most));
        }
    }

    /** Tokens first, examples second, as torch's attention has them; beside the numbers, the place of the largest. */
    private Graph tokensFirst() {
        return Graph.builder("tokens")
                .opset(17)
                .input("x", NdArray.Type.FLOAT32, -1, 3, 4)
                .constant("gamma", Constant.of(new float[] {1, 2, 0.5f, 8}, 4))
                .constant("w", Constant.of(numbers(16), 4, 4))
                .constant("v", Constant.of(numbers(16), 4, 4))
                .node("Transpose", List.of("x"), List.of("t"), Attributes.of("perm", new long[] {1, 0, 2}))
                .node("LayerNormalization", "n", "t", "gamma")
                .node("MatMul", "h", "n", "w")
                .node("MatMul", "y", "h", "v")
                .node("ArgMax", List.of("y"), List.of("best"), Attributes.of("axis", -1))
                .output("y")
                .output("best")
                .build();
    }

    @Test
    void examples_may_lie_along_another_axis_than_the_first() {
        Graph graph = tokensFirst();
        int count = 80;
        Map<String, NdArray> inputs = Map.of("x", NdArray.of(numbers(count * 12), count, 3, 4));
        QuantizableModel model =
                QuantizableModel.of(graph, Map.of("x", inputs.get("x").rows(0, 1)));
        try (Calibration calibration = Calibration.of(model, CalibrationSettings.USUAL)) {
            double[] exact = calibration.runFloat(inputs).get("y").toDoubles();
            double most = Arrays.stream(exact).map(Math::abs).max().orElseThrow();
            QuantizedModel quantized = calibration.quantize(widths(model), inputs);
            assertThat(calibration.run(quantized, inputs).get("y").toDoubles())
                    .containsExactly(exact, within(0.05 * most));
            QuantizedModel better = calibration.reduceErrors(quantized, new ErrorReduction(), inputs, Progress.SILENT);
            assertThat(calibration.run(better, inputs).get("y").toDoubles())
                    .containsExactly(exact, within(0.05 * most));
        }
    }

    @Test
    void outputs_of_whole_numbers_stay_so() {
        Graph graph = tokensFirst();
        Map<String, NdArray> inputs = Map.of("x", NdArray.of(numbers(80 * 12), 80, 3, 4));
        try (Calibration calibration = Calibration.of(QuantizableModel.of(graph, inputs), CalibrationSettings.USUAL)) {
            NdArray best = Objects.requireNonNull(calibration.runFloat(inputs).get("best"));
            assertThat(best.type()).isEqualTo(NdArray.Type.INT64);
            assertThat(best.size()).isEqualTo(80 * 3);
        }
    }

    @Test
    void a_run_that_cannot_begin_holds_nothing() {
        Graph graph = Graph.builder("two")
                .opset(17)
                .input("x", NdArray.Type.FLOAT32, -1, 4)
                .constant("gamma", Constant.of(new float[] {1, 2, 0.5f, 8}, 4))
                .constant("w", Constant.of(numbers(16), 4, 4))
                .node("LayerNormalization", "n", "x", "gamma")
                .node("MatMul", "h", "n", "w")
                .node("LayerNormalization", "m", "h", "gamma")
                .node("MatMul", "y", "m", "w")
                .output("y")
                .build();
        QuantizableModel model = QuantizableModel.of(graph, Map.of("x", NdArray.of(numbers(4), 1, 4)));
        Numbers fewer = Numbers.of(new QuantizableModel(
                graph, model.layers(), model.normalizations().subList(0, 1), List.of()));
        try (OpenedNetwork opened = OpenedNetwork.of(model)) {
            long before = TensorScope.liveTensors();
            assertThatThrownBy(() -> new LayerwiseRun(opened, fewer, List.of()))
                    .isInstanceOf(NullPointerException.class);
            assertThat(TensorScope.liveTensors()).isEqualTo(before);
        }
    }
}
