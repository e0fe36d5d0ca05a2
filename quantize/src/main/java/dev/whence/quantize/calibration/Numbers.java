package dev.whence.quantize.calibration;

import dev.whence.core.NdArray;
import dev.whence.graph.Constant;
import dev.whence.quantize.model.Bias;
import dev.whence.quantize.model.Normalization;
import dev.whence.quantize.model.QuantizableLayer;
import dev.whence.quantize.model.QuantizableModel;
import dev.whence.quantize.model.Weight;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The constants of a network that quantization changes, as they are at one moment. */
final class Numbers {
    private final Map<String, Linear> layers = new HashMap<>();
    private final Map<String, NormalizationNumbers> normalizations = new LinkedHashMap<>();

    /**
     * Weights and bias of a layer.
     *
     * @param weight in the layout of the node
     * @param shape of the weight
     * @param bias one an output channel, or null for none
     */
    record Linear(float[] weight, long[] shape, float @Nullable [] bias) {
        Linear with(float[] other, float @Nullable [] otherBias) {
            return new Linear(other, shape, otherBias);
        }
    }

    private Numbers() {}

    /** Those of the float network. */
    static Numbers of(QuantizableModel model) {
        Numbers numbers = new Numbers();
        for (QuantizableLayer layer : model.layers()) {
            Weight weight = layer.weight();
            if (weight != null) {
                Bias bias = layer.bias();
                NdArray data = weight.data().toNdArray();
                float[] shift = bias == null ? null : bias.data().toNdArray().toFloats();
                numbers.layers.put(layer.name(), new Linear(data.toFloats(), data.shape(), shift));
            }
        }
        for (Normalization one : model.normalizations()) {
            float[] gamma = one.gammaData().toNdArray().toFloats();
            Constant beta = one.betaData();
            float[] shift =
                    beta == null ? new float[gamma.length] : beta.toNdArray().toFloats();
            numbers.normalizations.put(one.name(), new NormalizationNumbers(gamma, shift));
        }
        return numbers;
    }

    /** Those of a quantized network. */
    static Numbers of(QuantizedModel quantized) {
        Numbers numbers = of(quantized.model());
        numbers.normalizations.putAll(quantized.normalizations());
        for (QuantizedLayer one : quantized.layers()) {
            float[] weight = one.weight();
            if (weight != null) {
                numbers.put(one.layer(), numbers.layer(one.layer()).with(weight, one.bias()));
            }
        }
        return numbers;
    }

    Linear layer(QuantizableLayer layer) {
        return Objects.requireNonNull(layers.get(layer.name()), layer.name());
    }

    void put(QuantizableLayer layer, Linear linear) {
        layers.put(layer.name(), linear);
    }

    Map<String, NormalizationNumbers> normalizations() {
        return normalizations;
    }

    void put(Normalization normalization, NormalizationNumbers values) {
        normalizations.put(normalization.name(), values);
    }
}
