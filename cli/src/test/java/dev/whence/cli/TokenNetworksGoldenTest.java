package dev.whence.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.Attribution;
import dev.whence.core.AttributionJson;
import dev.whence.core.NdArray;
import dev.whence.core.Npy;
import dev.whence.testkit.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Networks over token ids, as an exporter writes them, give one score a token that add up, with nothing said but the ids. */
@Tag("golden")
class TokenNetworksGoldenTest {
    /** Of the change, or of the largest score where huge scores cancel. */
    private static final double FLOAT64_SUMS = 1e-9;

    @TempDir
    Path folder;

    private static List<Path> networks() throws IOException {
        Path zoo = Shared.find("fixtures/zoo").orElse(null);
        Assumptions.assumeTrue(zoo != null, "the zoo is not here");
        try (Stream<Path> all = Files.list(zoo)) {
            return all.filter(one -> Files.exists(one.resolve("model.onnx")) && Files.exists(one.resolve("input.npy")))
                    .filter(one -> !Npy.read(one.resolve("input.npy")).type().isFloating())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void ids_alone_give_scores_of_tokens_that_add_up() throws IOException {
        List<Path> networks = networks();
        Assumptions.assumeFalse(networks.isEmpty(), "no network over token ids is here");
        for (Path network : networks) {
            Path result = folder.resolve("scores.json");
            NdArray ids = Npy.read(network.resolve("input.npy"));

            Ran ran = Ran.whence(
                    "explain",
                    network.resolve("model.onnx").toString(),
                    "--input",
                    network.resolve("input.npy").toString(),
                    "--precision",
                    "float64",
                    "-o",
                    result.toString());

            assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.DONE);
            Attribution attribution = AttributionJson.read(result);
            NdArray scores = attribution.units().getFirst().scores();
            assertThat(scores.shape()).as("%s", network).isEqualTo(ids.shape());
            double largest = 1;
            for (double score : scores.toDoubles()) {
                largest = Math.max(largest, Math.abs(score));
            }
            for (double delta : attribution.delta()) {
                assertThat(Math.abs(delta)).as("%s", network).isLessThan(FLOAT64_SUMS * largest);
            }
        }
    }
}
