package dev.whence.quantize.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.whence.quantize.QuantizeFixtures;
import dev.whence.quantize.Reparameterisation.CommonZeroPoint;
import dev.whence.quantize.calibration.Calibration;
import dev.whence.quantize.calibration.CalibrationSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The published procedure with one width for all layers, and what single scales behind normalisations cost. */
@Tag("slow")
@Tag("golden")
class FixedWidthExperimentTest {
    private static final int[] WIDTHS = {8, 6, 4, 3};
    private static final int IMAGES = 32;
    private static final double SAME = 1.0;
    private static final double SAME_AT_THREE = 3.0;

    /** Where a network is so far from working that a few pictures decide, this suffices. */
    private static final double CHAOS = 70;

    private static final double LEAST_IN_CHAOS = 55;

    /** The network of the same function with channels of very different ranges, and what it must keep at each width. */
    private static final String OUTLIERS = "vit_outlier";

    private static final Map<Integer, Double> RESCUED = Map.of(8, 95.5, 6, 95.0, 4, 94.5);

    /** What one scale for all channels may leave of it at most: nothing that could be called working. */
    private static final Map<Integer, Double> LOST = Map.of(8, 80.0, 6, 40.0, 4, 20.0);

    private static final Map<String, CalibrationSettings> PROCEDURES = new LinkedHashMap<>();

    static {
        PROCEDURES.put("repq_reference", CalibrationSettings.PUBLISHED);
        PROCEDURES.put("repq_rounded_zero_point", CalibrationSettings.PUBLISHED.with(CommonZeroPoint.WHOLE));
        PROCEDURES.put("layerwise_percentile", CalibrationSettings.PUBLISHED.layerWise());
    }

    @Test
    void one_width_for_all_layers_keeps_what_the_published_procedure_keeps() {
        List<Subject> subjects = Subject.all();
        assumeTrue(!subjects.isEmpty(), "no golden networks");
        Table table = new Table("network", "float", "8 bits", "6 bits", "4 bits", "3 bits");
        List<String> missed = new ArrayList<>();
        for (Subject subject : subjects) {
            Map<Integer, List<String>> cells = new LinkedHashMap<>();
            PROCEDURES.forEach((key, settings) -> {
                try (Calibration calibration = Calibration.of(subject.model(), settings)) {
                    for (int width : WIDTHS) {
                        double found = subject.accuracy(
                                calibration, calibration.quantize(subject.uniform(width), subject.calibration(IMAGES)));
                        check(subject.name(), width, key, found, missed);
                        cells.computeIfAbsent(width, w -> new ArrayList<>()).add(Table.text(found));
                    }
                }
            });
            List<String> row = new ArrayList<>(List.of(subject.name(), Table.text(subject.accuracy())));
            cells.values().forEach(three -> row.add(String.join(" / ", three)));
            table.cells(row.toArray(String[]::new));
        }
        table.print("One width: fractional zero point / whole zero point / one scale for all channels");
        assertThat(missed).isEmpty();
    }

    private static void check(String name, int width, String key, double found, List<String> missed) {
        String what = String.format(Locale.ROOT, "%s at %d bits, %s: %.2f", name, width, key, found);
        if (name.equals(OUTLIERS)) {
            boolean isLayerwise = key.equals("layerwise_percentile");
            if (isLayerwise ? found > LOST.getOrDefault(width, 20.0) : found < RESCUED.getOrDefault(width, 0.0)) {
                missed.add(what);
            }
        }
        Optional<Double> reference = reference(name, width, key);
        if (key.equals("repq_reference") && reference.isPresent()) {
            double expected = reference.get();
            boolean isSame = Math.abs(found - expected) <= (width == 3 ? SAME_AT_THREE : SAME);
            if (!(isSame || (expected < CHAOS && found >= LEAST_IN_CHAOS))) {
                missed.add(what + ", not " + expected);
            }
        }
    }

    private static Optional<Double> reference(String name, int width, String key) {
        return QuantizeFixtures.json("results_" + name + ".json")
                .map(json -> json.path("W" + width + "A" + width).path(key))
                .filter(JsonNode::isNumber)
                .map(node -> 100 * node.doubleValue());
    }
}
