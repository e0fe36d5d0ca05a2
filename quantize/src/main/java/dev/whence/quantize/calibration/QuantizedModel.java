package dev.whence.quantize.calibration;

import dev.whence.quantize.Clipping;
import dev.whence.quantize.model.QuantizableModel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A quantized network: the network it came from, and what changes in it. Everything that is not named here stays float32 as
 * it was.
 *
 * @param model the network in float32
 * @param layers the quantized layers, in the order in which they run; layers of the model that are missing stay float32
 * @param normalizations the new constants of layer normalisations that took in scales of the layers behind them, by their
 *     {@linkplain dev.whence.quantize.model.Normalization#name names}
 * @param clippings what was clipped for that, by the same names; empty if nothing was tried
 */
public record QuantizedModel(
        QuantizableModel model,
        List<QuantizedLayer> layers,
        Map<String, NormalizationNumbers> normalizations,
        Map<String, Clipping> clippings) {
    /** Copies the collections in. */
    public QuantizedModel {
        layers = List.copyOf(layers);
        normalizations = Map.copyOf(normalizations);
        clippings = Map.copyOf(clippings);
    }

    /** Without clippings. */
    public QuantizedModel(
            QuantizableModel model, List<QuantizedLayer> layers, Map<String, NormalizationNumbers> normalizations) {
        this(model, layers, normalizations, Map.of());
    }

    /** The quantized layer of a name. */
    public Optional<QuantizedLayer> layer(String name) {
        return layers.stream().filter(one -> one.layer().name().equals(name)).findFirst();
    }

    Map<String, QuantizedLayer> byName() {
        Map<String, QuantizedLayer> out = new HashMap<>();
        layers.forEach(one -> out.put(one.layer().name(), one));
        return out;
    }

    /** The same with exact weights. */
    QuantizedModel unrounded() {
        return new QuantizedModel(
                model,
                layers.stream()
                        .map(one -> new QuantizedLayer(
                                one.layer(),
                                one.width(),
                                one.operands(),
                                one.weightQuantizer(),
                                one.exactWeight(),
                                one.exactWeight(),
                                one.bias()))
                        .toList(),
                normalizations,
                clippings);
    }
}
