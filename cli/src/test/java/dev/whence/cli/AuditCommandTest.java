package dev.whence.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AuditCommandTest {
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
    void a_sound_explanation_passes_and_every_node_is_listed() {
        Ran ran = Ran.whence("audit", model, "--input", input);

        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.DONE);
        assertThat(ran.out())
                .startsWith("Convergence: PASS (float32")
                .contains("from the target back", "MatMul_logits", "Relu_active", "Gemm_hidden", "rescale")
                .contains("Contributions add up.")
                .doesNotContain("FAIL");
    }

    @Test
    void a_rule_that_loses_contributions_is_named_and_ends_with_three() {
        Ran ran = Ran.whence("audit", model, "--input", input, "--target", "1", "--rule", "Relu_active=pass-through");

        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.FOUND_BAD);
        assertThat(ran.out())
                .contains("again in float64:")
                .contains("the first node that does not give what it got is 'Relu_active' (operator Relu, opset 17")
                .contains("FAIL");
    }

    @Test
    void the_table_goes_into_files_and_to_programs() throws IOException {
        Path csv = folder.resolve("audit.csv");
        Path html = folder.resolve("audit.html");
        Path json = folder.resolve("audit.json");

        Ran ran = Ran.whence(
                "audit",
                model,
                "--input",
                input,
                "--method",
                "deeplift-revealcancel",
                "--json",
                "-o",
                csv.toString(),
                html.toString(),
                json.toString());

        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.DONE);
        JsonNode printed = JsonMapper.shared().readTree(ran.out());
        assertThat(printed.get("passed").asBoolean()).isTrue();
        assertThat(printed.get("nodes")).hasSize(3);
        assertThat(JsonMapper.shared().readTree(Files.readString(json))).isEqualTo(printed);
        assertThat(Files.readAllLines(csv)).hasSize(4).first().asString().startsWith("node,operator,opset,rule");
        assertThat(Files.readString(html)).contains("Audit of dense.onnx", "Gemm_hidden");
    }

    @Test
    void a_method_without_multipliers_cannot_be_audited() {
        Ran ran = Ran.whence("audit", model, "--input", input, "--method", "occlusion");

        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err()).contains("method 'occlusion' has none");
    }

    @Test
    void relevance_is_followed_to_the_inputs_and_to_the_biases() throws IOException {
        Path csv = folder.resolve("lrp.csv");
        Path html = folder.resolve("lrp.html");

        Ran text = Ran.whence("audit", model, "--input", input, "--method", "lrp-epsilon");
        Ran files = Ran.whence(
                "audit",
                model,
                "--input",
                input,
                "--method",
                "lrp-epsilon",
                "--rule",
                "@first=flat",
                "--json",
                "-o",
                csv.toString(),
                html.toString());

        assertThat(text.exitCode()).as(text.err()).isEqualTo(ExitCode.DONE);
        assertThat(text.out()).contains("kept by biases and constants", "Gemm_hidden", "epsilon");
        assertThat(files.exitCode()).as(files.err()).isEqualTo(ExitCode.DONE);
        JsonNode printed = JsonMapper.shared().readTree(files.out());
        assertThat(printed.get("format").asString()).isEqualTo("whence-conservation");
        assertThat(printed.get("nodes")).hasSize(3);
        assertThat(printed.get("nodes").get(2).get("rule").asString()).isEqualTo("flat");
        assertThat(Files.readAllLines(csv)).first().asString().startsWith("example,node,operator");
        assertThat(Files.readString(html)).contains("Conservation in dense.onnx");
    }

    @Test
    void an_unknown_place_or_rule_is_refused_with_those_that_exist() {
        Ran place = Ran.whence("audit", model, "--input", input, "--method", "lrp-epsilon", "--rule", "@last=flat");
        Ran rule = Ran.whence("audit", model, "--input", input, "--method", "lrp-epsilon", "--rule", "@first=plus");

        assertThat(place.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(place.err()).contains("@last", "@first");
        assertThat(rule.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(rule.err()).contains("'plus'", "z-plus");
    }
}
