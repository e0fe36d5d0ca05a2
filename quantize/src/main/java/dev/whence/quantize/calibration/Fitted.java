package dev.whence.quantize.calibration;

import dev.whence.quantize.Clipping;
import dev.whence.quantize.Quantizer;
import dev.whence.quantize.UniformQuantizer;
import dev.whence.quantize.allocation.Width;
import dev.whence.quantize.model.Normalization;
import dev.whence.quantize.model.QuantizableLayer;
import dev.whence.quantize.model.QuantizableModel;
import dev.whence.quantize.pieces.PieceKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What is fitted so far: quantizers of activations and weights by layer; by normalisation, the moves of scales that were found,
 * and those that were made.
 */
final class Fitted {
    final Numbers numbers;
    final Map<String, Width> widths;
    final Map<String, List<Quantizer>> operands = new HashMap<>();
    final Map<String, UniformQuantizer> weights = new HashMap<>();
    final Map<String, Move> moves = new LinkedHashMap<>();
    final Map<String, Normalization> moved = new LinkedHashMap<>();

    /** Everything that the next fit depends on: it grows layer by layer, as the network is quantized. */
    PieceKey key;

    long steps;

    Fitted(Numbers numbers, Map<String, Width> widths, PieceKey key) {
        this.numbers = numbers;
        this.widths = widths;
        this.key = key;
    }

    boolean isFitted(QuantizableLayer layer) {
        return operands.containsKey(layer.name()) && (layer.weight() == null || weights.containsKey(layer.name()));
    }

    void put(QuantizableLayer layer, LayerFit fit) {
        operands.put(layer.name(), fit.operands());
        if (fit.weight() != null) {
            weights.put(layer.name(), fit.weight());
        }
        String normalization = layer.data().normalization();
        if (normalization != null && fit.move() != null) {
            moves.put(normalization, fit.move());
        }
    }

    QuantizedModel model(QuantizableModel model) {
        List<QuantizedLayer> layers = new ArrayList<>();
        for (QuantizableLayer layer : model.layers()) {
            Width width = widths.get(layer.name());
            if (width != null) {
                UniformQuantizer weight = weights.get(layer.name());
                Numbers.Linear linear = layer.weight() == null ? null : numbers.layer(layer);
                layers.add(new QuantizedLayer(
                        layer,
                        width,
                        Objects.requireNonNull(operands.get(layer.name())),
                        weight,
                        linear == null ? null : linear.weight(),
                        linear == null || weight == null ? null : weight.apply(linear.weight(), linear.shape()),
                        linear == null ? null : linear.bias()));
            }
        }
        Map<String, NormalizationNumbers> changed = new LinkedHashMap<>();
        Map<String, Clipping> clippings = new LinkedHashMap<>();
        moved.keySet().forEach(name -> {
            changed.put(name, numbers.normalizations().get(name));
            Clipping clipping = Objects.requireNonNull(moves.get(name)).clipping();
            if (clipping != null) {
                clippings.put(name, clipping);
            }
        });
        return new QuantizedModel(model, layers, changed, clippings);
    }
}
