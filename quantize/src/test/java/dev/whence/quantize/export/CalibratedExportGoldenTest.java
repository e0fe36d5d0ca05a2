package dev.whence.quantize.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.whence.core.NdArray;
import dev.whence.graph.Dimension;
import dev.whence.graph.Graph;
import dev.whence.graph.Network;
import dev.whence.graph.Precision;
import dev.whence.graph.Value;
import dev.whence.graph.operators.StandardOperators;
import dev.whence.quantize.QuantizeFixtures;
import dev.whence.quantize.UniformQuantizer;
import dev.whence.quantize.allocation.Width;
import dev.whence.quantize.calibration.Calibration;
import dev.whence.quantize.calibration.CalibrationSettings;
import dev.whence.quantize.calibration.QuantizedLayer;
import dev.whence.quantize.calibration.QuantizedModel;
import dev.whence.quantize.model.LayerKind;
import dev.whence.quantize.model.QuantizableLayer;
import dev.whence.quantize.model.QuantizableModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Exports of calibrated networks answer as the calibration said they would. */
@Tag("golden")
class CalibratedExportGoldenTest {
    private static final int CALIBRATION_IMAGES = 32;
    private static final int IMAGES = 64;
    private static final int ALL = 1500;
    private static final double TOLERANCE = 0.02;
    private static final double SAME = 1e-5;
    private static final double LOST_AT_MOST = 0.007;

    static List<Path> models() {
        List<Path> models = QuantizeFixtures.floatModels().stream()
                .filter(p -> p.getFileName().toString().contains("op17"))
                .toList();
        assumeTrue(!models.isEmpty(), "no golden networks");
        return models;
    }

    /** A network, calibrated. */
    private record Case(Path file, QuantizedModel model, Map<String, NdArray> images, float[] simulated) {
        static Case of(Path file, CalibrationSettings settings, Function<QuantizableLayer, Width> widths) {
            Graph graph = QuantizeFixtures.graph(file);
            String input = graph.inputs().getFirst().name();
            NdArray calibration = pictures(file, QuantizeFixtures.CALIBRATION, CALIBRATION_IMAGES);
            QuantizableModel model = QuantizableModel.of(graph, Map.of(input, calibration.rows(0, 1)));
            Map<String, Width> all = new LinkedHashMap<>();
            model.layers().forEach(l -> all.put(l.name(), widths.apply(l)));
            Map<String, NdArray> images = Map.of(input, pictures(file, QuantizeFixtures.TEST, IMAGES));
            try (Calibration run = Calibration.of(model, settings)) {
                QuantizedModel quantized = run.quantize(all, Map.of(input, calibration));
                float[] answers =
                        run.run(quantized, images).values().iterator().next().toFloats();
                return new Case(file, quantized, images, answers);
            }
        }

        Graph export(Format format) {
            return QuantizedExport.graph(model, format, Map.of(), Map.of());
        }
    }

    private static NdArray pictures(Path file, String split, int count) {
        Path folder = Objects.requireNonNull(file.getParent());
        return QuantizeFixtures.images(folder, split, 0, count, QuantizeFixtures.Family.of(file));
    }

    @ParameterizedTest
    @MethodSource("models")
    void int8_answers_as_calibrated_in_onnx_runtime(Path file) {
        Case one = Case.of(file, CalibrationSettings.INTEGER, l -> Width.of(8));
        Graph graph = one.export(Format.INT8_QDQ);
        NdArray images = one.images().values().iterator().next();
        assertThat(Distances.relative(here(graph, images), one.simulated())).isLessThan(TOLERANCE);
        assertThat(Distances.relative(ForeignRuntime.run(graph, images), one.simulated()))
                .isLessThan(TOLERANCE);
        double before = accuracy(one.model().model().graph(), file);
        double after = accuracy(graph, file);
        assertThat(after).as("%s, float %s", file.getFileName(), before).isGreaterThan(before - LOST_AT_MOST);
    }

    @ParameterizedTest
    @MethodSource("models")
    void mixed_bits_answer_as_calibrated_here_and_in_onnx_runtime(Path file) {
        Case one = Case.of(file, CalibrationSettings.USUAL, CalibratedExportGoldenTest::mixed);
        assertThat(one.model().layers())
                .as("evenly quantized attention, whose products are multiples of one number")
                .anyMatch(CalibratedExportGoldenTest::hasEvenAttention);
        NdArray images = one.images().values().iterator().next();
        for (Format format : List.of(Format.FAKE_QUANT, Format.INT4_WEIGHTS)) {
            Graph graph = one.export(format);
            assertThat(here(graph, images)).containsExactly(one.simulated());
            assertThat(imagesApart(ForeignRuntime.run(graph, images), one.simulated()))
                    .as("images of %d with other answers", IMAGES)
                    .isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void fitted_bases_twin_scales_and_clipped_channels_answer_as_calibrated(Path file) {
        CalibrationSettings settings = CalibrationSettings.USUAL
                .with(CalibrationSettings.AttentionLevels.ADAPTIVE)
                .with(CalibrationSettings.GeluLevels.TWIN)
                .clippingChannels(true);
        Case one = Case.of(file, settings, CalibratedExportGoldenTest::mixed);
        assertThat(one.model().clippings()).isNotEmpty();
        NdArray images = one.images().values().iterator().next();
        for (Format format : List.of(Format.FAKE_QUANT, Format.INT4_WEIGHTS)) {
            Graph graph = one.export(format);
            assertThat(here(graph, images)).containsExactly(one.simulated());
            assertThat(imagesApart(ForeignRuntime.run(graph, images), one.simulated()))
                    .as("images of %d with other answers, for a value may lie at a tie by chance", IMAGES)
                    .isLessThanOrEqualTo(1);
        }
    }

    private static boolean hasEvenAttention(QuantizedLayer layer) {
        return layer.layer().kind() == LayerKind.MATMUL2
                && layer.operands().getFirst() instanceof UniformQuantizer quantizer
                && quantizer.bits() < Byte.SIZE;
    }

    private static long imagesApart(float[] found, float... expected) {
        int classes = expected.length / IMAGES;
        return IntStream.range(0, IMAGES)
                .map(i -> i * classes)
                .filter(from -> Distances.relative(
                                Arrays.copyOfRange(found, from, from + classes),
                                Arrays.copyOfRange(expected, from, from + classes))
                        > SAME)
                .count();
    }

    @ParameterizedTest
    @MethodSource("models")
    void logarithmic_attention_answers_the_same_in_onnx_runtime(Path file) {
        CalibrationSettings settings = CalibrationSettings.USUAL.with(CalibrationSettings.AttentionLevels.LOGARITHMIC);
        Case one = Case.of(file, settings, CalibratedExportGoldenTest::mixed);
        NdArray images = one.images().values().iterator().next();
        for (Format format : List.of(Format.FAKE_QUANT, Format.INT4_WEIGHTS)) {
            float[] there = ForeignRuntime.run(one.export(format), images);
            assertThat(Distances.relative(there, one.simulated())).isLessThan(TOLERANCE);
        }
    }

    private static Width mixed(QuantizableLayer layer) {
        return Width.of(2 + layer.name().length() % 4);
    }

    private static float[] here(Graph graph, NdArray images) {
        Value input = graph.inputs().getFirst();
        int rows = (int) images.dimension(0);
        int batch = Objects.requireNonNull(input.shape()).getFirst() instanceof Dimension.Fixed(long size)
                ? (int) size
                : rows;
        List<float[]> parts = new ArrayList<>();
        try (Network network = StandardOperators.network(graph, Precision.FLOAT32)) {
            for (int row = 0; row < rows; row += batch) {
                Map<String, NdArray> out = network.evaluate(Map.of(input.name(), images.rows(row, row + batch)));
                parts.add(out.values().iterator().next().toFloats());
            }
        }
        return ForeignRuntime.joined(parts);
    }

    private static double accuracy(Graph graph, Path file) {
        float[] answers = ForeignRuntime.run(graph, pictures(file, QuantizeFixtures.TEST, ALL));
        List<Long> labels =
                QuantizeFixtures.labels(Objects.requireNonNull(file.getParent()), QuantizeFixtures.TEST, 0, ALL);
        int classes = answers.length / ALL;
        int right = 0;
        for (int i = 0; i < ALL; i++) {
            int best = 0;
            for (int c = 1; c < classes; c++) {
                best = answers[i * classes + c] > answers[i * classes + best] ? c : best;
            }
            right += best == labels.get(i) ? 1 : 0;
        }
        return (double) right / ALL;
    }
}
