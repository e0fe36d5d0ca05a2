package dev.whence.quantize.export;

import dev.whence.quantize.Clipping;
import dev.whence.quantize.LayerSize;
import dev.whence.quantize.Quantizer;
import dev.whence.quantize.UniformQuantizer;
import dev.whence.quantize.calibration.QuantizedLayer;
import dev.whence.quantize.model.QuantizableLayer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a report says about one layer.
 *
 * @param name the layer's name
 * @param kind the part it plays, such as {@code qkv}
 * @param block the place of its attention block among all, from 0; -1 outside of blocks
 * @param parameters number of weights; 0 for a product of two activations
 * @param multiplyAccumulates multiplications for one example
 * @param weightBits bits of its weights, or of a product's second operand; 32 where they stay float
 * @param activationBits bits of its input; 32 where it stays float
 * @param weight what quantized its weights; null where nothing did
 * @param activations its input, or the two operands of a product
 * @param clip how far the channels of its input were clipped and tempered; null where that was not tried
 * @param contribution how much it contributed to the network's answers; null where that was not measured
 * @param size what its numbers take, bit-packed
 */
public record LayerReport(
        String name,
        String kind,
        int block,
        long parameters,
        long multiplyAccumulates,
        int weightBits,
        int activationBits,
        @Nullable QuantizerReport weight,
        List<ActivationReport> activations,
        @Nullable Clipping clip,
        @Nullable Double contribution,
        LayerSize size) {
    /** More weights or multiplications has no layer; sums of as many stay exact. */
    private static final long MOST = 1L << 50;

    /**
     * Checks that everything is there and in its range.
     *
     * @throws IllegalArgumentException if it is not
     */
    public LayerReport {
        if (name == null || kind == null || activations == null || size == null) {
            throw new IllegalArgumentException("layer '" + name + "' lacks its name, kind, activations or size");
        }
        if (isNoWidth(weightBits) || isNoWidth(activationBits)) {
            throw new IllegalArgumentException("layer '" + name + "' has " + weightBits + " bits for weights and "
                    + activationBits + " for activations, expected 1 to " + Float.SIZE);
        }
        if (parameters < 0 || parameters > MOST || multiplyAccumulates < 0 || multiplyAccumulates > MOST) {
            throw new IllegalArgumentException("layer '" + name + "' has " + parameters + " weights and "
                    + multiplyAccumulates + " multiplications, expected 0 to " + MOST);
        }
        activations = List.copyOf(activations);
    }

    private static boolean isNoWidth(int bits) {
        return bits < 1 || bits > Float.SIZE;
    }

    /** Whether anything of it is quantized. */
    public boolean hasQuantizers() {
        return weight != null || activations.stream().anyMatch(a -> a.quantizer() != null);
    }

    /** Of a layer that stays as it is if {@code quantized} is null. */
    static LayerReport of(
            QuantizableLayer layer,
            @Nullable QuantizedLayer quantized,
            @Nullable Clipping clip,
            @Nullable Double contribution) {
        List<Quantizer> operands = quantized == null ? List.of() : quantized.operands();
        List<ActivationReport> activations = new ArrayList<>();
        for (int i = 0; i < layer.operands().size(); i++) {
            activations.add(new ActivationReport(
                    layer.operands().get(i).elements(),
                    operands.isEmpty() ? null : QuantizerReport.of(operands.get(i))));
        }
        UniformQuantizer weights = quantized == null ? null : quantized.weightQuantizer();
        int weightBits =
                layer.weight() == null ? activations.getLast().bits() : weights == null ? Float.SIZE : weights.bits();
        return new LayerReport(
                layer.name(),
                layer.kind().text(),
                layer.block(),
                layer.parameters(),
                layer.multiplyAccumulates(),
                weightBits,
                activations.getFirst().bits(),
                weights == null ? null : QuantizerReport.of(weights),
                activations,
                clip,
                contribution,
                size(layer, quantized, weights, weightBits, activations));
    }

    private static LayerSize size(
            QuantizableLayer layer,
            @Nullable QuantizedLayer quantized,
            @Nullable UniformQuantizer weights,
            int weightBits,
            List<ActivationReport> activations) {
        long groups = weights == null ? 0 : weights.groups();
        for (ActivationReport activation : activations) {
            groups +=
                    activation.quantizer() == null ? 0 : activation.quantizer().scales();
        }
        float[] bias = quantized == null ? null : quantized.bias();
        long floats = bias != null
                ? bias.length
                : layer.bias() == null ? 0 : layer.bias().data().elements();
        return LayerSize.of(layer.parameters(), layer.parameters() == 0 ? Byte.SIZE : weightBits, groups, floats);
    }
}
