package dev.whence.quantize.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.whence.core.Progress;
import dev.whence.explain.Explainer;
import dev.whence.explain.Lrp;
import dev.whence.explain.TargetChoice;
import dev.whence.graph.Precision;
import dev.whence.quantize.ErrorReduction;
import dev.whence.quantize.allocation.Allocation;
import dev.whence.quantize.allocation.AllocationSolver;
import dev.whence.quantize.allocation.Budget;
import dev.whence.quantize.allocation.LayerChoice;
import dev.whence.quantize.allocation.Objective;
import dev.whence.quantize.allocation.Width;
import dev.whence.quantize.calibration.Calibration;
import dev.whence.quantize.calibration.CalibrationSettings;
import dev.whence.quantize.calibration.QuantizedModel;
import dev.whence.quantize.model.LayerContributions;
import dev.whence.quantize.model.QuantizableLayer;
import dev.whence.quantize.pipeline.Outcome;
import dev.whence.quantize.pipeline.Plan;
import dev.whence.quantize.pipeline.Quantization;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Bits by relevance against bits by divergence, by chance, and the same for all; with and without error reduction. */
@Tag("slow")
@Tag("golden")
class AllocationExperimentTest {
    private static final int[] MEANS = {3, 4};
    private static final int IMAGES = 32;
    private static final int SCORED = 16;
    private static final int DRAWS = 20;
    private static final List<Objective> OBJECTIVES =
            List.of(Objective.UNIFORM, Objective.SENSITIVITY, Objective.LRP, Objective.COMBINED, Objective.LRP_LINEAR);

    /** By how much bits by relevance must beat the same bits for all at a mean of three, by network. */
    private static final Map<String, Double> GAINS = Map.of("vit", 2.0, "vit_outlier", 2.0, "swin", 20.0);

    /** By how much they must beat the mean of random bits. */
    private static final Map<String, Double> GAINS_OVER_CHANCE = Map.of("vit", 5.0);

    /** One row of a table. */
    @FunctionalInterface
    private interface Row {
        /** The cells of a network at a mean width; what falls short of its bar is added to {@code missed}. */
        List<String> of(Subject subject, int mean, List<String> missed);
    }

    /** A row for each network and mean width, printed; none may fall short. */
    private static void print(String title, Row row, String... headers) {
        List<Subject> subjects = Subject.all();
        assumeTrue(!subjects.isEmpty(), "no golden networks");
        List<String> all = new ArrayList<>(List.of("network", "mean bits"));
        all.addAll(List.of(headers));
        Table table = new Table(all.toArray(String[]::new));
        List<String> missed = new ArrayList<>();
        for (Subject subject : subjects) {
            for (int mean : MEANS) {
                List<String> cells = new ArrayList<>(List.of(subject.name(), Integer.toString(mean)));
                cells.addAll(row.of(subject, mean, missed));
                table.cells(cells.toArray(String[]::new));
            }
        }
        table.print(title);
        assertThat(missed).isEmpty();
    }

    @Test
    void bits_by_relevance_beat_the_same_bits_for_all_and_chance() {
        print(
                "Mixed widths, published quantizers",
                AllocationExperimentTest::published,
                "uniform",
                "KL sensitivity",
                "LRP",
                "LRP x KL",
                "LRP (Chefer)",
                "LRP, linear",
                "random: mean of " + DRAWS,
                "random: least to most");
    }

    private static List<String> published(Subject subject, int mean, List<String> missed) {
        Outcome outcome = outcome(subject, mean, CalibrationSettings.PUBLISHED, false);
        Map<Objective, Double> found = new LinkedHashMap<>();
        double[] random = new double[DRAWS];
        double chefer;
        try (Calibration calibration = Calibration.of(subject.model(), CalibrationSettings.PUBLISHED)) {
            for (Outcome.Trial trial : outcome.trials()) {
                found.put(trial.objective(), accuracy(subject, calibration, trial.allocation()));
            }
            List<LayerChoice> choices = outcome.chosen().allocation().layers();
            chefer = accuracy(subject, calibration, byChefer(subject, choices, mean));
            for (int draw = 0; mean == MEANS[0] && draw < DRAWS; draw++) {
                random[draw] = accuracy(subject, calibration, random(choices, mean, draw));
            }
        }
        double expected = Arrays.stream(random).average().orElseThrow();
        if (mean == MEANS[0]) {
            double lrp = found.get(Objective.LRP);
            require(subject.name(), "over uniform", lrp - found.get(Objective.UNIFORM), GAINS, missed);
            require(subject.name(), "over random", lrp - expected, GAINS_OVER_CHANCE, missed);
        }
        List<String> cells = texts(found);
        cells.add(cells.size() - 1, Table.text(chefer));
        Arrays.sort(random);
        cells.add(mean == MEANS[0] ? Table.text(expected) : "–");
        cells.add(mean == MEANS[0] ? Table.text(random[0]) + " to " + Table.text(random[DRAWS - 1]) : "–");
        return cells;
    }

    private static List<String> texts(Map<Objective, Double> found) {
        List<String> cells = new ArrayList<>();
        OBJECTIVES.forEach(objective -> cells.add(Table.text(found.get(objective))));
        return cells;
    }

    private static void require(String name, String what, double gain, Map<String, Double> least, List<String> missed) {
        if (gain < least.getOrDefault(name, Double.NEGATIVE_INFINITY)) {
            missed.add(name + ": " + Table.text(gain) + " points " + what);
        }
    }

    @Test
    void every_objective_gains_by_error_reduction() {
        print(
                "Mixed widths, own quantizers, errors reduced",
                AllocationExperimentTest::reduced,
                "uniform",
                "KL sensitivity",
                "LRP",
                "LRP x KL",
                "LRP, linear",
                "chosen of three");
    }

    private static List<String> reduced(Subject subject, int mean, List<String> missed) {
        Outcome outcome = outcome(subject, mean, CalibrationSettings.USUAL, true);
        Map<Objective, Double> found = new LinkedHashMap<>();
        Map<Objective, Double> divergences = new LinkedHashMap<>();
        try (Calibration calibration = Calibration.of(subject.model(), CalibrationSettings.USUAL)) {
            for (Outcome.Trial trial : outcome.trials()) {
                QuantizedModel plain =
                        calibration.quantize(Subject.widths(trial.allocation()), subject.calibration(IMAGES));
                QuantizedModel better =
                        calibration.reduceErrors(plain, new ErrorReduction(), subject.calibration(), Progress.SILENT);
                found.put(trial.objective(), subject.accuracy(calibration, better));
                divergences.put(trial.objective(), trial.divergence());
            }
        }
        Objective chosen =
                Plan.TRIED.stream().min(Comparator.comparing(divergences::get)).orElseThrow();
        if (mean == MEANS[0] && subject.name().equals("vit") && found.get(Objective.LRP) < 95) {
            missed.add(subject.name() + ": " + found);
        }
        List<String> cells = texts(found);
        cells.add(Table.text(found.get(chosen)) + " (" + chosen.text() + ")");
        return cells;
    }

    /** All allocations; the layers that read the picture have the mean width, as in the published experiments. */
    private static Outcome outcome(Subject subject, int mean, CalibrationSettings settings, boolean reduces) {
        Map<String, Integer> pins = new LinkedHashMap<>();
        subject.model().layers().stream()
                .filter(QuantizableLayer::isFirst)
                .forEach(layer -> pins.put(layer.name(), mean));
        Plan plan = new Plan(mean, Plan.around(mean), OBJECTIVES, pins, reduces, settings);
        return Quantization.run(subject.graph(), subject.calibration(), plan, Progress.SILENT);
    }

    private static double accuracy(Subject subject, Calibration calibration, Allocation allocation) {
        return subject.accuracy(
                calibration, calibration.quantize(Subject.widths(allocation), subject.calibration(IMAGES)));
    }

    private static Allocation byChefer(Subject subject, List<LayerChoice> choices, int mean) {
        LayerContributions found;
        try (Explainer explainer = Explainer.of(subject.graph(), Precision.FLOAT32)) {
            found = LayerContributions.of(
                    explainer, subject.model(), subject.calibration(SCORED), Lrp.CHEFER, new TargetChoice.ArgMax());
        }
        List<LayerChoice> priced = new ArrayList<>();
        for (LayerChoice one : choices) {
            double contribution = found.layer(one.name()).orElseThrow().mean();
            priced.add(priced(
                    one,
                    Objective.LRP.costs(
                            contribution, new double[0], one.widths().toArray(Width[]::new))));
        }
        return AllocationSolver.solve(priced, Budget.average(mean));
    }

    /** Each layer likes each of its widths by chance. */
    private static Allocation random(List<LayerChoice> choices, int mean, int draw) {
        Random random = new Random(draw);
        List<LayerChoice> priced = new ArrayList<>();
        for (LayerChoice one : choices) {
            double[] costs = one.widths().stream()
                    .mapToDouble(width -> -random.nextDouble() * width.weightBits())
                    .toArray();
            priced.add(priced(one, costs));
        }
        return AllocationSolver.solve(priced, Budget.average(mean));
    }

    private static LayerChoice priced(LayerChoice one, double... costs) {
        return new LayerChoice(
                one.name(), one.parameters(), one.multiplications(), one.extraBytes(), one.widths(), costs);
    }
}
