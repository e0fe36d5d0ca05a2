package dev.whence.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GoldenTableTest {
    @TempDir
    private Path root;

    @Test
    void theSummaryCountsEveryModuleAndTheLastWordOfEachCase() throws IOException {
        append("graph", "conformance", "abs", GoldenTable.Outcome.FAILED, "first\ttry\n");
        append("graph", "conformance", "abs", GoldenTable.Outcome.PASSED, "");
        append("graph", "conformance", "string_concat", GoldenTable.Outcome.NOT_SUPPORTED, "no text");
        append("explain", "deeplift/nets", "cnn 3", GoldenTable.Outcome.FAILED, "worst element [0]");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int failed = GoldenSummary.print(root, new PrintStream(out, true, StandardCharsets.UTF_8));
        assertThat(failed).isEqualTo(1);
        assertThat(out.toString(StandardCharsets.UTF_8).lines().map(l -> l.replaceAll(" +", " ")))
                .contains(
                        "folder cases passed failed not supported",
                        "conformance 2 1 0 1",
                        "deeplift/nets 1 0 1 0",
                        "all 3 1 1 1",
                        " deeplift/nets cnn 3: worst element [0]",
                        " conformance string_concat: no text");
    }

    @Test
    void nothingToCountIsSaidInWords() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(GoldenSummary.print(root, new PrintStream(out, true, StandardCharsets.UTF_8)))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("No golden case ran");
    }

    @Test
    void manyThreadsReportAtOnce() throws IOException {
        IntStream.range(0, 500)
                .parallel()
                .forEach(i -> append("core", "many", "case " + i, GoldenTable.Outcome.PASSED, ""));
        assertThat(Files.readAllLines(root.resolve("core/target/golden/results.tsv")))
                .hasSize(500)
                .allMatch(line -> line.matches("many\tcase \\d+\tPASSED\t"));
    }

    private void append(String module, String folder, String name, GoldenTable.Outcome outcome, String note) {
        GoldenTable.append(root.resolve(module).resolve("target/golden/results.tsv"), folder, name, outcome, note);
    }
}
