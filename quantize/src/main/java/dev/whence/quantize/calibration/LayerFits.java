package dev.whence.quantize.calibration;

import dev.whence.core.NdArray;
import dev.whence.quantize.AdaLogFit;
import dev.whence.quantize.Granularity;
import dev.whence.quantize.LinearLayout;
import dev.whence.quantize.LogFit;
import dev.whence.quantize.Quantizer;
import dev.whence.quantize.RangeSearch;
import dev.whence.quantize.SymmetricFit;
import dev.whence.quantize.TwinUniformFit;
import dev.whence.quantize.UniformFit;
import dev.whence.quantize.UniformQuantizer;
import dev.whence.quantize.allocation.Width;
import dev.whence.quantize.calibration.CalibrationSettings.AttentionLevels;
import dev.whence.quantize.model.LayerKind;
import dev.whence.quantize.model.Operand;
import dev.whence.quantize.model.QuantizableLayer;
import dev.whence.quantize.model.Weight;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

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

    /** One quantizer for the whole activation: of those that are worth a try, that of the smallest mean squared error. */
    Quantizer operand(QuantizableLayer layer, int operand, int bits, NdArray values) {
        float[] floats = values.toFloats();
        List<Supplier<Quantizer>> candidates =
                candidates(layer, layer.operands().get(operand), bits, floats);
        Quantizer best = candidates.getFirst().get();
        double least = candidates.size() == 1 ? 0 : error(best, floats, values.shape());
        for (Supplier<Quantizer> other : candidates.subList(1, candidates.size())) {
            Quantizer quantizer = other.get();
            double error = error(quantizer, floats, values.shape());
            if (error < least) {
                least = error;
                best = quantizer;
            }
        }
        return best;
    }

    private List<Supplier<Quantizer>> candidates(QuantizableLayer layer, Operand operand, int bits, float... values) {
        UniformFit fit = new UniformFit(bits, Granularity.perTensor());
        if (layer.kind() == LayerKind.MATMUL2 && operand.source() == Operand.Source.SOFTMAX) {
            Supplier<Quantizer> uniform = () -> fit.fit(values, values.length);
            Supplier<Quantizer> root = () -> new LogFit(bits, settings.zeroCode()).sqrt2(values);
            Supplier<Quantizer> adaptive = () -> new AdaLogFit(bits, 0, settings.zeroCode()).fit(values);
            return switch (settings.attention()) {
                case LOGARITHMIC -> List.of(root);
                case ADAPTIVE -> List.of(adaptive);
                case UNIFORM -> List.of(uniform);
                case BEST -> List.of(root, uniform);
                case ANY -> List.of(root, uniform, adaptive);
            };
        }
        boolean mayHaveTies = !layer.isFirst() && settings.attention() != AttentionLevels.LOGARITHMIC;
        Supplier<Quantizer> uniform = () ->
                mayHaveTies ? fit.fit(values, values.length).awayFromTies(values) : fit.fit(values, values.length);
        if (operand.source() == Operand.Source.GELU) {
            Supplier<Quantizer> twin = () -> new TwinUniformFit(bits).fit(values);
            return switch (settings.gelu()) {
                case UNIFORM -> List.of(uniform);
                case TWIN -> List.of(twin);
                case BEST -> List.of(uniform, twin);
            };
        }
        return List.of(uniform);
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
    UniformQuantizer weight(QuantizableLayer layer, int bits, float[] values, long... shape) {
        Weight weight = Objects.requireNonNull(layer.weight());
        Granularity outputs = Granularity.perAxis(weight.outputAxis());
        return settings.symmetricWeights()
                ? new SymmetricFit(bits, outputs).fit(values, shape)
                : new UniformFit(bits, outputs).fit(values, shape);
    }

    /** Levels for weights that are corrected for what rounding does to them. */
    UniformQuantizer reducedWeight(QuantizedLayer layer, LinearLayout layout, float[] weight, long... shape) {
        int bits = layer.width().weightBits();
        return settings.symmetricWeights()
                ? new SymmetricFit(bits, layout.perOutput()).fit(weight, shape)
                : new UniformFit(bits, layout.perOutput(), RangeSearch.SHRINK).fit(weight, shape);
    }
}
