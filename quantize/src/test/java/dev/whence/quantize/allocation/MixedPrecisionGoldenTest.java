package dev.whence.quantize.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.whence.quantize.allocation.Budget.Resource;
import dev.whence.testkit.GoldenJson;
import dev.whence.testkit.Shared;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Widths of whole networks from measured contributions and sensitivities: as cheap as those of the reference runs. */
@Tag("golden")
class MixedPrecisionGoldenTest {
    private static final Map<String, Objective> OBJECTIVES =
            Map.of("linear", Objective.LRP_LINEAR, "x_noise", Objective.LRP, "x_sens", Objective.COMBINED);

    @Test
    void every_golden_allocation_is_reached_within_the_same_budgets() {
        int seen = 0;
        for (Path file : Shared.list("fixtures/lrp-qvit", ".json")) {
            JsonNode tree = GoldenJson.read(file);
            for (int k = 2; k <= 8; k++) {
                JsonNode runs = tree.get("MP" + k);
                if (runs != null && tree.has("sensitivity_kl") && tree.has("layers")) {
                    for (Map.Entry<String, JsonNode> run : runs.properties()) {
                        seen += check(tree, run.getKey(), run.getValue(), k) ? 1 : 0;
                    }
                }
            }
        }
        assumeTrue(seen > 0, "no golden files of allocations of networks");
    }

    private static boolean check(JsonNode tree, String name, JsonNode run, int k) {
        String[] parts = name.split("_", 3);
        Objective objective;
        JsonNode scores = null;
        if (name.equals("sensitivity")) {
            objective = Objective.SENSITIVITY;
        } else if (parts.length == 3 && OBJECTIVES.containsKey(parts[2])) {
            objective = OBJECTIVES.get(parts[2]);
            scores = tree.get(parts[0].equals("attn") ? "attnlrp_score" : parts[0] + "_score");
        } else {
            return false;
        }
        if (objective.needsContributions() && scores == null) {
            return false;
        }
        Width[] widths = {Width.of(k - 1), Width.of(k), Width.of(k + 1)};
        List<LayerChoice> layers = new ArrayList<>();
        double expected = 0;
        for (Map.Entry<String, JsonNode> layer : run.get("bits").properties()) {
            double contribution = scores == null
                    ? 0
                    : scores.get(layer.getKey())
                            .get(parts[1].equals("abs") ? 1 : 0)
                            .doubleValue();
            double[] harm = new double[widths.length];
            for (int i = 0; i < widths.length; i++) {
                harm[i] = tree.get("sensitivity_kl")
                        .get(layer.getKey())
                        .get(Integer.toString(widths[i].weightBits()))
                        .doubleValue();
            }
            double[] costs = objective.costs(contribution, harm, widths);
            expected += costs[layer.getValue().intValue() - (k - 1)];
            JsonNode sizes = tree.get("layers").get(layer.getKey());
            layers.add(new LayerChoice(
                    layer.getKey(),
                    sizes.get("params").longValue(),
                    sizes.get("macs").longValue(),
                    0,
                    List.of(widths),
                    costs));
        }

        Allocation found = AllocationSolver.solve(layers, Budget.average(k));

        assertThat(found.objective()).as(name).isCloseTo(expected, within(1e-6 * Math.abs(expected)));
        assertThat(found.used(Resource.AVERAGE_WEIGHT_BITS)).isLessThanOrEqualTo(k);
        assertThat(found.used(Resource.AVERAGE_OPERATION_BITS)).isLessThanOrEqualTo(k);
        return true;
    }
}
