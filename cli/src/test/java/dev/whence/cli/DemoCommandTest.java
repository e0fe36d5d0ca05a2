package dev.whence.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.Attribution;
import dev.whence.core.AttributionJson;
import dev.whence.core.Completeness;
import dev.whence.core.Method;
import dev.whence.core.NdArray;
import dev.whence.core.Npy;
import dev.whence.core.Provenance;
import dev.whence.core.Reference;
import dev.whence.core.Target;
import dev.whence.core.Units;
import dev.whence.tensor.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DemoCommandTest {
    private static final List<String> RESULTS = List.of(
            "digits-deeplift-revealcancel",
            "digits-deeplift-rescale",
            "digits-integrated-gradients",
            "genomics-deeplift-genomics",
            "genomics-gradient-x-input",
            "genomics-integrated-gradients",
            "reviews-deeplift-rescale",
            "reviews-integrated-gradients",
            "reviews-occlusion");

    @TempDir
    private Path folder;

    @Test
    void one_command_explains_three_networks_and_every_promised_sum_adds_up() throws IOException {
        int threads = Engine.threads();

        Ran ran = Ran.whence("demo", "--check", "--json", "--quiet", "-o", folder.toString());

        assertThat(ran.err()).isEmpty();
        assertThat(ran.exitCode()).isEqualTo(ExitCode.DONE);
        JsonNode result = new JsonMapper().readTree(ran.out());
        assertThat(result.get("passed").asBoolean()).isTrue();
        assertThat(result.get("networks")).hasSize(3).allSatisfy(network -> {
            assertThat(network.get("inputs"))
                    .isNotEmpty()
                    .allSatisfy(input -> assertThat(input.get("found")).isEqualTo(input.get("expected")));
            assertThat(network.get("methods")).hasSize(3).allSatisfy(method -> {
                if (method.get("promisesSum").asBoolean()) {
                    assertThat(method.get("examples")).isNotEmpty().allSatisfy(DemoCommandTest::addsUp);
                }
            });
        });
        assertThat(Engine.threads()).isEqualTo(threads);
        filesAreThere();
    }

    private static void addsUp(JsonNode example) {
        double change =
                example.get("value").doubleValue() - example.get("reference").doubleValue();
        assertThat(example.get("passed").asBoolean()).isTrue();
        assertThat(Math.abs(example.get("sum").doubleValue() - change))
                .isLessThan(1e-3 * Math.max(1, Math.abs(change)));
    }

    private void filesAreThere() throws IOException {
        String page = Files.readString(folder.resolve("index.html"));
        assertThat(page).contains("Why a 3 and not a 9?", "both-2: both motifs?", "deeplift-genomics");
        assertThat(page).doesNotContain("src=\"http", "href=\"http");
        for (String name : RESULTS) {
            Attribution attribution = AttributionJson.read(folder.resolve(name + ".json"));
            NdArray scores = Npy.read(folder.resolve(name + ".npy"));
            assertThat(scores).as(name).isEqualTo(attribution.units().getFirst().scores());
        }
        assertThat(List.of(
                        "digits.onnx",
                        "digits.npy",
                        "tal-gata.onnx",
                        "sequences.fasta",
                        "reviews.onnx",
                        "tokenizer.json"))
                .allSatisfy(name -> assertThat(folder.resolve(name)).isNotEmptyFile());
    }

    @Test
    void a_sum_that_does_not_add_up_is_found_where_it_is_promised() {
        assertThat(part(Completeness.EXACT, 0.1, "3").addsUp()).isFalse();
        assertThat(part(Completeness.APPROXIMATE, Double.NaN, "3").addsUp()).isFalse();
        assertThat(part(Completeness.NONE, 0.1, "3").addsUp()).isTrue();
        assertThat(part(Completeness.EXACT, 1e-4, "3").addsUp()).isTrue();
    }

    @Test
    void a_network_that_is_wrong_is_found() {
        assertThat(part(Completeness.EXACT, 0, "3").isRight()).isTrue();
        assertThat(part(Completeness.EXACT, 0, "8").isRight()).isFalse();
    }

    @Test
    void a_folder_that_cannot_be_made_is_one_sentence() throws IOException {
        Path file = Files.writeString(folder.resolve("taken"), "a file");

        Ran ran = Ran.whence("demo", "-o", file.toString());

        assertThat(ran.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(ran.err())
                .contains("The folder '" + file + "' cannot be made")
                .doesNotContain("\tat ");
    }

    private static DemoPart part(Completeness completeness, double delta, String found) {
        Attribution attribution = new Attribution(
                new Method("method", Map.of(), completeness),
                new Target("logits", "3", new double[] {1}),
                new Reference("zeros", new double[] {0}),
                List.of(Units.of("x", NdArray.of(new double[] {1 + delta}, 1, 1))),
                new double[] {delta},
                List.of(),
                new Provenance("", "engine", "cpu", 0, Instant.EPOCH, Map.of()));
        return new DemoPart(
                "part",
                "Part",
                "",
                List.of(new DemoPart.Prediction("input", "3", found)),
                List.of(),
                List.of(attribution));
    }
}
