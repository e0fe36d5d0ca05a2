package dev.whence.quantize.calibration;

import dev.whence.core.NdArray;
import dev.whence.core.Progress;
import dev.whence.quantize.ErrorReduction;
import dev.whence.quantize.LayerStatistics;
import dev.whence.quantize.LinearLayout;
import dev.whence.quantize.LinearWeights;
import dev.whence.quantize.model.QuantizableLayer;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Runs the float network and the quantized one side by side and corrects each dense layer of the latter on its way. */
final class ErrorReducer {
    private final OpenedNetwork opened;
    private final LayerFits fits;
    private final ErrorReduction reduction;

    ErrorReducer(OpenedNetwork opened, LayerFits fits, ErrorReduction reduction) {
        this.opened = opened;
        this.fits = fits;
        this.reduction = reduction;
    }

    QuantizedModel reduce(QuantizedModel quantized, List<Map<String, NdArray>> batches, Progress progress) {
        Numbers exact = Numbers.of(quantized.unrounded());
        Map<String, QuantizedLayer> byName = quantized.byName();
        List<QuantizedLayer> out = new ArrayList<>();
        try (LayerwiseRun floats = new LayerwiseRun(opened, exact, batches);
                LayerwiseRun corrected = new LayerwiseRun(opened, exact, batches)) {
            List<QuantizableLayer> layers = opened.model().layers();
            for (int i = 0; i < layers.size(); i++) {
                progress.step(i, layers.size(), "layers corrected");
                QuantizableLayer layer = layers.get(i);
                Numbers.Linear linear = layer.weight() == null ? null : exact.layer(layer);
                floats.advance();
                corrected.advance();
                QuantizedLayer one = byName.get(layer.name());
                if (one == null) {
                    corrected.write(new LayerwiseRun.Replaced(null, linear));
                } else {
                    QuantizedLayer better = linear == null || layer.kind().isConvolution()
                            ? one
                            : corrected(one, linear, floats, corrected);
                    out.add(better);
                    corrected.write(new LayerwiseRun.Replaced(
                            one.operands(),
                            linear == null
                                    ? null
                                    : linear.with(Objects.requireNonNull(better.weight()), better.bias())));
                }
                floats.write(new LayerwiseRun.Replaced(null, linear));
            }
            progress.step(layers.size(), layers.size(), "layers corrected");
        }
        return new QuantizedModel(quantized.model(), out, quantized.normalizations());
    }

    private QuantizedLayer corrected(QuantizedLayer one, Numbers.Linear linear, LayerwiseRun floats, LayerwiseRun run) {
        LinearLayout layout = Calibration.layout(one.layer());
        float[] bias = linear.bias() == null ? new float[layout.outputs()] : Objects.requireNonNull(linear.bias());
        LinearWeights exact = new LinearWeights(linear.weight(), bias, layout);
        LayerStatistics statistics = new LayerStatistics(layout.inputs(), layout.outputs());
        for (int b = 0; b < run.batches(); b++) {
            NdArray read = Calibration.applied(one.operands().getFirst(), run.operand(b, 0));
            statistics.add(read.toFloats(), outputs(floats.operand(b, 0), exact));
        }
        ErrorReduction.Reduced reduced =
                reduction.reduce(exact, (weight, shape) -> fits.reducedWeight(one, layout, weight, shape), statistics);
        return new QuantizedLayer(
                one.layer(),
                one.width(),
                one.operands(),
                reduced.quantizer(),
                one.exactWeight(),
                reduced.layer().weight(),
                reduced.layer().bias());
    }

    private static float[] outputs(NdArray x, LinearWeights layer) {
        LinearLayout layout = layer.layout();
        try (TensorScope scope = TensorScope.open()) {
            Tensor weight = Tensor.of(NdArray.of(layer.weight(), layout.shape()));
            Tensor rows = Tensor.of(x.reshape(x.size() / layout.inputs(), layout.inputs()));
            return rows.matmul(layout.inputsFirst() ? weight : weight.transpose(0, 1))
                    .plus(Tensor.of(NdArray.of(layer.bias(), layout.outputs())))
                    .toNdArray()
                    .toFloats();
        }
    }
}
