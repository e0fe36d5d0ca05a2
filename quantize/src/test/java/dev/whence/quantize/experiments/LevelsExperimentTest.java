package dev.whence.quantize.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.whence.core.Progress;
import dev.whence.quantize.allocation.Objective;
import dev.whence.quantize.calibration.Calibration;
import dev.whence.quantize.calibration.CalibrationSettings;
import dev.whence.quantize.calibration.CalibrationSettings.AttentionLevels;
import dev.whence.quantize.calibration.CalibrationSettings.GeluLevels;
import dev.whence.quantize.pipeline.Outcome;
import dev.whence.quantize.pipeline.Plan;
import dev.whence.quantize.pipeline.Quantization;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What clipped channels and other levels of activations are worth at three bits, without and with corrections. */
@Tag("slow")
@Tag("golden")
class LevelsExperimentTest {
    private static final double BITS = 3;
    private static final double FEWEST = 80;

    private static Map<String, CalibrationSettings> variants() {
        CalibrationSettings usual = CalibrationSettings.USUAL;
        Map<String, CalibrationSettings> out = new LinkedHashMap<>();
        out.put("usual", usual);
        out.put("clipped channels", usual.clippingChannels(true));
        out.put("attention: any", usual.with(AttentionLevels.ANY));
        out.put("GELU: best", usual.with(GeluLevels.BEST));
        out.put(
                "all three",
                usual.clippingChannels(true).with(AttentionLevels.ANY).with(GeluLevels.BEST));
        return out;
    }

    @Test
    void other_levels_keep_the_networks_alive() {
        List<Subject> subjects = Subject.all();
        assumeTrue(!subjects.isEmpty(), "no golden networks");
        List<String> columns = new ArrayList<>(List.of("network"));
        columns.addAll(variants().keySet());
        Table table = new Table(columns.toArray(String[]::new));
        Table divergences = new Table(columns.toArray(String[]::new));
        for (Subject subject : subjects) {
            List<String> cells = new ArrayList<>(List.of(subject.name()));
            List<String> divergence = new ArrayList<>(List.of(subject.name()));
            for (CalibrationSettings settings : variants().values()) {
                Outcome corrected = outcome(subject, settings, true);
                double plain = accuracy(subject, settings, outcome(subject, settings, false));
                double best = accuracy(subject, settings, corrected);
                assertThat(best).as(subject.name()).isGreaterThan(FEWEST);
                cells.add(Table.text(plain) + " / " + Table.text(best));
                divergence.add(
                        String.format(Locale.ROOT, "%.4f", corrected.chosen().divergence()));
            }
            table.cells(cells.toArray(String[]::new));
            divergences.cells(divergence.toArray(String[]::new));
        }
        table.print("Levels of activations, without / with error reduction");
        divergences.print("Divergence of answers on calibration images held back, with error reduction");
    }

    private static Outcome outcome(Subject subject, CalibrationSettings settings, boolean corrects) {
        Plan plan = new Plan(BITS, Plan.around(BITS), List.of(Objective.LRP), Map.of(), corrects, settings);
        return Quantization.run(subject.graph(), subject.calibration(), plan, Progress.SILENT);
    }

    private static double accuracy(Subject subject, CalibrationSettings settings, Outcome outcome) {
        try (Calibration calibration = Calibration.of(subject.model(), settings)) {
            return subject.accuracy(calibration, outcome.quantized());
        }
    }
}
