package dev.whence.quantize.calibration;

import dev.whence.core.NdArray;
import dev.whence.core.Progress;
import dev.whence.quantize.ErrorReduction;
import dev.whence.quantize.LayerStatistics;
import dev.whence.quantize.LinearLayout;
import dev.whence.quantize.LinearWeights;
import dev.whence.quantize.Quantizer;
import dev.whence.quantize.model.QuantizableLayer;
import dev.whence.quantize.pieces.PieceCache;
import dev.whence.quantize.pieces.PieceKey;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Runs the float network and the quantized one side by side and corrects each dense layer of the latter on its way. */
final class ErrorReducer {
    /** Rows for each input of a layer that leave no room to fit them alone. */
    private static final int MANY = 16;

    /** One row of so many is kept aside to try a correction on. */
    private static final int ASIDE = 4;

    private final OpenedNetwork opened;
    private final LayerFits fits;
    private final ErrorReduction reduction;
    private final PieceCache cache;

    ErrorReducer(OpenedNetwork opened, LayerFits fits, ErrorReduction reduction, PieceCache cache) {
        this.opened = opened;
        this.fits = fits;
        this.reduction = reduction;
        this.cache = cache;
    }

    /**
     * The corrected network.
     *
     * @param known what corrections depend on besides the quantized network
     */
    QuantizedModel reduce(
            QuantizedModel quantized, List<Map<String, NdArray>> batches, PieceKey known, Progress progress) {
        PieceKey key = key(known, quantized.normalizations());
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
                QuantizedLayer one = byName.get(layer.name());
                if (one == null) {
                    corrected.write(new LayerwiseRun.Replaced(null, linear));
                } else {
                    key = key(key, one);
                    QuantizedLayer better = linear == null || layer.kind().isConvolution()
                            ? one
                            : cache.recall(
                                    key,
                                    new CorrectionForm(one, Calibration.layout(layer)),
                                    () -> corrected(one, linear, floats, corrected));
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
        return new QuantizedModel(quantized.model(), out, quantized.normalizations(), quantized.clippings());
    }

    private static PieceKey key(PieceKey before, Map<String, NormalizationNumbers> normalizations) {
        PieceKey key = before;
        for (Map.Entry<String, NormalizationNumbers> one : new TreeMap<>(normalizations).entrySet()) {
            key = key.and(one.getKey())
                    .and(one.getValue().gamma())
                    .and(one.getValue().beta());
        }
        return key;
    }

    private static PieceKey key(PieceKey before, QuantizedLayer layer) {
        PieceKey key = before.and(layer.layer().name()).and(layer.width().toString());
        for (Quantizer one : layer.operands()) {
            key = QuantizerPiece.key(key, one);
        }
        if (layer.weightQuantizer() != null) {
            key = QuantizerPiece.key(key, layer.weightQuantizer());
        }
        for (float[] one : Arrays.asList(layer.exactWeight(), layer.weight(), layer.bias())) {
            key = one == null ? key.and("none") : key.and(one);
        }
        return key;
    }

    /**
     * The corrected layer; or the layer as it is where there are so few rows that a correction may fit them alone, and one that
     * knows most of them does not serve the others.
     */
    private QuantizedLayer corrected(QuantizedLayer one, Numbers.Linear linear, LayerwiseRun floats, LayerwiseRun run) {
        LinearLayout layout = Calibration.layout(one.layer());
        LinearWeights exact = new LinearWeights(linear.weight(), biasOf(linear.bias(), layout), layout);
        LayerStatistics known = new LayerStatistics(layout.inputs(), layout.outputs());
        List<NdArray[]> aside = gather(one, exact, floats, run, known);
        if (!aside.isEmpty()) {
            LayerStatistics others = new LayerStatistics(layout.inputs(), layout.outputs());
            aside.forEach(rows -> others.add(rows[0].toFloats(), rows[1].toFloats()));
            LinearWeights plain =
                    new LinearWeights(Objects.requireNonNull(one.weight()), biasOf(one.bias(), layout), layout);
            if (reduced(one, exact, known).layer().error(others) >= plain.error(others)) {
                return one;
            }
            aside.forEach(rows -> known.add(rows[0].toFloats(), rows[1].toFloats()));
        }
        ErrorReduction.Reduced reduced = reduced(one, exact, known);
        return new QuantizedLayer(
                one.layer(),
                one.width(),
                one.operands(),
                reduced.quantizer(),
                one.exactWeight(),
                reduced.layer().weight(),
                reduced.layer().bias());
    }

    /** Adds rows of inputs and of what the float layer gives; returns those that are kept aside, inputs and outputs. */
    private static List<NdArray[]> gather(
            QuantizedLayer one, LinearWeights exact, LayerwiseRun floats, LayerwiseRun run, LayerStatistics known) {
        LinearLayout layout = exact.layout();
        List<NdArray[]> aside = new ArrayList<>();
        boolean isTried = false;
        for (int b = 0; b < run.batches(); b++) {
            NdArray read = Calibration.applied(one.operands().getFirst(), run.operand(b, 0));
            NdArray x = read.reshape(read.size() / layout.inputs(), layout.inputs());
            int rows = (int) x.dimension(0);
            isTried |= b == 0 && (long) rows * run.batches() < (long) MANY * layout.inputs();
            NdArray targets = NdArray.of(outputs(floats.operand(b, 0), exact), rows, layout.outputs());
            int used = isTried ? used(rows, b, run.batches()) : rows;
            if (used > 0) {
                known.add(x.rows(0, used).toFloats(), targets.rows(0, used).toFloats());
            }
            if (used < rows) {
                aside.add(new NdArray[] {x.rows(used, rows), targets.rows(used, rows)});
            }
        }
        return aside;
    }

    /** How many rows of a batch are not kept aside: of many batches, all of the last ones are, for rows of one may be alike. */
    private static int used(int rows, int batch, int batches) {
        if (batches < ASIDE) {
            return rows - rows / ASIDE;
        }
        return batch < batches - batches / ASIDE ? rows : 0;
    }

    private ErrorReduction.Reduced reduced(QuantizedLayer one, LinearWeights exact, LayerStatistics statistics) {
        LinearLayout layout = exact.layout();
        return reduction.reduce(exact, (weight, shape) -> fits.reducedWeight(one, layout, weight, shape), statistics);
    }

    private static float[] biasOf(float @Nullable [] bias, LinearLayout layout) {
        return bias == null ? new float[layout.outputs()] : bias;
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
