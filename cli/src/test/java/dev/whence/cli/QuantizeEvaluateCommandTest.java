package dev.whence.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class QuantizeEvaluateCommandTest {
    private static final double[] EXAMPLES = {1, -1, 0.5, 0.25, 2, -0.5, -1.5, 0.5, 1};

    @TempDir
    private Path folder;

    private Path model;
    private Path small;
    private Path images;
    private Path labels;

    @BeforeEach
    void quantize() throws IOException {
        model = Networks.dense(folder);
        small = folder.resolve("small.onnx");
        images = Networks.npy(folder.resolve("x.npy"), new long[] {3, 3}, EXAMPLES);
        labels = folder.resolve("labels.npy");
        dev.whence.core.Npy.write(labels, dev.whence.core.NdArray.of(new long[] {0, 1, 1}, 3));
        Ran ran = Ran.whence(
                "quantize", model.toString(), "--calibrate", images.toString(), "--bits", "8", "-o", small.toString());
        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.DONE);
    }

    private Ran evaluate(String... more) {
        List<String> all = new ArrayList<>(List.of("quantize", "evaluate", model.toString(), small.toString()));
        all.addAll(List.of("--runs", "2"));
        all.addAll(List.of(more));
        return Ran.whence(all.toArray(String[]::new));
    }

    @Test
    void results_evidence_and_time_are_printed() {
        Ran ran = evaluate("--images", images.toString(), "--labels", labels.toString());

        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.DONE);
        assertThat(ran.out())
                .contains("small.onnx beside", "3 examples", "right class", "McNemar", "same class", "divergence")
                .contains("same evidence", "time", "size", "layer", "dB");
    }

    @Test
    void programs_get_one_line() {
        Ran ran = evaluate("--images", images.toString(), "--json", "--explain", "2");

        assertThat(ran.out().lines()).hasSize(1);
        JsonNode report = JsonMapper.shared().readTree(ran.out()).get("report");
        assertThat(report.get("evaluation").get("examples").asInt()).isEqualTo(3);
        assertThat(report.get("drift").get("examples")).hasSize(2);
        assertThat(report.get("quantization").get("layers")).hasSize(2);
        assertThat(report.get("latency").get("original").get("milliseconds")).hasSize(2);
    }

    @Test
    void a_file_with_a_broken_report_of_itself_is_refused() throws IOException {
        String bytes = Files.readString(small, StandardCharsets.ISO_8859_1);
        assertThat(bytes).contains("\"weightBits\":8");
        Files.writeString(small, bytes.replace("\"weightBits\":8", "\"weightBits\":0"), StandardCharsets.ISO_8859_1);

        Ran ran = evaluate("--images", images.toString());

        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err())
                .contains("'whence.quant.report'", "has 0 bits for weights")
                .doesNotContain("Exception");
    }

    @Test
    void a_page_and_a_file_are_written() throws IOException {
        Path page = folder.resolve("report.html");
        Path json = folder.resolve("report.json");

        assertThat(evaluate("--images", images.toString(), "--report", page.toString())
                        .out())
                .contains("written: " + page);
        evaluate("--images", images.toString(), "--report", json.toString());

        assertThat(Files.readString(page)).contains("small.onnx beside");
        assertThat(JsonMapper.shared().readTree(Files.readString(json)).get("evaluation"))
                .isNotNull();
    }

    @Test
    void no_time_is_taken_if_none_is_wanted() {
        Ran ran = Ran.whence(
                "quantize",
                "evaluate",
                model.toString(),
                small.toString(),
                "--images",
                images.toString(),
                "--runs",
                "0");

        assertThat(ran.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(ran.out()).contains("same class").doesNotContain("ONNX Runtime");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--explain -1 --images X | Option --explain must be at least 0; found -1.",
                "--timed-threads 0 --images X | Option --timed-threads must be at least 1; found 0.",
                "--explain 1 | No examples are given; add --images FILE",
                "--images nowhere.npy | nowhere.npy",
                "--images X --labels nowhere.npy | nowhere.npy",
                "--images X --labels X | labels are whole numbers, one an example.",
                "--images X --labels FEW | There are 2 labels for 3 examples; one for each is wanted.",
                "--images X --labels HIGH | Label 9 of example 2 is no class",
                "--images X --report r.txt | its ending must say what it is to hold",
                "--images WIDE | 4",
            })
    void bad_input_ends_with_one_sentence(String options, String sentence) throws IOException {
        Path few = folder.resolve("few.npy");
        dev.whence.core.Npy.write(few, dev.whence.core.NdArray.of(new long[] {0, 1}, 2));
        Path high = folder.resolve("high.npy");
        dev.whence.core.Npy.write(high, dev.whence.core.NdArray.of(new long[] {0, 1, 9}, 3));
        Path wide = Networks.npy(folder.resolve("wide.npy"), new long[] {1, 4}, 1, 2, 3, 4);
        String given = options.replace("FEW", few.toString())
                .replace("HIGH", high.toString())
                .replace("WIDE", wide.toString())
                .replaceAll("\\bX\\b", java.util.regex.Matcher.quoteReplacement(images.toString()));
        Ran ran = evaluate(given.split(" "));

        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err()).contains(sentence).doesNotContain("\tat ");
    }

    @Test
    void networks_with_other_inputs_or_outputs_are_refused() {
        Path other = Networks.twoInputs(folder);
        Ran ran = Ran.whence("quantize", "evaluate", model.toString(), other.toString(), "--images", images.toString());

        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err()).contains("The two networks have different");
    }
}
