package dev.whence.quantize.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.whence.testkit.GoldenJson;
import dev.whence.testkit.Shared;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Optima that an independent solver of integer programs found. */
@Tag("golden")
class AllocationGoldenTest {
    private static final Duration MOST_TIME = Duration.ofSeconds(5);

    @Test
    void every_golden_optimum_is_reached_within_the_budgets() {
        int seen = 0;
        for (Path file : Shared.list("fixtures/lrp-qvit", ".json")) {
            JsonNode tree = GoldenJson.read(file);
            if (tree.has("solver") && tree.has("cases")) {
                for (JsonNode example : tree.get("cases")) {
                    check(example);
                    seen++;
                }
            }
        }
        assumeTrue(seen > 0, "no golden files of allocations");
    }

    private static void check(JsonNode example) {
        double average = example.get("average_bits").doubleValue();
        long start = System.nanoTime();

        Allocation found = AllocationSolver.solve(layers(example), Budget.average(average));

        Duration time = Duration.ofNanos(System.nanoTime() - start);
        double expected = example.get("optimal_objective").doubleValue();
        assertThat(found.objective()).isCloseTo(expected, within(1e-9 * expected));
        assertThat(found.gap()).isZero();
        assertThat(found.budgets())
                .allSatisfy(use -> assertThat(use.used()).isLessThanOrEqualTo(average * (1 + 1e-12)));
        assertThat(time).isLessThan(MOST_TIME);
    }

    private static List<LayerChoice> layers(JsonNode example) {
        List<Width> widths = Arrays.stream(GoldenJson.integers(example.get("candidates")))
                .mapToObj(bits -> Width.of((int) bits))
                .toList();
        List<LayerChoice> layers = new ArrayList<>();
        for (int i = 0; i < example.get("n").intValue(); i++) {
            layers.add(new LayerChoice(
                    "layer " + i,
                    example.get("params").get(i).longValue(),
                    example.get("macs").get(i).longValue(),
                    0,
                    widths,
                    GoldenJson.numbers(example.get("cost").get(i))));
        }
        return layers;
    }
}
