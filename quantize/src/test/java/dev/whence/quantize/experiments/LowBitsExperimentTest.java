package dev.whence.quantize.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.whence.core.Progress;
import dev.whence.quantize.allocation.Objective;
import dev.whence.quantize.calibration.Calibration;
import dev.whence.quantize.calibration.CalibrationSettings;
import dev.whence.quantize.pipeline.Outcome;
import dev.whence.quantize.pipeline.Plan;
import dev.whence.quantize.pipeline.Quantization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The whole recipe at few bits: what every choice made on calibration pictures alone leaves of the accuracy. */
@Tag("slow")
@Tag("golden")
class LowBitsExperimentTest {
    private static final double[] BITS = {4, 3, 2.5};

    /** What the recipe must reach at a mean of three bits, by network; others are only shown. */
    private static final Map<String, Double> LEAST =
            Map.of("vit", 95.0, "vit_outlier", 94.5, "swin", 85.0, "deit", 95.0);

    @Test
    void bits_by_relevance_with_error_reduction_keep_the_accuracy() {
        List<Subject> subjects = Subject.all();
        assumeTrue(!subjects.isEmpty(), "no golden networks");
        Table table = new Table("network", "float", "4 bits", "3 bits", "2.5 bits");
        List<String> missed = new ArrayList<>();
        for (Subject subject : subjects) {
            List<Double> found = new ArrayList<>();
            try (Calibration calibration = Calibration.of(subject.model(), CalibrationSettings.USUAL)) {
                found.add(subject.accuracy());
                for (double bits : BITS) {
                    Outcome outcome = Quantization.run(
                            subject.graph(),
                            subject.calibration(),
                            Plan.of(bits).with(Objective.LRP),
                            Progress.SILENT);
                    found.add(subject.accuracy(calibration, outcome.quantized()));
                }
            }
            table.row(subject.name(), found);
            Double least = LEAST.get(subject.name());
            if (least != null && found.get(2) < least) {
                missed.add(subject.name() + ": " + found.get(2) + " at 3 bits, below " + Objects.requireNonNull(least));
            }
        }
        table.print("LRP bits with error reduction");
        assertThat(missed).isEmpty();
    }
}
