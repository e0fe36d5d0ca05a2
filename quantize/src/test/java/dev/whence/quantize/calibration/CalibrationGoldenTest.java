package dev.whence.quantize.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.whence.core.NdArray;
import dev.whence.graph.Graph;
import dev.whence.quantize.QuantizeFixtures;
import dev.whence.quantize.Quantizer;
import dev.whence.quantize.Reparameterisation.CommonZeroPoint;
import dev.whence.quantize.UniformQuantizer;
import dev.whence.quantize.allocation.Width;
import dev.whence.quantize.model.Normalization;
import dev.whence.quantize.model.QuantizableModel;
import dev.whence.testkit.GoldenJson;
import dev.whence.testkit.Shared;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Whole networks against the reference implementation's quantizers and answers. */
@Tag("golden")
class CalibrationGoldenTest {
    private static final int CALIBRATION_IMAGES = 32;
    private static final int IMAGES = 64;
    private static final double SAME_FLOAT = 1e-4;
    private static final double SAME_FIRST = 1e-4;
    private static final double CORRELATION = 0.995;
    private static final int AGREEING = 60;

    private record Case(QuantizableModel model, Map<String, NdArray> calibration, Map<String, NdArray> images) {
        static Case of(Path file) {
            Graph graph = QuantizeFixtures.graph(file);
            String input = graph.inputs().getFirst().name();
            QuantizeFixtures.Family family = QuantizeFixtures.Family.of(file);
            Path folder = Objects.requireNonNull(file.getParent());
            NdArray calibration =
                    QuantizeFixtures.images(folder, QuantizeFixtures.CALIBRATION, 0, CALIBRATION_IMAGES, family);
            return new Case(
                    QuantizableModel.of(graph, Map.of(input, calibration.rows(0, 1))),
                    Map.of(input, calibration),
                    Map.of(input, QuantizeFixtures.images(folder, QuantizeFixtures.TEST, 0, IMAGES, family)));
        }

        Map<String, Width> widths(int bits) {
            Map<String, Width> widths = new LinkedHashMap<>();
            model.layers().forEach(layer -> widths.put(layer.name(), Width.of(bits)));
            return widths;
        }
    }

    @Test
    void a_network_opened_at_its_layers_computes_what_it_did() {
        List<Path> models = QuantizeFixtures.floatModels();
        assumeTrue(!models.isEmpty(), "no golden networks");
        int seen = 0;
        for (Path file : models) {
            String name = QuantizeFixtures.modelName(file);
            Path answers = file.resolveSibling("float_logits_" + name + "_test" + IMAGES + ".npy");
            if (answers.toFile().exists()) {
                Case one = Case.of(file);
                try (Calibration calibration = Calibration.of(one.model(), CalibrationSettings.USUAL)) {
                    double[] found = only(calibration.runFloat(one.images())).toDoubles();
                    double[] expected = dev.whence.core.Npy.read(answers).toDoubles();
                    assertThat(found).as(file.toString()).containsExactly(expected, within(SAME_FLOAT));
                }
                seen++;
            }
        }
        assertThat(seen).as("networks with answers").isPositive();
    }

    @Test
    void the_published_procedure_gives_the_published_codes() {
        int seen = 0;
        for (Path file : Shared.list(QuantizeFixtures.FOLDER, ".json")) {
            JsonNode golden = GoldenJson.read(file);
            if (golden.has("reparam") && golden.has("w_bits")) {
                check(golden, file);
                seen++;
            }
        }
        assumeTrue(seen > 0, "no golden calibrations");
    }

    private static void check(JsonNode golden, Path file) {
        String name = golden.get("model").stringValue();
        Path model = QuantizeFixtures.floatModels().stream()
                .filter(path -> QuantizeFixtures.modelName(path).equals(name))
                .findFirst()
                .orElseThrow();
        Case one = Case.of(model);
        boolean isWhole = golden.get("target_zero_point_rounded").booleanValue();
        CalibrationSettings settings =
                CalibrationSettings.PUBLISHED.with(isWhole ? CommonZeroPoint.WHOLE : CommonZeroPoint.FRACTIONAL);
        try (Calibration calibration = Calibration.of(one.model(), settings)) {
            QuantizedModel quantized =
                    calibration.quantize(one.widths(golden.get("w_bits").intValue()), one.calibration());
            first(golden, quantized, file);
            NdArray logits = only(calibration.run(quantized, one.images()));
            logits(golden.get("logits_first64"), logits, file);
        }
    }

    /** The first normalisation: nothing before it can have drifted. */
    private static void first(JsonNode golden, QuantizedModel quantized, Path file) {
        JsonNode change = golden.get("reparam").iterator().next();
        vector(change.get("r"), quantized, file);
        Quantizer operand = quantized.layers().stream()
                .filter(layer -> layer.layer().data().normalization() != null)
                .findFirst()
                .orElseThrow()
                .operands()
                .getFirst();
        UniformQuantizer found = (UniformQuantizer) operand;
        assertThat((double) found.scales()[0])
                .as(file + ": scale")
                .isCloseTo(
                        change.get("target_delta").doubleValue(),
                        within(SAME_FIRST * change.get("target_delta").doubleValue()));
        assertThat((double) found.zeroPoints()[0])
                .as(file + ": zero point")
                .isCloseTo(change.get("target_zero_point").doubleValue(), within(SAME_FIRST));
    }

    /** The scale of each channel that moved: what the normalisation's own scales were divided by. */
    private static void vector(JsonNode expected, QuantizedModel quantized, Path file) {
        Normalization site = quantized.model().normalizations().stream()
                .filter(one -> quantized.normalizations().containsKey(one.name()))
                .findFirst()
                .orElseThrow();
        float[] before = site.gammaData().toNdArray().toFloats();
        float[] after = Objects.requireNonNull(quantized.normalizations().get(site.name()))
                .gamma();
        assertThat(before).as(file + ": channels").hasSize(expected.size());
        for (int c = 0; c < before.length; c++) {
            double wanted = expected.get(c).doubleValue();
            assertThat((double) before[c] / after[c])
                    .as(file + ": r of channel " + c)
                    .isCloseTo(wanted, within(SAME_FIRST * wanted));
        }
    }

    private static void logits(JsonNode expected, NdArray found, Path file) {
        int classes = (int) found.dimension(1);
        double[] x = found.toDoubles();
        double[] y = new double[x.length];
        int agreeing = 0;
        for (int i = 0; i < IMAGES; i++) {
            int best = 0;
            int wanted = 0;
            for (int c = 0; c < classes; c++) {
                y[i * classes + c] = expected.get(i).get(c).doubleValue();
                best = x[i * classes + c] > x[i * classes + best] ? c : best;
                wanted = y[i * classes + c] > y[i * classes + wanted] ? c : wanted;
            }
            agreeing += best == wanted ? 1 : 0;
        }
        assertThat(correlation(x, y)).as(file + ": correlation").isGreaterThanOrEqualTo(CORRELATION);
        assertThat(agreeing).as(file + ": agreement").isGreaterThanOrEqualTo(AGREEING);
    }

    private static double correlation(double[] x, double[] y) {
        double mx = java.util.Arrays.stream(x).average().orElseThrow();
        double my = java.util.Arrays.stream(y).average().orElseThrow();
        double xy = 0;
        double xx = 0;
        double yy = 0;
        for (int i = 0; i < x.length; i++) {
            xy += (x[i] - mx) * (y[i] - my);
            xx += (x[i] - mx) * (x[i] - mx);
            yy += (y[i] - my) * (y[i] - my);
        }
        return xy / Math.sqrt(xx * yy);
    }

    private static NdArray only(Map<String, NdArray> outputs) {
        return outputs.values().iterator().next();
    }
}
