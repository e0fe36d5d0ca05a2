package dev.whence.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
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

    @Test
    void a_rule_that_a_sort_of_layer_does_not_know_is_refused() {
        for (String rule : new String[] {"@sums=gamma:0.1", "@maxima=flat", "@normalization=z-plus", "@first=pass"}) {
            Ran ran = Ran.whence("audit", model, "--input", input, "--method", "lrp-epsilon", "--rule", rule);

            assertThat(ran.exitCode()).as(rule).isEqualTo(ExitCode.BAD_INPUT);
            assertThat(ran.err()).contains("cannot be given to");
        }
    }

    // ---- the other checks --------------------------------------------------------------------------------------

    @Test
    void weights_in_random_order_change_the_scores_layer_by_layer() throws IOException {
        Path csv = folder.resolve("weights.csv");
        Path html = folder.resolve("weights.html");
        Path json = folder.resolve("weights.json");
        String[] check = {
            "audit", model, "--input", input, "--check", "weights", "--method", "gradient-x-input", "--alike", "1"
        };

        Ran ran = Ran.whence(check);
        Ran printed = Ran.whence(with(check, "--json", "-o", csv.toString(), html.toString(), json.toString()));

        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.DONE);
        assertThat(ran.out())
                .startsWith("gradient-x-input on dense.onnx, mean of 2 examples")
                .contains("MatMul_logits", "Gemm_hidden", "PASS: with the weights of all 2 layers in random order");
        JsonNode all = JsonMapper.shared().readTree(printed.out());
        assertThat(all.get("stages")).hasSize(2);
        assertThat(all.get("stages").get(1).get("spearman")).hasSize(2);
        assertThat(JsonMapper.shared().readTree(Files.readString(json))).isEqualTo(all);
        assertThat(Files.readAllLines(csv)).hasSize(5).first().asString().startsWith("layers,node,operator,example");
        assertThat(Files.readString(html)).contains("Weights of dense.onnx in random order", "Gemm_hidden");
    }

    @Test
    void scores_that_stay_alike_end_with_three() {
        Ran ran = Ran.whence("audit", model, "--input", input, "--check", "weights", "--alike", "-1");

        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.FOUND_BAD);
        assertThat(ran.out()).contains("FAIL: with the weights of all 2 layers in random order");
    }

    @Test
    void the_distance_from_shapley_values_comes_with_its_confidence() throws IOException {
        Path csv = folder.resolve("shapley.csv");
        Path html = folder.resolve("shapley.html");
        String[] check = {"audit", model, "--input", input, "--check", "shapley", "--permutations", "20"};

        Ran ran = Ran.whence(check);
        Ran printed = Ran.whence(with(check, "--examples", "1", "--json", "-o", csv.toString(), html.toString()));

        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.DONE);
        assertThat(ran.out())
                .startsWith("deeplift-rescale on dense.onnx: 2 examples drawn at random, 20 permutations of 3 players")
                .contains("Scores differ from Shapley values by", "95 % confidence");
        JsonNode all = JsonMapper.shared().readTree(printed.out());
        assertThat(all.get("low").asDouble())
                .isLessThanOrEqualTo(all.get("rootMeanSquaredError").asDouble());
        assertThat(all.get("high").asDouble())
                .isGreaterThanOrEqualTo(all.get("rootMeanSquaredError").asDouble());
        assertThat(Files.readAllLines(csv)).hasSize(2);
        assertThat(Files.readString(html)).contains("Scores of dense.onnx and Shapley values");
    }

    @Test
    void settings_of_another_check_are_refused() {
        refused("There is no check 'wieghts'; did you mean 'weights'?", "--check", "wieghts");
        refused("Option --stages belongs to --check weights, not to sum", "--stages", "3");
        refused("Option --players belongs to --check shapley, not to weights", "--check", "weights", "--players", "3");
        refused("Option --permutations must be at least 2", "--check", "shapley", "--permutations", "1");
        refused("Option --alike must be a correlation", "--check", "weights", "--alike", "2");
        refused("Option --steps belongs to integrated-gradients", "--steps", "3");
    }

    private void refused(String sentence, String... options) {
        Ran ran = Ran.whence(with(new String[] {"audit", model, "--input", input}, options));
        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err()).contains(sentence);
    }

    private static String[] with(String[] some, String... more) {
        return Stream.concat(Arrays.stream(some), Arrays.stream(more)).toArray(String[]::new);
    }
}
