package dev.whence.examples.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.whence.examples.Detection;
import dev.whence.examples.experiments.MotifHits.Window;
import dev.whence.examples.experiments.MotifScoring.Sums;
import dev.whence.examples.genomics.Motif;
import dev.whence.explain.Explainer;
import dev.whence.graph.Precision;
import dev.whence.tensor.Device;
import dev.whence.tensor.Engine;
import dev.whence.testkit.GoldenJson;
import dev.whence.testkit.GoldenTable;
import dev.whence.testkit.Shared;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/** Check 8 of the method's acceptance list: which motifs each method misses in the authors' sequences. */
@Tag("golden")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MotifScoringGoldenTest {
    private static final String FOLDER = "fixtures/deeplift";
    private static final Map<String, Window> WINDOWS =
            Map.of("clean_windows", Window.CLEAN, "literal_notebook_windows", Window.NOTEBOOK);
    private static final double AUROC = 1e-4;

    /** A sum that is 0 but for rounding may fall on either side. */
    private static final int COUNT = 1;

    /** Sums of about 10 from float32, averaged. */
    private static final double MEAN = 1e-3;

    private @Nullable MotifScoring experiment;
    private @Nullable Explainer explainer;
    private int threads;
    private @Nullable JsonNode table;

    /** On a busy machine several threads of small operators mostly wait for each other. */
    @BeforeEach
    void useOneThread() {
        threads = Engine.threads();
        Engine.setThreads(1);
    }

    @BeforeEach
    void load() {
        Path file = Shared.find(FOLDER + "/genomics_table.json").orElse(null);
        if (file != null
                && Files.exists(file.resolveSibling("genomics_tal_gata.onnx"))
                && Files.exists(file.resolveSibling("sequences.simdata.gz"))
                && Files.exists(file.resolveSibling("genomics_test_ids.txt.gz"))) {
            table = GoldenJson.read(file);
            explainer = Explainer.load(file.resolveSibling("genomics_tal_gata.onnx"), Precision.FLOAT32, Device.CPU);
            experiment = new MotifScoring(explainer, TalGataTest.read(file.getParent()));
        }
    }

    @AfterEach
    void free() {
        Engine.setThreads(threads);
        if (explainer != null) {
            explainer.close();
        }
    }

    private JsonNode windows(String name) {
        Assumptions.assumeTrue(table != null, () -> "no table, network or sequences in " + FOLDER);
        return Objects.requireNonNull(table).path(name);
    }

    @Test
    void the_network_answers_as_well_as_in_the_table() throws Exception {
        JsonNode wanted = windows("clean_windows").path("performance");
        List<Detection> found = Objects.requireNonNull(experiment).performance();
        GoldenTable.check(FOLDER, "genomics performance", () -> {
            for (int task = 0; task < wanted.size(); task++) {
                JsonNode row = wanted.get(task);
                assertThat(found.get(task).auroc()).isCloseTo(row.get("auroc").doubleValue(), within(AUROC));
                assertThat(found.get(task).averagePrecision())
                        .isCloseTo(row.get("auprc").doubleValue(), within(AUROC));
                assertThat(found.get(task).accuracy())
                        .isCloseTo(row.get("acc").doubleValue(), within(1.0 / 800 + 1e-9));
            }
        });
    }

    @Test
    void fast_methods_miss_as_many_motifs_as_in_the_table() throws Exception {
        check(List.of("grad_times_inp", "guided_backprop", "rescale_all_layers", "rescale_conv_revealcancel_fc"));
    }

    @Test
    @Tag("slow")
    void every_method_misses_as_many_motifs_as_in_the_table() throws Exception {
        check(List.copyOf(MotifScoring.METHODS.keySet()));
    }

    private void check(List<String> rows) throws Exception {
        windows("clean_windows");
        MotifScoring run = Objects.requireNonNull(experiment);
        Map<String, float[][][]> scores = new LinkedHashMap<>();
        for (Map.Entry<String, Window> window : WINDOWS.entrySet()) {
            JsonNode matches = windows(window.getKey()).path("motif_matches");
            for (Motif motif : List.of(Motif.gata1(), Motif.tal1())) {
                for (String row : rows) {
                    JsonNode tasks = matches.path(motif.name()).path(row);
                    if (!tasks.isMissingNode()) {
                        float[][][] ofRow = scores.computeIfAbsent(row, run::scores);
                        GoldenTable.check(FOLDER, window.getKey() + " " + motif.name() + " " + row, () -> {
                            for (String task : tasks.propertyNames()) {
                                float[][] ofTask = ofRow[Integer.parseInt(task)];
                                agrees(row, run.sums(motif, ofTask, window.getValue()), tasks.get(task));
                            }
                        });
                    }
                }
            }
        }
    }

    /** Other shuffles than in the table give other sums, but must not miss more. */
    private static void agrees(String row, Map<String, Sums> found, JsonNode wanted) {
        for (String content : wanted.propertyNames()) {
            JsonNode expected = wanted.get(content);
            Sums sums = Objects.requireNonNull(found.get(content), content);
            int count = expected.get("n").intValue();
            assertThat(sums.count()).isEqualTo(count);
            double mean = expected.get("mean").doubleValue();
            long missed = Math.round(expected.get("frac_le0").doubleValue() * count);
            if (!row.equals(MotifScoring.SHUFFLED)) {
                assertThat((long) sums.missed()).as("missed, %s", content).isCloseTo(missed, within((long) COUNT));
                assertThat(sums.mean())
                        .as("mean, %s", content)
                        .isCloseTo(mean, within(MEAN * Math.max(1, Math.abs(mean))));
            } else if (content.equals("both")) {
                assertThat((long) sums.missed()).as("missed, %s", content).isLessThanOrEqualTo(missed + COUNT);
            }
        }
    }
}
