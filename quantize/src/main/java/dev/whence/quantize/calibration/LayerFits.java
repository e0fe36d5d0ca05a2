package dev.whence.quantize.calibration;

import dev.whence.core.NdArray;
import dev.whence.quantize.Granularity;
import dev.whence.quantize.LinearLayout;
import dev.whence.quantize.LogFit;
import dev.whence.quantize.Quantizer;
import dev.whence.quantize.RangeSearch;
import dev.whence.quantize.SymmetricFit;
import dev.whence.quantize.UniformFit;
import dev.whence.quantize.UniformQuantizer;
import dev.whence.quantize.allocation.Width;
import dev.whence.quantize.model.LayerKind;
import dev.whence.quantize.model.Operand;
import dev.whence.quantize.model.QuantizableLayer;
import dev.whence.quantize.model.Weight;
import java.util.Objects;

/** Which quantizer is fitted to what a layer multiplies. */
final class LayerFits {
    private static final Granularity CHANNELS = Granularity.perAxis(-1);

    private final CalibrationSettings settings;

    LayerFits(CalibrationSettings settings) {
        this.settings = settings;
    }

    /** Bits of an activation; the right one of a product has those of weights. */
    int bits(QuantizableLayer layer, int operand, Width width) {
        if (layer.isFirst()) {
            return settings.firstActivationBits();
        }
        return operand == 0 ? width.activationBits() : width.weightBits();
    }

    /** One quantizer for the whole activation. */
    Quantizer operand(QuantizableLayer layer, int operand, int bits, NdArray values) {
        boolean isAttention = layer.kind() == LayerKind.MATMUL2
                && layer.operands().get(operand).source() == Operand.Source.SOFTMAX;
        float[] floats = values.toFloats();
        UniformFit uniform = new UniformFit(bits, Granularity.perTensor());
        if (!isAttention) {
            UniformQuantizer fitted = uniform.fit(floats, values.shape());
            return layer.isFirst() || settings.attention() == CalibrationSettings.AttentionLevels.LOGARITHMIC
                    ? fitted
                    : fitted.awayFromTies(floats);
        }
        if (settings.attention() == CalibrationSettings.AttentionLevels.UNIFORM) {
            return uniform.fit(floats, values.shape());
        }
        Quantizer logarithmic = new LogFit(bits, settings.zeroCode()).sqrt2(floats);
        if (settings.attention() == CalibrationSettings.AttentionLevels.LOGARITHMIC) {
            return logarithmic;
        }
        Quantizer even = uniform.fit(floats, values.shape());
        return error(even, floats, values.shape()) < error(logarithmic, floats, values.shape()) ? even : logarithmic;
    }

    private static double error(Quantizer quantizer, float[] values, long... shape) {
        float[] quantized = quantizer.apply(values, shape);
        double sum = 0;
        for (int i = 0; i < quantized.length; i++) {
            double difference = (double) quantized[i] - values[i];
            sum += difference * difference;
        }
        return sum;
    }

    /** One quantizer a channel, for what layer normalisation makes. */
    static UniformQuantizer channels(int bits, NdArray values) {
        return new UniformFit(bits, CHANNELS).fit(values.toFloats(), values.shape());
    }

    /** One scale an output channel. */
    UniformQuantizer weight(QuantizableLayer layer, int bits, Numbers.Linear linear) {
        Weight weight = Objects.requireNonNull(layer.weight());
        Granularity outputs = Granularity.perAxis(weight.outputAxis());
        return settings.symmetricWeights()
                ? new SymmetricFit(bits, outputs).fit(linear.weight(), linear.shape())
                : new UniformFit(bits, outputs).fit(linear.weight(), linear.shape());
    }

    /** Levels for weights that are corrected for what rounding does to them. */
    UniformQuantizer reducedWeight(QuantizedLayer layer, LinearLayout layout, float[] weight, long... shape) {
        int bits = layer.width().weightBits();
        return settings.symmetricWeights()
                ? new SymmetricFit(bits, layout.perOutput()).fit(weight, shape)
                : new UniformFit(bits, layout.perOutput(), RangeSearch.SHRINK).fit(weight, shape);
    }
}
