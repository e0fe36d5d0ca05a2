package dev.whence.quantize.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attributes;
import dev.whence.graph.Constant;
import dev.whence.graph.ElementType;
import dev.whence.graph.Graph;
import dev.whence.graph.Network;
import dev.whence.graph.Node;
import dev.whence.graph.Precision;
import dev.whence.graph.onnx.OnnxExport;
import dev.whence.graph.onnx.OnnxModel;
import dev.whence.graph.operators.StandardOperators;
import dev.whence.quantize.AdaLogQuantizer;
import dev.whence.quantize.Granularity;
import dev.whence.quantize.Log2Quantizer;
import dev.whence.quantize.LogSqrt2Quantizer;
import dev.whence.quantize.Quantizer;
import dev.whence.quantize.SymmetricFit;
import dev.whence.quantize.TwinUniformQuantizer;
import dev.whence.quantize.UniformFit;
import dev.whence.quantize.UniformQuantizer;
import dev.whence.quantize.ZeroCode;
import dev.whence.quantize.allocation.Width;
import dev.whence.quantize.calibration.NormalizationNumbers;
import dev.whence.quantize.calibration.QuantizedLayer;
import dev.whence.quantize.calibration.QuantizedModel;
import dev.whence.quantize.model.QuantizableLayer;
import dev.whence.quantize.model.QuantizableModel;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Small networks in which every change of the graph can be seen. */
class QuantizedExportTest {
    private static final int INPUTS = 5;
    private static final int OUTPUTS = 7;
    private static final float[] INPUT = numbers(30, 1);

    /** ONNX Runtime may round the activations of a layer of which only the weights are integers, to 8 bits. */
    private static final double DYNAMIC = 0.01;

    private static final Granularity PER_OUTPUT = Granularity.perAxis(1);

    private static float[] numbers(int count, long seed) {
        Random random = new Random(seed);
        float[] out = new float[count];
        for (int i = 0; i < count; i++) {
            out[i] = (float) random.nextGaussian();
        }
        return out;
    }

    private static Graph.Builder start() {
        return Graph.builder("small")
                .input("x", NdArray.Type.FLOAT32, 2, 3, INPUTS)
                .constant("w", Constant.of(numbers(INPUTS * OUTPUTS, 2), INPUTS, OUTPUTS));
    }

    /** One dense layer without a bias. */
    private static Graph dense() {
        return start().node(new Node("/fc/MatMul", "", "MatMul", 17, List.of("x", "w"), List.of("y"), Attributes.NONE))
                .output("y")
                .build();
    }

    private static QuantizedModel quantized(
            Graph graph, Quantizer operand, @Nullable UniformQuantizer weights, float @Nullable [] bias) {
        QuantizableModel model = QuantizableModel.of(graph);
        QuantizableLayer layer = model.layers().getFirst();
        float[] exact =
                Objects.requireNonNull(layer.weight()).data().toNdArray().toFloats();
        float[] weight = weights == null
                ? exact
                : weights.apply(exact, layer.weight().data().shape());
        Width width = new Width(weights == null ? 32 : weights.bits(), operand.bits());
        return new QuantizedModel(
                model,
                List.of(new QuantizedLayer(layer, width, List.of(operand), weights, exact, weight, bias)),
                Map.of());
    }

    private static UniformQuantizer weights(int bits) {
        return new UniformFit(bits, PER_OUTPUT).fit(numbers(INPUTS * OUTPUTS, 2), INPUTS, OUTPUTS);
    }

    private static Graph export(QuantizedModel model, Format format) {
        Graph graph = QuantizedExport.graph(model, format, Map.of(), Map.of());
        return OnnxModel.read(OnnxExport.toBytes(graph), null).graph();
    }

    private static float[] value(Graph graph, String name) {
        try (Network network = StandardOperators.network(graph, Precision.FLOAT32)) {
            Map<String, NdArray> out = network.evaluate(Map.of("x", NdArray.of(INPUT, 2, 3, INPUTS)), name);
            return Objects.requireNonNull(out.get(name)).toFloats();
        }
    }

    static List<Quantizer> quantizers() {
        return List.of(
                UniformQuantizer.perTensor(8, 0.02f, 128),
                UniformQuantizer.perTensor(3, 0.4f, 4),
                UniformQuantizer.perTensor(4, 0.1f, -20),
                UniformQuantizer.perTensor(4, 0.1f, 40),
                UniformQuantizer.perTensor(2, 0.7f, 1.25f),
                new UniformQuantizer(
                        4, Granularity.perAxis(-1), new float[] {0.1f, 0.2f, 0.3f, 0.2f, 0.1f}, new float[] {
                            0, 7, 8, 9, 15
                        }),
                new TwinUniformQuantizer(4, 0.3f, 0.05f),
                new LogSqrt2Quantizer(2, 1.5f, ZeroCode.INSIDE),
                new LogSqrt2Quantizer(4, 0.9f, ZeroCode.BESIDE),
                new LogSqrt2Quantizer(8, 1, ZeroCode.INSIDE),
                new Log2Quantizer(3, 1.1f, ZeroCode.INSIDE),
                new AdaLogQuantizer(4, 1.4f, 20, 0, ZeroCode.BESIDE),
                new AdaLogQuantizer(5, 2, 30, AdaLogQuantizer.GELU_SHIFT, ZeroCode.INSIDE));
    }

    @ParameterizedTest
    @MethodSource("quantizers")
    void every_quantizer_gives_the_same_bits_in_the_graph(Quantizer quantizer) {
        float[] values = new float[INPUT.length];
        boolean isSigned = !(quantizer instanceof LogSqrt2Quantizer);
        for (int i = 0; i < values.length; i++) {
            values[i] = i == 7 ? 0 : isSigned ? INPUT[i] : Math.abs(INPUT[i]);
        }
        Graph graph = export(quantized(dense(), quantizer, weights(8), null), Format.FAKE_QUANT);
        String read = graph.node("/fc/MatMul").orElseThrow().inputs().getFirst();
        assertThat(read).startsWith("fc.");
        NdArray input = NdArray.of(values, 2, 3, INPUTS);
        float[] expected = quantizer.apply(values, 2, 3, INPUTS);
        try (Network network = StandardOperators.network(graph, Precision.FLOAT32)) {
            NdArray found = Objects.requireNonNull(
                    network.evaluate(Map.of("x", input), read).get(read));
            assertThat(found.toFloats()).containsExactly(expected);
        }
        assertThat(Distances.relative(ForeignRuntime.run(graph, input), value(graph, input)))
                .isLessThan(DYNAMIC);
    }

    private static float[] value(Graph graph, NdArray input) {
        try (Network network = StandardOperators.network(graph, Precision.FLOAT32)) {
            return Objects.requireNonNull(network.evaluate(Map.of("x", input)).get("y"))
                    .toFloats();
        }
    }

    @Test
    void a_logarithm_is_right_at_every_place_where_codes_change() {
        for (LogSqrt2Quantizer quantizer : List.of(
                new LogSqrt2Quantizer(3, 0.37f, ZeroCode.INSIDE), new LogSqrt2Quantizer(4, 1, ZeroCode.BESIDE))) {
            LogTable table = LogTable.of(quantizer);
            for (float lowest : table.lowest()) {
                for (float value : new float[] {lowest, Math.nextDown(lowest), Math.nextUp(lowest)}) {
                    if (value >= 0) {
                        double steps = Math.floor(table.slope() * Math.log(value) + table.offset());
                        int proposal = (int) Math.clamp(steps, 0, table.levels().length - 1);
                        int code = proposal + (value < table.lowest()[proposal] ? 1 : 0);
                        assertThat(table.levels()[code]).isEqualTo(quantizer.apply(new float[] {value}, 1)[0]);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void a_layer_without_a_bias_gets_one(Format format) {
        float[] bias = numbers(OUTPUTS, 9);
        Quantizer operand = UniformQuantizer.perTensor(8, 0.02f, 128);
        Graph without = export(quantized(dense(), operand, weights(4), null), format);
        Graph with = export(quantized(dense(), operand, weights(4), bias), format);
        float[] expected = value(without, "y");
        for (int i = 0; i < expected.length; i++) {
            expected[i] += bias[i % OUTPUTS];
        }
        assertThat(value(with, "y")).containsExactly(expected);
        assertThat(with.outputs().getFirst().name()).isEqualTo("y");
        assertThat(with.constants()).doesNotContainKey("w").containsKey("fc.bias");
    }

    @Test
    void an_odd_number_of_weights_of_four_bits_survives_the_file() {
        Quantizer operand = UniformQuantizer.perTensor(8, 0.02f, 128);
        for (UniformQuantizer weights : List.of(
                weights(4),
                weights(2),
                new SymmetricFit(3, PER_OUTPUT).fit(numbers(INPUTS * OUTPUTS, 2), INPUTS, OUTPUTS),
                new UniformFit(4, Granularity.perTensor()).fit(numbers(INPUTS * OUTPUTS, 2), INPUTS, OUTPUTS))) {
            QuantizedModel model = quantized(dense(), operand, weights, null);
            Graph graph = export(model, Format.INT4_WEIGHTS);
            Node node = graph.node("/fc/MatMul").orElseThrow();
            assertThat(node.opset()).isEqualTo(21);
            ElementType type = Objects.requireNonNull(graph.constants().get("fc.weight.codes"))
                    .element();
            assertThat(type).isIn(ElementType.INT4, ElementType.UINT4);
            assertThat(value(graph, node.inputs().get(1)))
                    .containsExactly(model.layers().getFirst().weight());
        }
    }

    @Test
    void weights_of_one_sign_keep_their_levels_or_reach_zero() {
        float[] low = new float[INPUTS * OUTPUTS];
        for (int i = 0; i < low.length; i++) {
            low[i] = 3 + 0.01f * i;
        }
        Graph graph = Graph.builder("small")
                .input("x", NdArray.Type.FLOAT32, 2, 3, INPUTS)
                .constant("w", Constant.of(low, INPUTS, OUTPUTS))
                .node(new Node("/fc/MatMul", "", "MatMul", 17, List.of("x", "w"), List.of("y"), Attributes.NONE))
                .output("y")
                .build();
        for (int bits : new int[] {4, 8}) {
            UniformQuantizer weights = new UniformFit(bits, Granularity.perTensor()).fit(low, INPUTS, OUTPUTS);
            assertThat(weights.zeroPoints()[0]).isNegative();
            Graph out =
                    export(quantized(graph, UniformQuantizer.perTensor(8, 0.02f, 128), weights, null), Format.INT8_QDQ);
            String read = out.node("/fc/MatMul").orElseThrow().inputs().get(1);
            assertThat(value(out, read))
                    .usingComparatorWithPrecision(0.5f * 3.4f / (1 << bits))
                    .containsExactly(low);
        }
    }

    @Test
    void activations_without_quantizers_stay_float() {
        Graph graph = dense();
        QuantizableModel model = QuantizableModel.of(graph);
        QuantizableLayer layer = model.layers().getFirst();
        float[] exact = numbers(INPUTS * OUTPUTS, 2);
        float[] weight = weights(4).apply(exact, INPUTS, OUTPUTS);
        QuantizedModel weightOnly = new QuantizedModel(
                model,
                List.of(new QuantizedLayer(layer, new Width(4, 32), List.of(), weights(4), exact, weight, null)),
                Map.of());
        Graph out = export(weightOnly, Format.INT4_WEIGHTS);
        assertThat(out.nodes()).noneMatch(n -> n.operator().equals("QuantizeLinear"));
        SizeAccount totals = QuantizationReport.of(out).orElseThrow().totals();
        assertThat(totals.averageActivationBits()).isEqualTo(32);
        assertThat(totals.averageWeightBits()).isEqualTo(4);
        assertThat(totals.bytes()).isEqualTo((INPUTS * OUTPUTS * 4 + 7) / 8 + OUTPUTS * 5);
        assertThat(totals.floatBytes()).isEqualTo(INPUTS * OUTPUTS * 4);
    }

    @Test
    void layers_that_read_the_same_share_their_quantizer() {
        Graph graph = start().constant("v", Constant.of(numbers(INPUTS * OUTPUTS, 3), INPUTS, OUTPUTS))
                .node(new Node("/a/MatMul", "", "MatMul", 17, List.of("x", "w"), List.of("y"), Attributes.NONE))
                .node(new Node("/b/MatMul", "", "MatMul", 17, List.of("x", "v"), List.of("z"), Attributes.NONE))
                .output("y")
                .output("z")
                .build();
        QuantizedModel model =
                HandMade.of(graph, NdArray.of(INPUT, 2, 3, INPUTS), new HandMade.Recipe(8, 8, true, false));
        Graph out = export(model, Format.INT8_QDQ);
        assertThat(out.nodes().stream().filter(n -> n.operator().equals("QuantizeLinear")))
                .hasSize(1);
        assertThat(out.nodes().stream().filter(n -> n.operator().equals("DequantizeLinear")))
                .hasSize(3);
    }

    @Test
    void a_normalisation_takes_new_constants_and_a_shift_where_it_had_none() {
        float[] gamma = numbers(INPUTS, 4);
        float[] beta = numbers(INPUTS, 5);
        Graph fused = start().constant("g", Constant.of(numbers(INPUTS, 6), INPUTS))
                .node("LayerNormalization", List.of("x", "g"), List.of("n"), Attributes.NONE)
                .node(new Node("/fc/MatMul", "", "MatMul", 17, List.of("n", "w"), List.of("y"), Attributes.NONE))
                .output("y")
                .build();
        QuantizableModel model = QuantizableModel.of(fused);
        String name = model.normalizations().getFirst().name();
        QuantizedModel changed =
                new QuantizedModel(model, List.of(), Map.of(name, new NormalizationNumbers(gamma, beta)));
        Graph out = export(changed, Format.FAKE_QUANT);
        float[] plain = value(fused, "n");
        float[] found = value(out, "n");
        float[] old = numbers(INPUTS, 6);
        for (int i = 0; i < plain.length; i++) {
            int c = i % INPUTS;
            assertThat(found[i]).isCloseTo(plain[i] / old[c] * gamma[c] + beta[c], offset(1e-4f));
        }
        assertThat(out.constants().keySet()).containsExactlyInAnyOrder("w", name + ".gamma", name + ".beta");
    }

    private static org.assertj.core.data.Offset<Float> offset(float size) {
        return org.assertj.core.data.Offset.offset(size);
    }

    @Test
    void a_normalisation_of_many_nodes_gets_a_sum_behind_its_product() {
        Graph graph = start().constant("g", Constant.of(numbers(INPUTS, 6), INPUTS))
                .constant("two", Constant.of(new float[] {2}))
                .constant("small", Constant.of(new float[] {1e-6f}))
                .node("ReduceMean", List.of("x"), List.of("m"), Attributes.of("axes", new long[] {-1}))
                .node("Sub", "d", "x", "m")
                .node("Pow", "s", "d", "two")
                .node("ReduceMean", List.of("s"), List.of("q"), Attributes.of("axes", new long[] {-1}))
                .node("Add", "e", "q", "small")
                .node("Sqrt", "r", "e")
                .node("Div", "u", "d", "r")
                .node("Mul", "n", "u", "g")
                .node(new Node("/fc/MatMul", "", "MatMul", 17, List.of("n", "w"), List.of("y"), Attributes.NONE))
                .output("y")
                .build();
        QuantizableModel model = QuantizableModel.of(graph);
        String name = model.normalizations().getFirst().name();
        float[] beta = numbers(INPUTS, 5);
        QuantizedModel changed =
                new QuantizedModel(model, List.of(), Map.of(name, new NormalizationNumbers(numbers(INPUTS, 6), beta)));
        for (Format format : List.of(Format.FAKE_QUANT, Format.INT4_WEIGHTS)) {
            float[] found = value(export(changed, format), "n");
            float[] plain = value(graph, "n");
            for (int i = 0; i < plain.length; i++) {
                assertThat(found[i]).isCloseTo(plain[i] + beta[i % INPUTS], offset(1e-5f));
            }
        }
    }

    @Test
    void a_format_without_a_form_for_a_quantizer_says_which() {
        QuantizedModel model = quantized(dense(), new LogSqrt2Quantizer(4, 1, ZeroCode.INSIDE), weights(4), null);
        assertThatThrownBy(() -> export(model, Format.INT8_QDQ))
                .isInstanceOfSatisfying(
                        WhenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.USAGE))
                .hasMessageContaining("int8-qdq")
                .hasMessageContaining("fc")
                .hasMessageContaining("fake-quant");
        assertThatThrownBy(() -> Format.of("int3")).hasMessageContaining("int8-qdq, int4-weights, fake-quant");
    }

    @Test
    void an_operator_that_means_something_else_later_is_refused() {
        Graph graph = Graph.builder("old")
                .opset(9)
                .input("x", NdArray.Type.FLOAT32, 1, 1, 2, 2)
                .constant("scales", Constant.of(new float[] {1, 1, 2, 2}, 4))
                .node("Upsample", "y", "x", "scales")
                .output("y")
                .build();
        assertThatThrownBy(() -> Opsets.atLeast(graph, 13))
                .hasMessageContaining("Upsample")
                .hasMessageContaining("version 10");
    }

    @Test
    void old_operators_compute_the_same_in_a_later_version() {
        Graph graph = Graph.builder("old")
                .opset(9)
                .input("x", NdArray.Type.FLOAT32, 2, 3, INPUTS)
                .node("Softmax", List.of("x"), List.of("a"), Attributes.of("axis", 1))
                .node("Unsqueeze", List.of("a"), List.of("b"), Attributes.of("axes", new long[] {0}))
                .node("Clip", List.of("b"), List.of("c"), Attributes.of(Map.of("min", 0.05, "max", 0.2)))
                .node("Squeeze", List.of("c"), List.of("d"), Attributes.of("axes", new long[] {0}))
                .node(
                        "Slice",
                        List.of("d"),
                        List.of("e"),
                        Attributes.of(Map.of("starts", new long[] {1}, "ends", new long[] {4}, "axes", new long[] {2})))
                .node("Split", List.of("e"), List.of("f", "g", "h"), Attributes.of("axis", 2))
                .node("Concat", List.of("h", "f", "g"), List.of("i"), Attributes.of("axis", 2))
                .node("ReduceSum", List.of("i"), List.of("j"), Attributes.of("axes", new long[] {2}))
                .node("ReduceMax", List.of("i"), List.of("k"), Attributes.of("axes", new long[] {2}))
                .node("Add", "y", "j", "k")
                .output("y")
                .build();
        NdArray input = NdArray.of(INPUT, 2, 3, INPUTS);
        for (int version : new int[] {13, 18, 21}) {
            Graph later = Opsets.atLeast(graph, version);
            assertThat(later.nodes()).allSatisfy(n -> assertThat(n.opset()).isEqualTo(version));
            assertThat(value(later, input)).containsExactly(value(graph, input));
            assertThat(ForeignRuntime.run(later, input))
                    .usingComparatorWithPrecision(1e-6f)
                    .containsExactly(value(graph, input));
        }
    }

    @Test
    void a_report_of_a_file_without_budgets_has_none() {
        String json = "{\"version\":1,\"format\":\"fake-quant\",\"settings\":{},\"layers\":[],\"otherFloats\":0,"
                + "\"floatNumbers\":0,\"totals\":{}}";
        assertThat(QuantizationReport.parse(json).budgets()).isEmpty();
    }

    private static String report(String layer, String budget) {
        return "{\"version\":1,\"format\":\"fake-quant\",\"settings\":{},\"layers\":[" + layer + "],\"budgets\":["
                + budget + "],\"otherFloats\":0,\"floatNumbers\":0,\"totals\":{}}";
    }

    private static String layer(String bits, String rest) {
        return "{\"name\":\"fc\",\"kind\":\"linear\",\"block\":-1,\"parameters\":8,\"multiplyAccumulates\":8," + bits
                + "\"activations\":[]" + rest + "}";
    }

    @Test
    void a_report_whose_parts_are_whole_is_read() {
        String json = report(
                layer("\"weightBits\":3,\"activationBits\":4,", ",\"size\":{}"),
                "{\"resource\":\"AVERAGE_WEIGHT_BITS\",\"limit\":3,\"used\":3,\"outside\":[]}");
        QuantizationReport read = QuantizationReport.parse(json);
        assertThat(read.budgets().getFirst().used(read.layers())).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
                    "weightBits":3,"activationBits":4, | ^^ | ^^ | lacks its name, kind, activations or size
                    "weightBits":3,"activationBits":4, | ,"size":null | ^^ | lacks its name, kind, activations or size
                    "weightBits":0,"activationBits":4, | ,"size":{} | ^^ | 'fc' has 0 bits for weights
                    "weightBits":99,"activationBits":4, | ,"size":{} | ^^ | 'fc' has 99 bits for weights
                    "weightBits":3, | ,"size":{} | ^^ | 0 for activations, expected 1 to 32
                    ^^ | ,"size":{} | ^^ | 'fc' has 0 bits for weights
                    "weightBits":3,"activationBits":4,"parameters":-1, | ,"size":{} | ^^ | 'fc' has -1 weights
                    "weightBits":3,"activationBits":4, | ,"size":{} | {"limit":3,"used":3,"outside":[]} | no resource
                    "weightBits":3,"activationBits":4, | ,"size":{} | {"resource":"MILES","limit":3,"used":3,"outside":[]} | ^^
                    "weightBits":3,"activationBits":4, | ,"size":{} | {"resource":"KIBIBYTES","limit":1e999,"used":3,"outside":[]} | limit of Infinity
                    "weightBits":3,"activationBits":4, | ,"size":{} | {"resource":"KIBIBYTES","limit":3,"used":3} | ^^
                    "weightBits":3,"activationBits":4, | ,"size":{} | null | ^^
                    """)
    void a_report_with_a_broken_part_is_refused_with_one_sentence(
            String bits, String rest, String budget, String message) {
        assertThatThrownBy(() -> QuantizationReport.parse(report(layer(bits, rest), budget)))
                .isInstanceOf(WhenceException.class)
                .hasMessageContaining("cannot be read: it is not the JSON that Whence writes")
                .hasMessageContaining(message)
                .hasMessageNotContaining("\n")
                .satisfies(e -> assertThat(((WhenceException) e).code()).isEqualTo(ErrorCode.INPUT_INVALID));
    }

    @Test
    void a_report_that_is_none_is_refused() {
        assertThatThrownBy(() -> QuantizationReport.parse("[]")).isInstanceOf(WhenceException.class);
        assertThatThrownBy(() -> QuantizationReport.parse("{\"version\":99}"))
                .isInstanceOf(WhenceException.class)
                .hasMessageContaining("version 99, expected 1");
        assertThatThrownBy(() -> QuantizationReport.parse("null")).isInstanceOf(WhenceException.class);
        assertThatThrownBy(() -> QuantizationReport.parse("{\"version\":1,\"layers\":[]}"))
                .isInstanceOf(WhenceException.class)
                .hasMessageContaining("totals are missing");
        assertThat(QuantizationReport.of(dense())).isEmpty();
        assertThat(Arrays.stream(Format.values()).map(f -> Format.of(f.text()))).containsExactly(Format.values());
    }
}
