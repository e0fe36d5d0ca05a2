package dev.whence.quantize.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.Progress;
import dev.whence.core.WhenceException;
import dev.whence.graph.Attributes;
import dev.whence.graph.Graph;
import dev.whence.graph.Node;
import dev.whence.quantize.VisionTransformerShape;
import dev.whence.quantize.allocation.Objective;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What cannot be quantized is refused with one sentence that says where and what to do; what can but should not, warns. */
class BadInputTest {
    private static final VisionTransformerShape SHAPE = new VisionTransformerShape(8, 3, 4, 16, 1, 2, 5);
    private static final int OPSET = 17;

    private final Graph graph = SHAPE.graph(1);

    private static Plan plan(double bits, List<Integer> candidates, Map<String, Integer> pins) {
        return new Plan(
                bits,
                candidates,
                List.of(Objective.LRP),
                pins,
                false,
                Plan.of(3).settings());
    }

    private static Plan plan(Map<String, Integer> pins) {
        return plan(3, Plan.around(3), pins);
    }

    private void refuses(Plan plan, NdArray images, ErrorCode code, String... parts) {
        refuses(graph, Map.of("image", images), plan, code, parts);
    }

    private static void refuses(
            Graph graph, Map<String, NdArray> examples, Plan plan, ErrorCode code, String... parts) {
        assertThatThrownBy(() -> Quantization.run(graph, examples, plan, Progress.SILENT))
                .isInstanceOfSatisfying(
                        WhenceException.class, error -> assertThat(error.code()).isEqualTo(code))
                .message()
                .contains(parts)
                .doesNotContain("\n");
    }

    private List<String> warnings(NdArray images) {
        return Quantization.run(graph, Map.of("image", images), plan(Map.of()), Progress.SILENT)
                .warnings();
    }

    private static NdArray with(float value) {
        NdArray images = SHAPE.images(10, 2);
        float[] pixels = images.toFloats();
        pixels[3 * 3 * 64 + 7] = value;
        return NdArray.of(pixels, images.shape());
    }

    // ---- examples ----------------------------------------------------------------------------------------------

    @Test
    void numbers_that_are_not_finite_name_their_row() {
        refuses(
                plan(Map.of()),
                with(Float.NaN),
                ErrorCode.INPUT_INVALID,
                "'image' hold NaN in row 3",
                "leave that row out");
        refuses(plan(Map.of()), with(Float.POSITIVE_INFINITY), ErrorCode.INPUT_INVALID, "Infinity in row 3");
    }

    @Test
    void no_examples_are_too_few() {
        NdArray none = NdArray.of(new float[0], 0, 3, 8, 8);
        refuses(
                plan(Map.of()),
                none,
                ErrorCode.INPUT_INVALID,
                "no calibration examples for input 'image'",
                "32 or more");
    }

    @Test
    void channels_at_the_end_get_the_line_that_turns_them() {
        NdArray last = NdArray.of(new float[10 * 8 * 8 * 3], 10, 8, 8, 3);
        refuses(plan(Map.of()), last, ErrorCode.SHAPE_MISMATCH, "'image'", "[10, 3, 8, 8]", "transpose(0, 3, 1, 2)");
    }

    @Test
    void another_number_of_channels_says_what_is_wanted() {
        NdArray grey = NdArray.of(new float[10 * 8 * 8], 10, 1, 8, 8);
        refuses(plan(Map.of()), grey, ErrorCode.SHAPE_MISMATCH, "'image'", "[10, 1, 8, 8]", "but the model wants");
        NdArray flat = NdArray.of(new float[10 * 8 * 8], 10, 8, 8);
        refuses(plan(Map.of()), flat, ErrorCode.SHAPE_MISMATCH, "An axis is missing");
    }

    @Test
    void bytes_are_no_numbers_to_calibrate_with() {
        NdArray bytes = NdArray.ofIntegers(NdArray.Type.UINT8, new long[10 * 3 * 64], 10, 3, 8, 8);
        refuses(plan(Map.of()), bytes, ErrorCode.SHAPE_MISMATCH, "'image'", "Scale pixels as in training");
    }

    @Test
    void examples_of_another_input_name_the_inputs() {
        refuses(
                graph,
                Map.of("picture", SHAPE.images(10, 2)),
                plan(Map.of()),
                ErrorCode.INPUT_INVALID,
                "no input 'picture'",
                "image");
        refuses(graph, Map.of(), plan(Map.of()), ErrorCode.INPUT_INVALID, "No calibration examples", "image");
    }

    @Test
    void a_batch_that_the_model_fixes_must_be_filled() {
        Graph fixed = dense(4);
        refuses(
                fixed,
                rows(3),
                plan(Map.of()),
                ErrorCode.SHAPE_MISMATCH,
                "batches of 4",
                "3 calibration examples",
                "multiple");
        assertThat(Quantization.run(fixed, rows(10), plan(Map.of()), Progress.SILENT)
                        .warnings())
                .anyMatch(warning -> warning.contains("The last 2 calibration examples were left out"));
    }

    @Test
    void few_examples_warn() {
        assertThat(warnings(SHAPE.images(7, 2)))
                .anyMatch(warning -> warning.startsWith("Only 7 calibration examples were given"));
        assertThat(warnings(SHAPE.images(1, 2)))
                .anyMatch(warning -> warning.startsWith("Only 1 calibration example was given"));
        assertThat(warnings(SHAPE.images(8, 2))).noneMatch(warning -> warning.startsWith("Only"));
    }

    @Test
    void pixels_that_nobody_normalised_warn() {
        float[] pixels = SHAPE.images(10, 2).toFloats();
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (float) Math.rint(255 * Math.abs(pixels[i]));
        }
        assertThat(warnings(NdArray.of(pixels, 10, 3, 8, 8)))
                .anyMatch(warning -> warning.contains("as bytes are that nobody has normalised"));
    }

    @Test
    void the_same_number_everywhere_warns() {
        float[] pixels = new float[10 * 3 * 64];
        Arrays.fill(pixels, 0.5f);
        assertThat(warnings(NdArray.of(pixels, 10, 3, 8, 8)))
                .anyMatch(warning -> warning.contains("are the constant 0.5"));
    }

    // ---- budgets and pins --------------------------------------------------------------------------------------

    @Test
    void a_budget_below_the_narrowest_widths_states_the_smallest() {
        refuses(plan(2.5, List.of(3, 4), Map.of()), SHAPE.images(10, 2), ErrorCode.USAGE, "3");
    }

    @Test
    void a_budget_above_the_widest_widths_is_not_used_up() {
        Outcome outcome = Quantization.run(
                graph, Map.of("image", SHAPE.images(10, 2)), plan(8, List.of(3, 4), Map.of()), Progress.SILENT);
        assertThat(outcome.chosen().allocation().widths()).allMatch(width -> width.weightBits() == 4);
    }

    @Test
    void pins_that_leave_no_room_state_the_smallest_budget() {
        refuses(
                plan(Map.of("blocks.0.mlp.fc1", 8, "blocks.0.mlp.fc2", 8, "blocks.0.attn.qkv", 8)),
                SHAPE.images(10, 2),
                ErrorCode.USAGE,
                "bits");
    }

    @Test
    void a_pin_of_no_possible_width_says_which_are() {
        refuses(plan(Map.of("head", 9)), SHAPE.images(10, 2), ErrorCode.USAGE, "'head'", "9 bits", "2 to 8");
    }

    // ---- models ------------------------------------------------------------------------------------------------

    @Test
    void a_quantized_model_is_not_quantized_again() {
        Graph quantized = Graph.builder("small")
                .opset(OPSET)
                .input("x", NdArray.Type.FLOAT32, -1, 2)
                .constant("scale", NdArray.of(new float[] {0.1f}, new long[0]))
                .constant("zero", NdArray.ofIntegers(NdArray.Type.UINT8, new long[] {3}, new long[0]))
                .node(node("x/quantize", "", "QuantizeLinear", List.of("x", "scale", "zero"), "q"))
                .node(node("x/back", "", "DequantizeLinear", List.of("q", "scale", "zero"), "y"))
                .output("y")
                .build();
        refuses(
                quantized,
                rows(10),
                plan(Map.of()),
                ErrorCode.INPUT_INVALID,
                "'small' is quantized already",
                "'x/quantize'",
                "Give the model of real numbers");
    }

    @Test
    void a_model_without_layers_has_nothing_to_quantize() {
        Graph none = Graph.builder("small")
                .opset(OPSET)
                .input("x", NdArray.Type.FLOAT32, -1, 2)
                .node(node("relu", "", "Relu", List.of("x"), "y"))
                .output("y")
                .build();
        refuses(none, rows(10), plan(Map.of()), ErrorCode.INPUT_INVALID, "'small' has no layer that can be quantized");
    }

    @Test
    void attention_in_one_operator_is_named() {
        refuses(
                attending("com.microsoft", "MultiHeadAttention"),
                rows(10),
                plan(Map.of()),
                ErrorCode.INPUT_INVALID,
                "'attend'",
                "MultiHeadAttention",
                "is attention in one operator, which is not taken apart");
    }

    @Test
    void an_unknown_operator_is_named() {
        refuses(
                attending("com.acme", "FastAttention"),
                rows(10),
                plan(Map.of()),
                ErrorCode.OPERATOR_UNSUPPORTED,
                "'attend'",
                "com.acme",
                "FastAttention");
    }

    private static Graph attending(String domain, String operator) {
        return Graph.builder("small")
                .opset(OPSET)
                .input("x", NdArray.Type.FLOAT32, -1, 2)
                .node(node("attend", domain, operator, List.of("x", "x", "x"), "y"))
                .output("y")
                .build();
    }

    private static Map<String, NdArray> rows(int count) {
        float[] values = new float[2 * count];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i);
        }
        return Map.of("x", NdArray.of(values, count, 2));
    }

    private static Graph dense(int batch) {
        return Graph.builder("small")
                .opset(OPSET)
                .input("x", NdArray.Type.FLOAT32, batch, 2)
                .constant("weight", NdArray.of(new float[] {1, 2, 3, 4}, 2, 2))
                .node(node("dense", "", "MatMul", List.of("x", "weight"), "y"))
                .output("y")
                .build();
    }

    private static Node node(String name, String domain, String operator, List<String> inputs, String output) {
        return new Node(name, domain, operator, OPSET, inputs, List.of(output), Attributes.of(Map.of()));
    }
}
