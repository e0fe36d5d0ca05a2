package dev.whence.graph.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.whence.testkit.GoldenTable;
import dev.whence.testkit.GoldenTable.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Runs every conformance case beside the project and holds the numbers that pass against
 * {@code conformance-ratchet.txt}. What does not pass is listed with its reason in {@code target/conformance.txt}.
 */
@Tag("golden")
class ConformanceTest {
    private static final Path REPORT = Path.of("target/conformance.txt");

    @Test
    void asManyCasesPassAsEver() throws IOException {
        List<ConformanceCases.Case> cases = ConformanceCases.list();
        assumeFalse(cases.isEmpty(), "not tested: no conformance cases beside the project");
        Map<ConformanceCases.Case, ConformanceRun> runs = run(cases);
        write(runs);
        ConformanceRatchet now = ConformanceRatchet.of(runs);
        ConformanceRatchet before = ConformanceRatchet.read();
        if (Boolean.getBoolean("whence.write")) {
            now.write();
        } else if (before.cases().equals(now.cases())) {
            assertThat(now.text())
                    .as(
                            "%s; see graph/target/conformance.txt. If more pass, raise the ratchet with -Dwhence.write=true",
                            now.comparedWith(before))
                    .isEqualTo(before.text());
        }
    }

    private static Map<ConformanceCases.Case, ConformanceRun> run(List<ConformanceCases.Case> cases) {
        Map<ConformanceCases.Case, ConformanceRun> runs = new java.util.LinkedHashMap<>();
        for (ConformanceCases.Case c : cases) {
            ConformanceRun run = ConformanceRun.of(c);
            runs.put(c, run);
            if (run.outcome() == Outcome.FAILED && c.verdict().equals("fail")) {
                String note = "neither Whence nor ONNX Runtime gives the numbers of this case: " + run.note();
                GoldenTable.record("conformance", c.name(), Outcome.NOT_SUPPORTED, note);
            } else {
                GoldenTable.record("conformance", c.name(), run.outcome(), run.note());
            }
        }
        return runs;
    }

    private static void write(Map<ConformanceCases.Case, ConformanceRun> runs) throws IOException {
        List<String> lines = new ArrayList<>();
        Map<String, int[]> verdicts = new TreeMap<>();
        Map<String, int[]> operators = new TreeMap<>();
        runs.forEach((c, run) -> {
            int place = run.outcome().ordinal();
            verdicts.computeIfAbsent(c.verdict(), v -> new int[3])[place]++;
            operators.computeIfAbsent(c.operators(), o -> new int[3])[place]++;
        });
        lines.add("passed, failed, not supported; by the verdict of ONNX Runtime");
        verdicts.forEach((verdict, n) -> lines.add(row(verdict.isEmpty() ? "unknown" : verdict, n)));
        for (Outcome outcome : List.of(Outcome.FAILED, Outcome.NOT_SUPPORTED)) {
            lines.add("");
            lines.add(outcome.toString());
            runs.forEach((c, run) -> {
                if (run.outcome() == outcome) {
                    lines.add(c.name() + "\t" + c.operators() + "\t" + c.verdict() + "\t"
                            + run.note().replaceAll("\\s+", " "));
                }
            });
        }
        lines.add("");
        lines.add("passed, failed, not supported; by operator");
        operators.forEach((operator, n) -> lines.add(row(operator, n)));
        Files.createDirectories(Path.of("target"));
        Files.write(REPORT, lines);
    }

    private static String row(String name, int[] n) {
        return String.format("%5d %5d %5d  %s", n[0], n[1], n[2], name);
    }
}
