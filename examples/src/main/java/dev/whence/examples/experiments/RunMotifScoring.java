package dev.whence.examples.experiments;

import dev.whence.examples.Detection;
import dev.whence.examples.experiments.MotifHits.Window;
import dev.whence.examples.experiments.MotifScoring.Sums;
import dev.whence.examples.genomics.Motif;
import dev.whence.explain.Explainer;
import dev.whence.graph.Precision;
import dev.whence.tensor.Device;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * The program that prints how often each method {@linkplain MotifScoring misses a motif}, with the windows of the authors'
 * notebook and with clean ones.
 */
public final class RunMotifScoring {
    private RunMotifScoring() {}

    /**
     * Runs all methods.
     *
     * @param arguments the folder with {@code genomics_tal_gata.onnx}, {@code sequences.simdata.gz} and {@code
     *     genomics_test_ids.txt.gz}
     */
    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) {
        if (arguments.length != 1) {
            System.err.println("Expected: the folder with genomics_tal_gata.onnx and the sequences");
            return;
        }
        Path folder = Path.of(arguments[0]);
        try (Explainer explainer =
                Explainer.load(folder.resolve("genomics_tal_gata.onnx"), Precision.FLOAT32, Device.CPU)) {
            MotifScoring experiment = new MotifScoring(explainer, TalGataTest.read(folder));
            for (Detection task : experiment.performance()) {
                System.out.printf(
                        Locale.ROOT,
                        "AUROC %.4f, average precision %.4f, accuracy %.4f%n",
                        task.auroc(),
                        task.averagePrecision(),
                        task.accuracy());
            }
            System.out.println("\n| method | GATA1 notebook | TAL1 notebook | GATA1 clean | TAL1 clean |");
            System.out.println("|---|---|---|---|---|");
            for (String row : MotifScoring.METHODS.keySet()) {
                System.out.println(
                        "| " + row + " |" + missed(experiment, experiment.scores(row)[0]));
            }
        }
    }

    private static String missed(MotifScoring experiment, float[][] scores) {
        StringBuilder line = new StringBuilder();
        for (Window window : List.of(Window.NOTEBOOK, Window.CLEAN)) {
            for (Motif motif : List.of(Motif.gata1(), Motif.tal1())) {
                Sums both = Objects.requireNonNull(
                        experiment.sums(motif, scores, window).get("both"));
                line.append(String.format(
                        Locale.ROOT, " %.2f %% (%d of %d) |", 100 * both.missedShare(), both.missed(), both.count()));
            }
        }
        return line.toString();
    }
}
