package dev.whence.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import dev.whence.graph.Graph;
import dev.whence.graph.Precision;
import dev.whence.graph.onnx.OnnxModel;
import dev.whence.graph.operators.StandardOperators;
import dev.whence.quantize.export.BudgetReport;
import dev.whence.quantize.export.QuantizationReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class QuantizeCommandTest {
    private static final int EXAMPLES = 40;

    @TempDir
    private Path folder;

    private String model;
    private String examples;
    private Path output;

    @BeforeEach
    void writeModel() {
        model = Networks.dense(folder).toString();
        double[] values = RandomGeneratorFactory.of("L64X128MixRandom")
                .create(3)
                .doubles(3L * EXAMPLES, -2, 2)
                .toArray();
        examples = Networks.npy(folder.resolve("examples.npy"), new long[] {EXAMPLES, 3}, values)
                .toString();
        output = folder.resolve("small.onnx");
    }

    private Ran quantize(String... more) {
        String[] all = new String[more.length + 6];
        System.arraycopy(
                new String[] {"quantize", model, "--calibrate", examples, "-o", output.toString()}, 0, all, 0, 6);
        System.arraycopy(more, 0, all, 6, more.length);
        return Ran.whence(all);
    }

    @Test
    void eight_bits_answer_as_the_float_model_does() {
        Ran ran = quantize("--bits", "8");

        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.DONE);
        assertThat(ran.out())
                .contains("linear", "head", "average weight bits    8.0000 of 8.0000", "(proved)", "written: ");
        double[] exact = answers(Path.of(model));
        double[] found = answers(output);
        for (int i = 0; i < exact.length; i++) {
            assertThat(found[i]).isCloseTo(exact[i], org.assertj.core.api.Assertions.within(0.03));
        }
    }

    private double[] answers(Path file) {
        Graph graph = OnnxModel.load(file).graph();
        NdArray x = dev.whence.core.Npy.read(Path.of(examples));
        try (var network = StandardOperators.network(graph, Precision.FLOAT32)) {
            return network.evaluate(Map.of("x", x)).get("probs").toDoubles();
        }
    }

    @Test
    void what_is_kept_need_not_be_made_again() throws java.io.IOException {
        String cache = folder.resolve("pieces").toString();
        quantize("--bits", "3");
        byte[] plain = Files.readAllBytes(output);
        Ran cold = quantize("--bits", "3", "--cache", cache);
        assertThat(Files.readAllBytes(output)).isEqualTo(plain);
        assertThat(cold.out()).contains("cache: ").doesNotContain(" 0 made");
        Ran warm = quantize("--bits", "3", "--cache", cache);
        assertThat(Files.readAllBytes(output)).isEqualTo(plain);
        assertThat(warm.out()).contains(" pieces of work read, 0 made");
        JsonNode told = JsonMapper.shared()
                .readTree(quantize("--bits", "3", "--cache", cache, "--json").out())
                .get("cache");
        assertThat(told.get("read").intValue()).isPositive();
        assertThat(told.get("made").intValue()).isZero();
        Ran layers = Ran.whence("quantize", "layers", model, "--calibrate", examples, "--cache", cache);
        assertThat(layers.out())
                .isEqualTo(Ran.whence("quantize", "layers", model, "--calibrate", examples)
                        .out());
    }

    @Test
    void a_cache_must_be_a_folder() {
        Ran ran = quantize("--bits", "3", "--cache", examples);
        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err()).contains("Cannot keep pieces of work in the folder", "it is not a folder.");
        assertThat(output).doesNotExist();
    }

    @Test
    void the_file_tells_how_it_was_made() {
        assertThat(quantize("--bits", "4", "--allocate", "lrp", "--pin", "v=3").exitCode())
                .isEqualTo(ExitCode.DONE);

        QuantizationReport report =
                QuantizationReport.of(OnnxModel.load(output).graph()).orElseThrow();
        assertThat(report.settings()).containsEntry("bits", "4.0").containsEntry("allocate", "lrp");
        assertThat(report.layers()).extracting("name").containsExactly("b", "v");
        assertThat(report.layers().getLast().weightBits()).isEqualTo(3);
        assertThat(report.totals().averageWeightBits()).isLessThanOrEqualTo(4);
    }

    @Test
    void budgets_can_be_added_up_from_the_file_alone() {
        Ran ran = quantize("--bits", "3", "--json");

        QuantizationReport report =
                QuantizationReport.of(OnnxModel.load(output).graph()).orElseThrow();
        JsonNode told = JsonMapper.shared().readTree(ran.out()).get("budgets");
        assertThat(report.budgets()).hasSize(2);
        assertThat(report.budgets().getFirst().outside()).isEmpty();
        assertThat(report.budgets().getLast().outside()).containsExactly("b");
        for (int i = 0; i < 2; i++) {
            BudgetReport budget = report.budgets().get(i);
            assertThat(budget.used(report.layers())).isEqualTo(budget.used());
            assertThat(budget.used()).isEqualTo(told.get(i).get("used").doubleValue());
            assertThat(budget.limit()).isEqualTo(told.get(i).get("limit").doubleValue());
            assertThat(budget.used()).isLessThanOrEqualTo(budget.limit() + 1e-9);
        }
    }

    @Test
    void programs_get_every_number_on_one_line() {
        Ran ran = quantize("--bits", "3", "--json");

        JsonNode answer = JsonMapper.shared().readTree(ran.out());
        assertThat(ran.out().lines()).hasSize(1);
        assertThat(answer.get("trials")).hasSize(3);
        assertThat(answer.get("budgets").get(0).get("used").doubleValue()).isLessThanOrEqualTo(3);
        assertThat(answer.get("report").get("layers")).hasSize(2);
    }

    @Test
    void a_report_tells_where_the_bits_went_and_what_was_lost() throws java.io.IOException {
        Path page = folder.resolve("small.html");
        Ran ran = quantize("--bits", "4", "--report", page.toString());

        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.DONE);
        assertThat(ran.out()).contains("written: " + output + ", " + page);
        assertThat(Files.readString(page)).contains("ONNX Runtime").contains("proved");
    }

    @Test
    void a_report_of_an_unknown_ending_is_refused_before_the_work() {
        Ran ran =
                quantize("--bits", "4", "--report", folder.resolve("small.pdf").toString());

        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err()).contains("possible are");
        assertThat(output).doesNotExist();
    }

    @Test
    void two_runs_write_the_same_bytes() throws java.io.IOException {
        quantize("--bits", "3");
        byte[] first = Files.readAllBytes(output);
        quantize("--bits", "3");

        assertThat(Files.readAllBytes(output)).isEqualTo(first);
    }

    @Test
    void layers_are_listed_with_what_they_contribute() {
        Ran ran = Ran.whence("quantize", "layers", model, "--calibrate", examples, "--json");

        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.DONE);
        JsonNode layers = JsonMapper.shared().readTree(ran.out()).get("layers");
        assertThat(layers).hasSize(2);
        double sum = 0;
        for (JsonNode layer : layers) {
            sum += layer.get("share").doubleValue();
        }
        assertThat(sum).isCloseTo(1, org.assertj.core.api.Assertions.within(1e-9));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--bits 9                        | Option --bits must be from 2 to 8; found 9.",
                "--bits 1.5                      | Option --bits must be from 2 to 8; found 1.5.",
                "--bits 4 --candidates 4,12      | Option --candidates must be from 2 to 8; found 12.",
                "--bits 4 --pin tail=4           | There is no layer 'tail' to pin; the model's layers are b, v.",
                "--bits 4 --pin b=16             | Option --pin b must be from 2 to 8; found 16.",
                "--bits 4 --allocate lpr         | There is no allocation 'lpr'; did you mean 'lrp'?",
                "--bits 4 --error-reduction some | Option --error-reduction must be on or off; found 'some'.",
                "--bits 4 --channel-clip maybe   | Option --channel-clip must be on or off; found 'maybe'.",
                "--bits 4 --attention-levels log | Option --attention-levels must be one of best, any, uniform, log-sqrt2",
                "--bits 4 --gelu-levels tvin     | did you mean 'twin'?",
                "--bits 8 --gelu-levels twin     | The format int8-qdq has uniform levels only, and --gelu-levels is twin",
                "--bits 8 --attention-levels any | The format int8-qdq has uniform levels only, and --attention-levels is",
                "--bits 4 --format int9          | There is no format 'int9' of quantized models",
                "--bits 2 --candidates 3,4       | smallest",
                "''                              | No budget is given; add --bits K"
            })
    void a_wrong_option_gets_one_sentence(String options, String sentence) {
        Ran ran = quantize(options.isEmpty() ? new String[0] : options.split(" "));

        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err()).contains(sentence).doesNotContain("\tat ");
        assertThat(ran.err().strip().lines()).hasSize(1);
        assertThat(output).doesNotExist();
    }

    @Test
    void a_quantized_model_is_not_quantized_again() {
        quantize("--bits", "8");
        Ran ran = Ran.whence(
                "quantize",
                output.toString(),
                "--calibrate",
                examples,
                "--bits",
                "4",
                "-o",
                folder.resolve("again.onnx").toString());

        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err()).contains("quantized already");
    }

    @Test
    void the_model_itself_is_not_written_over() {
        Ran ran = Ran.whence("quantize", model, "--calibrate", examples, "--bits", "8", "-o", model);

        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err()).contains("it is the model that is read");
    }

    @Test
    void numbers_that_are_not_finite_are_named() {
        String bad = Networks.npy(folder.resolve("bad.npy"), new long[] {1, 3}, 1, Double.NaN, 0)
                .toString();
        Ran ran = Ran.whence("quantize", model, "--calibrate", bad, "--bits", "8", "-o", output.toString());

        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err()).contains("bad.npy");
        assertThat(output).doesNotExist();
    }
}
