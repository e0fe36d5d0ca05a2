package dev.whence.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import dev.whence.core.Npy;
import dev.whence.core.Npz;
import dev.whence.graph.Graph;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ModelCommandTest {
    @TempDir
    private Path folder;

    private String model;
    private String input;

    @BeforeEach
    void writeModel() {
        model = Networks.dense(folder).toString();
        input = Networks.denseInput(folder).toString();
    }

    @Test
    void without_a_command_the_help_is_the_answer() {
        assertThat(Ran.whence("model").out()).contains("Usage: whence model", "show", "check", "run");
    }

    // ---- show --------------------------------------------------------------------------------------------------

    @Test
    void show_prints_what_the_file_holds_and_the_graph() {
        Ran ran = Ran.whence("model", "show", model);
        Ran brief = Ran.whence("model", "show", model, "--brief");

        assertThat(ran.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(ran.out())
                .contains("sha256", "opset        17", "x: float32[?, 3]", "probs", "parameters   24")
                .contains("Gemm_hidden: hidden = Gemm-17(x, w, b)");
        assertThat(brief.out()).contains("parameters   24").doesNotContain("Gemm-17(");
    }

    @Test
    void show_gives_the_same_to_programs() {
        JsonNode all = JsonMapper.shared()
                .readTree(Ran.whence("model", "show", model, "--json").out());

        assertThat(all.get("sha256").asString()).hasSize(64);
        assertThat(all.get("opsets").get("").asInt()).isEqualTo(17);
        assertThat(all.get("operators").get("Gemm").asInt()).isEqualTo(1);
        assertThat(all.get("graph").asString()).contains("Gemm-17(x, w, b)");
    }

    @Test
    void a_file_that_is_no_model_is_refused() throws IOException {
        Path text = Files.writeString(folder.resolve("t.onnx"), "hello");

        Ran ran = Ran.whence("model", "show", text.toString());

        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err()).contains("it is text, not an ONNX file");
    }

    // ---- check -------------------------------------------------------------------------------------------------

    @Test
    void a_model_without_fault_passes_every_check() {
        Ran ran = Ran.whence("model", "check", model);

        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.DONE);
        assertThat(ran.out())
                .contains("ok    Import", "ok    Operators", "ok    Run", "ok    DeepLIFT", "ok    Gradients")
                .contains("with zeros: probs FLOAT32 [1, 2]")
                .doesNotContain("BAD");
    }

    @Test
    void nodes_that_stop_a_method_are_named() {
        Ran ran = Ran.whence("model", "check", Networks.rounding(folder).toString());

        assertThat(ran.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(ran.out()).contains("note  DeepLIFT", "'Round_rounded' (operator Round, opset 17)");
    }

    @Test
    void operators_that_are_not_supported_are_found_bad() {
        Path odd = Networks.write(
                folder.resolve("odd.onnx"),
                Graph.builder("odd")
                        .input("x", NdArray.Type.FLOAT32, -1, 3)
                        .node("Frobnicate", "a", "x")
                        .output("a"));

        Ran ran = Ran.whence("model", "check", odd.toString());

        assertThat(ran.exitCode()).isEqualTo(ExitCode.FOUND_BAD);
        assertThat(ran.out()).contains("BAD   Operators", "Frobnicate-17");
    }

    @Test
    void a_model_of_whole_numbers_is_checked_at_its_embedding() {
        String tokens = Networks.tokens(folder).toString();

        assertThat(Ran.whence("model", "check", tokens).out())
                .contains("ok    Tokens", "'ids'", "'embedded' (4 vectors of 2 numbers)", "ok    DeepLIFT");
        assertThat(Ran.whence("model", "check", tokens, "--at", "embedded").out())
                .contains("ok    DeepLIFT");
    }

    @Test
    void a_model_that_zeros_break_can_be_checked_with_an_input() {
        Path file = Networks.write(
                folder.resolve("shape.onnx"),
                Graph.builder("shape")
                        .input("x", NdArray.Type.FLOAT32, -1, 4)
                        .constant("shape", dev.whence.graph.Constant.ofLongs(3, -1))
                        .node("Reshape", "y", "x", "shape")
                        .output("y"));
        Path x = Networks.npy(folder.resolve("three.npy"), new long[] {3, 4}, new double[12]);

        Ran zeros = Ran.whence("model", "check", file.toString());
        Ran given = Ran.whence("model", "check", file.toString(), "--input", x.toString());

        assertThat(zeros.exitCode()).isEqualTo(ExitCode.FOUND_BAD);
        assertThat(zeros.out()).contains("BAD   Run", "--input");
        assertThat(given.out()).contains("ok    Run            with the inputs given: y FLOAT32 [3, 4]");
    }

    // ---- run ---------------------------------------------------------------------------------------------------

    @Test
    void run_prints_the_largest_outputs_with_the_names_of_classes() throws IOException {
        Files.writeString(folder.resolve("dense.whence.yaml"), "classes: [cat, dog]\n");

        Ran ran = Ran.whence("model", "run", model, "--input", input);

        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.DONE);
        assertThat(ran.out()).contains("probs: FLOAT32 [2, 2]", "example 0:  [1 dog] ");
    }

    @Test
    void run_writes_outputs_and_inner_values() {
        Path npy = folder.resolve("y.npy");
        Path npz = folder.resolve("y.npz");

        Ran one = Ran.whence("model", "run", model, "--input", input, "--output", "Relu_active", "-o", npy.toString());
        Ran both = Ran.whence(
                "model",
                "run",
                model,
                "--input",
                input,
                "--output",
                "hidden,logits",
                "--batch",
                "1",
                "-o",
                npz.toString());
        Ran refused =
                Ran.whence("model", "run", model, "--input", input, "--output", "hidden,logits", "-o", npy.toString());

        assertThat(one.exitCode()).as(one.err()).isEqualTo(ExitCode.DONE);
        assertThat(Npy.read(npy).shape()).containsExactly(2, 4);
        assertThat(both.exitCode()).as(both.err()).isEqualTo(ExitCode.DONE);
        assertThat(Npz.read(npz).keySet()).containsExactly("hidden", "logits");
        assertThat(Npz.read(npz).get("logits").shape()).containsExactly(2, 2);
        assertThat(refused.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(refused.err()).contains("choose one with --output, or write an .npz file");
    }

    @Test
    void run_gives_numbers_to_programs() {
        JsonNode all = JsonMapper.shared()
                .readTree(Ran.whence("model", "run", model, "--input", input, "--json")
                        .out());

        JsonNode probs = all.get("outputs").get(0);
        assertThat(probs.get("name").asString()).isEqualTo("probs");
        assertThat(probs.get("data").get(0).asDouble()
                        + probs.get("data").get(1).asDouble())
                .isCloseTo(1, org.assertj.core.api.Assertions.within(1e-6));
    }

    @Test
    void an_unknown_value_is_answered_with_the_nearest_one() {
        Ran ran = Ran.whence("model", "run", model, "--input", input, "--output", "logit");

        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err()).contains("no value or node 'logit'; did you mean 'logits'");
    }
}
