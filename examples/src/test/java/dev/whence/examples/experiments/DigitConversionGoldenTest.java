package dev.whence.examples.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.examples.experiments.DigitConversion.Outcome;
import dev.whence.explain.Explainer;
import dev.whence.graph.Precision;
import dev.whence.tensor.Device;
import dev.whence.tensor.Engine;
import dev.whence.testkit.GoldenJson;
import dev.whence.testkit.GoldenTable;
import dev.whence.testkit.Shared;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/** Check 7 of the method's acceptance list: the digits of the paper converted by all its methods. */
@Tag("golden")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DigitConversionGoldenTest {
    private static final String FOLDER = "fixtures/deeplift";
    private static final String TABLE = "mnist_conversion_table.json";
    private static final double MEAN = 0.005;

    /** A hundredth of the images may fall on the other side of a limit by rounding, or by other random pixels. */
    private static final double SHARE = 0.01;

    /** Random pixels are other random pixels than in the table: five standard errors of a mean of some 1000. */
    private static final double RANDOM_MEAN = 0.03;

    private static final int SAME_OF_TEN = 9;

    private @Nullable Explainer explainer;
    private int threads;

    /** On a busy machine several threads of small operators mostly wait for each other. */
    @BeforeEach
    void useOneThread() {
        threads = Engine.threads();
        Engine.setThreads(1);
    }

    @BeforeEach
    void load() {
        Shared.find(FOLDER + "/mnist_cnn_allconv.onnx")
                .ifPresent(model -> explainer = Explainer.load(model, Precision.FLOAT32, Device.CPU));
    }

    @AfterEach
    void free() {
        Engine.setThreads(threads);
        if (explainer != null) {
            explainer.close();
        }
    }

    @Test
    void eights_become_sixes_as_in_the_table() throws Exception {
        check("scaled_0_1", List.of("8->6"), List.of("grad_times_inp", "rescale", "genomics", "revealcancel"));
    }

    @Test
    @Tag("slow")
    void every_conversion_by_every_method_is_as_in_the_table() throws Exception {
        check("scaled_0_1", List.of(), List.of());
    }

    @Test
    @Tag("slow")
    void raw_pixels_are_as_in_the_table_and_fall_most_for_the_published_images() throws Exception {
        check("raw_0_255", List.of(), List.of());
    }

    private void check(String scale, List<String> onlyConversions, List<String> onlyRows) throws Exception {
        Path table = Shared.find(FOLDER + "/" + TABLE).orElse(null);
        Assumptions.assumeTrue(table != null && explainer != null, "no table or network in " + FOLDER);
        Path folder = table.getParent();
        Assumptions.assumeTrue(
                Files.exists(folder.resolve("t10k-images-idx3-ubyte.gz")), "no images of MNIST in " + FOLDER);
        JsonNode conversions = GoldenJson.read(table).path(scale);
        MnistTest data = MnistTest.read(folder);
        DigitConversion experiment = new DigitConversion(explainer, data, scale.startsWith("raw") ? 255 : 1);
        for (String conversion : conversions.propertyNames()) {
            if (onlyConversions.isEmpty() || onlyConversions.contains(conversion)) {
                checkConversion(experiment, scale, conversion, conversions.get(conversion), onlyRows);
            }
        }
    }

    private static void checkConversion(
            DigitConversion experiment, String scale, String conversion, JsonNode rows, List<String> onlyRows)
            throws Exception {
        int[] digits = Arrays.stream(conversion.split("->", -1))
                .mapToInt(Integer::parseInt)
                .toArray();
        Map<String, Double> means = new LinkedHashMap<>();
        for (String row : rows.propertyNames()) {
            boolean known = row.equals(DigitConversion.RANDOM) || DigitConversion.METHODS.containsKey(row);
            if (known && (onlyRows.isEmpty() || onlyRows.contains(row))) {
                Outcome found = experiment.run(digits[0], digits[1], row);
                means.put(row, found.mean());
                GoldenTable.check(
                        FOLDER, scale + " " + conversion + " " + row, () -> agrees(scale, row, found, rows.get(row)));
            }
        }
        double best = means.getOrDefault("revealcancel", Double.NaN);
        means.remove("revealcancel");
        assertThat(means.values())
                .as("RevealCancel is best, " + conversion)
                .allSatisfy(mean -> assertThat(mean).isLessThan(best));
    }

    private static void agrees(String scale, String row, Outcome found, JsonNode wanted) {
        boolean random = row.equals(DigitConversion.RANDOM);
        double mean = wanted.get("mean").doubleValue();
        assertThat(found.count()).isEqualTo(wanted.get("n").intValue());
        assertThat(Math.abs(found.mean() / mean - 1))
                .as("mean %s, expected %s", found.mean(), mean)
                .isLessThanOrEqualTo(random ? RANDOM_MEAN : MEAN);
        assertThat(Math.abs(found.flipped() - wanted.get("flipped").doubleValue()))
                .as("flipped %s, expected %s", found.flipped(), wanted.get("flipped"))
                .isLessThanOrEqualTo(random ? RANDOM_MEAN : SHARE);
        if (scale.startsWith("raw") && !random) {
            List<Integer> top = new ArrayList<>();
            wanted.get("top10").forEach(i -> top.add(i.intValue()));
            assertThat(found.top().stream().filter(top::contains).count())
                    .as("of the first ten %s, expected %s", found.top(), top)
                    .isGreaterThanOrEqualTo(SAME_OF_TEN);
        }
    }
}
