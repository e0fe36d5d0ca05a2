package dev.whence.quantize.calibration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import dev.whence.core.Progress;
import dev.whence.graph.Graph;
import dev.whence.quantize.AdaLogQuantizer;
import dev.whence.quantize.Clipping;
import dev.whence.quantize.ErrorReduction;
import dev.whence.quantize.LogSqrt2Quantizer;
import dev.whence.quantize.Quantizer;
import dev.whence.quantize.TwinUniformQuantizer;
import dev.whence.quantize.UniformQuantizer;
import dev.whence.quantize.VisionTransformerShape;
import dev.whence.quantize.allocation.Width;
import dev.whence.quantize.calibration.CalibrationSettings.AttentionLevels;
import dev.whence.quantize.calibration.CalibrationSettings.GeluLevels;
import dev.whence.quantize.export.Format;
import dev.whence.quantize.export.LayerReport;
import dev.whence.quantize.export.QuantizationReport;
import dev.whence.quantize.model.LayerKind;
import dev.whence.quantize.model.QuantizableModel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which levels a small transformer gets by the settings. */
class LevelsTest {
    private static final VisionTransformerShape SHAPE = new VisionTransformerShape(8, 1, 4, 16, 2, 2, 3);
    private final NdArray images = SHAPE.images(12, 3);
    private final Graph graph = SHAPE.graph(5);

    private QuantizedModel quantized(CalibrationSettings settings) {
        Map<String, NdArray> inputs = Map.of("image", images);
        QuantizableModel model = QuantizableModel.of(graph, inputs);
        Map<String, Width> widths = new LinkedHashMap<>();
        model.layers().forEach(layer -> widths.put(layer.name(), Width.of(4)));
        try (Calibration calibration = Calibration.of(model, settings)) {
            QuantizedModel quantized = calibration.quantize(widths, inputs);
            return calibration.reduceErrors(quantized, new ErrorReduction(), inputs, Progress.SILENT);
        }
    }

    private static Class<? extends Quantizer> levels(QuantizedModel model, LayerKind kind) {
        return model.layers().stream()
                .filter(one -> one.layer().kind() == kind)
                .findFirst()
                .orElseThrow()
                .operands()
                .getFirst()
                .getClass();
    }

    @ParameterizedTest
    @EnumSource(AttentionLevels.class)
    void attention_weights_get_the_levels_of_the_settings(AttentionLevels attention) {
        Class<? extends Quantizer> found =
                levels(quantized(CalibrationSettings.USUAL.with(attention)), LayerKind.MATMUL2);
        switch (attention) {
            case LOGARITHMIC -> assertThat(found).isEqualTo(LogSqrt2Quantizer.class);
            case ADAPTIVE -> assertThat(found).isEqualTo(AdaLogQuantizer.class);
            case UNIFORM -> assertThat(found).isEqualTo(UniformQuantizer.class);
            case BEST -> assertThat(found).isIn(LogSqrt2Quantizer.class, UniformQuantizer.class);
            case ANY -> assertThat(found).isIn(LogSqrt2Quantizer.class, UniformQuantizer.class, AdaLogQuantizer.class);
        }
    }

    @ParameterizedTest
    @EnumSource(GeluLevels.class)
    void what_comes_out_of_a_gelu_gets_the_levels_of_the_settings(GeluLevels gelu) {
        Class<? extends Quantizer> found = levels(quantized(CalibrationSettings.USUAL.with(gelu)), LayerKind.FC2);
        switch (gelu) {
            case UNIFORM -> assertThat(found).isEqualTo(UniformQuantizer.class);
            case TWIN -> assertThat(found).isEqualTo(TwinUniformQuantizer.class);
            case BEST -> assertThat(found).isIn(UniformQuantizer.class, TwinUniformQuantizer.class);
        }
    }

    @Test
    void the_usual_and_the_published_settings_clip_nothing() {
        assertThat(quantized(CalibrationSettings.USUAL).clippings()).isEmpty();
        assertThat(quantized(CalibrationSettings.PUBLISHED).clippings()).isEmpty();
    }

    @Test
    void clipping_never_raises_the_error_and_stands_in_the_report_of_the_layers_behind() {
        QuantizedModel model = quantized(CalibrationSettings.USUAL.clippingChannels(true));
        assertThat(model.clippings()).hasSize(4);
        assertThat(model.clippings().values())
                .allSatisfy(one -> assertThat(one.error()).isLessThanOrEqualTo(one.plainError()));

        QuantizationReport written = QuantizationReport.of(model, Format.FAKE_QUANT, Map.of(), Map.of());
        QuantizationReport report = QuantizationReport.parse(written.toJson());

        for (LayerReport layer : report.layers()) {
            String normalization =
                    model.model().layer(layer.name()).orElseThrow().data().normalization();
            Clipping clip = normalization == null ? null : model.clippings().get(normalization);
            assertThat(layer.clip()).as(layer.name()).isEqualTo(clip);
        }
        assertThat(report.layers().stream().filter(one -> one.clip() != null)).hasSize(4);
    }

    @Test
    void weights_around_zero_stay_so_where_channels_are_clipped() {
        QuantizedModel model = quantized(CalibrationSettings.INTEGER.clippingChannels(true));
        assertThat(model.clippings().values()).as("clipped").anyMatch(one -> one.clip() < 1 || one.power() < 1);
        List<QuantizedLayer> weighted = model.layers().stream()
                .filter(one -> one.weightQuantizer() != null)
                .toList();
        assertThat(weighted).hasSizeGreaterThan(4);
        for (QuantizedLayer one : weighted) {
            UniformQuantizer weights = Objects.requireNonNull(one.weightQuantizer());
            float middle = 1 << (weights.bits() - 1);
            assertThat(weights.zeroPoints()).as(one.layer().name()).containsOnly(middle);
        }
    }
}
