package dev.whence.quantize.calibration;

import dev.whence.core.NdArray;
import dev.whence.core.Progress;
import dev.whence.quantize.ErrorReduction;
import dev.whence.quantize.LinearLayout;
import dev.whence.quantize.Quantizer;
import dev.whence.quantize.UniformQuantizer;
import dev.whence.quantize.allocation.Width;
import dev.whence.quantize.model.ExampleRows;
import dev.whence.quantize.model.Normalization;
import dev.whence.quantize.model.QuantizableLayer;
import dev.whence.quantize.model.QuantizableModel;
import dev.whence.quantize.model.Weight;
import dev.whence.quantize.pieces.PieceCache;
import dev.whence.quantize.pieces.PieceKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Quantizes a network on examples, without labels and without gradients: layer by layer in the order in which it runs, each
 * quantizer fitted to what the network quantized so far gives (Li et al., "RepQ-ViT: Scale Reparameterization for
 * Post-Training Quantization of Vision Transformers", 2023, section 4). Scales of single channels behind a layer
 * normalisation move into the normalisation and the weights behind it, which are then fitted again.
 *
 * <p>The same examples and settings give the same bits. Not safe for several threads.
 */
public final class Calibration implements AutoCloseable {
    private static final String CALIBRATED = "layers calibrated";
    private static final int BATCH = 32;

    /** Numbers that a network may read at once: what it makes of them is much more. */
    private static final int ELEMENTS_AT_ONCE = 1 << 20;

    private final OpenedNetwork opened;
    private final CalibrationSettings settings;
    private final LayerFits fits;
    private final PieceCache cache;
    private final PieceKey key;
    private final ScaleMoves moves;

    private Calibration(OpenedNetwork opened, CalibrationSettings settings, PieceCache cache) {
        this.opened = opened;
        this.settings = settings;
        this.fits = new LayerFits(settings);
        this.cache = cache;
        this.key = opened.model().key(cache).and(settings.toString());
        this.moves = new ScaleMoves(opened.model(), settings, fits);
    }

    /** Loads the network; close it to free it. */
    public static Calibration of(QuantizableModel model, CalibrationSettings settings) {
        return of(model, settings, PieceCache.none());
    }

    /** As {@link #of(QuantizableModel, CalibrationSettings)}; fits and corrections are kept layer by layer. */
    public static Calibration of(QuantizableModel model, CalibrationSettings settings, PieceCache cache) {
        return new Calibration(OpenedNetwork.of(model), settings, cache);
    }

    /** The network in float32. */
    public QuantizableModel model() {
        return opened.model();
    }

    /**
     * Quantizes all layers.
     *
     * @param widths by the layers' names; a layer that is missing stays float32
     * @param examples the network's inputs, one row an example
     */
    public QuantizedModel quantize(Map<String, Width> widths, Map<String, NdArray> examples) {
        return quantize(widths, examples, Progress.SILENT);
    }

    /** As {@link #quantize(Map, Map)}, telling how many layers are done. */
    public QuantizedModel quantize(Map<String, Width> widths, Map<String, NdArray> examples, Progress progress) {
        List<Map<String, NdArray>> batches = batches(examples);
        Fitted fitted = new Fitted(Numbers.of(model()), widths, fitKey(widths, examples));
        fitPass(fitted, batches, progress);
        if (settings.reparameterises()) {
            model().normalizations().forEach(one -> moves.move(fitted, one));
        }
        if (!fitted.moved.isEmpty()) {
            fitPass(fitted, batches, progress);
        }
        long all = 2L * model().layers().size();
        progress.step(all, all, CALIBRATED);
        return fitted.model(model());
    }

    /** What all fits depend on. Which layers stay as they are decides where scales can move. */
    private PieceKey fitKey(Map<String, Width> widths, Map<String, NdArray> examples) {
        PieceKey all = key.and("fits").and(examples);
        for (String name : new TreeSet<>(widths.keySet())) {
            all = all.and(name);
        }
        return all;
    }

    /** One run through all layers, which fits what is not fitted yet. */
    private void fitPass(Fitted fitted, List<Map<String, NdArray>> batches, Progress progress) {
        LayerwiseRun.visit(opened, fitted.numbers, batches, (layer, reading, linear) -> {
            progress.step(fitted.steps++, 2L * model().layers().size(), CALIBRATED);
            return fit(fitted, layer, reading, linear);
        });
    }

    /**
     * Brings a quantized network back towards its float form with the closed-form steps of {@link ErrorReduction}, dense
     * layer by dense layer, each with inputs from the network corrected so far and targets from the untouched one.
     *
     * @param quantized what {@link #quantize} gave
     * @param examples as many as there are; more are better
     */
    public QuantizedModel reduceErrors(
            QuantizedModel quantized, ErrorReduction reduction, Map<String, NdArray> examples, Progress progress) {
        PieceKey known = key.and("corrections").and(reduction.toString()).and(examples);
        return new ErrorReducer(opened, fits, reduction, cache).reduce(quantized, batches(examples), known, progress);
    }

    /**
     * The outputs of a quantized network.
     *
     * @param examples the network's inputs, one row an example
     * @return by name, one row an example
     */
    public Map<String, NdArray> run(QuantizedModel quantized, Map<String, NdArray> examples) {
        Numbers numbers = Numbers.of(quantized);
        Map<String, QuantizedLayer> layers = quantized.byName();
        return joined(
                examples,
                (layer, reading, linear) -> {
                    QuantizedLayer one = layers.get(layer.name());
                    return new LayerwiseRun.Replaced(one == null ? null : one.operands(), linear);
                },
                numbers);
    }

    /** The outputs of the float network, as {@link #run}. */
    public Map<String, NdArray> runFloat(Map<String, NdArray> examples) {
        return joined(
                examples, (layer, reading, linear) -> new LayerwiseRun.Replaced(null, linear), Numbers.of(model()));
    }

    /**
     * The outputs of the float network with one layer quantized.
     *
     * @param quantized where that layer is taken from, and the normalisations that belong to it
     * @param only the layer's name
     */
    public Map<String, NdArray> runWithOne(QuantizedModel quantized, String only, Map<String, NdArray> examples) {
        Map<String, QuantizedLayer> layers = quantized.byName();
        Numbers all = Numbers.of(quantized);
        Numbers exact = Numbers.of(quantized.unrounded());
        return joined(
                examples,
                (layer, reading, linear) -> {
                    QuantizedLayer one = layers.get(layer.name());
                    if (one == null || !layer.name().equals(only)) {
                        return new LayerwiseRun.Replaced(null, linear);
                    }
                    return new LayerwiseRun.Replaced(one.operands(), linear == null ? null : all.layer(layer));
                },
                exact);
    }

    private Map<String, NdArray> joined(
            Map<String, NdArray> examples, LayerwiseRun.LayerReader reader, Numbers numbers) {
        Map<String, List<NdArray>> parts = new LinkedHashMap<>();
        for (Map<String, NdArray> batch : batches(examples)) {
            LayerwiseRun.run(opened, numbers, List.of(batch), reader)
                    .getFirst()
                    .forEach((name, array) ->
                            parts.computeIfAbsent(name, n -> new ArrayList<>()).add(array));
        }
        Map<String, NdArray> out = new LinkedHashMap<>();
        parts.forEach((name, arrays) -> out.put(name, Rows.joined(arrays)));
        return out;
    }

    static NdArray applied(Quantizer quantizer, NdArray values) {
        return NdArray.of(quantizer.apply(values.toFloats(), values.shape()), values.shape());
    }

    private List<Map<String, NdArray>> batches(Map<String, NdArray> examples) {
        int fixed = ExampleRows.fixedBatch(model().graph(), examples);
        if (fixed > 0) {
            return Rows.batches(examples, fixed);
        }
        long elements = examples.values().stream().mapToLong(NdArray::size).sum() / ExampleRows.count(examples);
        return Rows.batches(examples, Math.clamp(ELEMENTS_AT_ONCE / Math.max(1, elements), 1, BATCH));
    }

    // ---- fitting -----------------------------------------------------------------------------------------------

    /** Fits what is not fitted yet, and quantizes. */
    private LayerwiseRun.Replaced fit(
            Fitted fitted, QuantizableLayer layer, LayerwiseRun.Reading reading, Numbers.@Nullable Linear linear) {
        Width width = fitted.widths.get(layer.name());
        if (width == null) {
            return new LayerwiseRun.Replaced(null, linear);
        }
        fitted.key = fitted.key.and(layer.name()).and(width.toString());
        if (!fitted.isFitted(layer)) {
            LayerFit.Form form = new LayerFit.Form(layer, channels(layer));
            PieceKey its = moves.key(fitted, layer);
            fitted.put(layer, cache.recall(its, form, () -> newFit(fitted, layer, width, reading, linear)));
        }
        List<Quantizer> quantizers = fitted.operands.get(layer.name());
        if (linear == null) {
            return new LayerwiseRun.Replaced(quantizers, linear);
        }
        UniformQuantizer weight = Objects.requireNonNull(fitted.weights.get(layer.name()));
        return new LayerwiseRun.Replaced(
                quantizers, () -> linear.with(weight.apply(linear.weight(), linear.shape()), linear.bias()));
    }

    private LayerFit newFit(
            Fitted fitted,
            QuantizableLayer layer,
            Width width,
            LayerwiseRun.Reading reading,
            Numbers.@Nullable Linear linear) {
        List<Quantizer> quantizers = fitted.operands.get(layer.name());
        if (quantizers == null) {
            quantizers = new ArrayList<>();
            for (int k = 0; k < layer.operands().size(); k++) {
                quantizers.add(fitted(fitted, layer, k, fits.bits(layer, k, width), reading.all(k)));
            }
        }
        UniformQuantizer weight = fitted.weights.get(layer.name());
        if (weight == null && linear != null) {
            weight = fits.weight(layer, width.weightBits(), linear.weight(), linear.shape());
        }
        String normalization = layer.data().normalization();
        return new LayerFit(quantizers, weight, normalization == null ? null : fitted.moves.get(normalization));
    }

    /** How many channels the normalisation has that a layer reads, or none. */
    private int channels(QuantizableLayer layer) {
        String name = layer.data().normalization();
        return model().normalizations().stream()
                .filter(one -> one.name().equals(name))
                .mapToInt(one -> (int) one.channels())
                .findFirst()
                .orElse(0);
    }

    private Quantizer fitted(Fitted fitted, QuantizableLayer layer, int operand, int bits, NdArray values) {
        Normalization normalization = moves.movable(layer, layer.operands().get(operand), fitted);
        if (normalization == null) {
            return fits.operand(layer, operand, bits, values);
        }
        UniformQuantizer channels = LayerFits.channels(bits, values);
        moves.find(fitted, normalization, channels, values);
        return channels;
    }

    static LinearLayout layout(QuantizableLayer layer) {
        Weight weight = Objects.requireNonNull(layer.weight());
        long[] shape = weight.data().shape();
        return weight.outputAxis() == 0
                ? LinearLayout.outputsFirst((int) shape[0], (int) shape[1])
                : LinearLayout.inputsFirst((int) shape[0], (int) shape[1]);
    }

    /** Frees the network. */
    @Override
    public void close() {
        opened.close();
    }
}
