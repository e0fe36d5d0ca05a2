package dev.whence.quantize.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One layer that can be quantized: a convolution or dense layer with constant weights, or a product of two activations.
 *
 * @param name the name its author gave it, such as {@code blocks.0.attn.qkv}; unique in the network
 * @param kind the part it plays
 * @param block the place of its attention block among all, from 0; -1 outside of blocks
 * @param node the node that multiplies
 * @param operator that node's operator
 * @param operands the activations it reads: one, or two for a product
 * @param weight its weights; null for a product
 * @param bias its bias, or null
 * @param output the value behind the bias, or the node's own output
 * @param multiplyAccumulates multiplications for one example
 * @param scale where attention scales by a constant, on the first product of attention; else none
 * @param channelScale the constant that multiplies each channel of the output of a {@code proj} or {@code fc2} (layer scale),
 *     or null
 */
public record QuantizableLayer(
        String name,
        LayerKind kind,
        int block,
        String node,
        String operator,
        List<Operand> operands,
        @Nullable Weight weight,
        @Nullable Bias bias,
        String output,
        long multiplyAccumulates,
        ScalePlace scale,
        @Nullable String channelScale) {
    /** Copies the operands in. */
    public QuantizableLayer {
        operands = List.copyOf(operands);
    }

    /** The number of weights, 0 for a product. */
    public long parameters() {
        return weight == null ? 0 : weight.elements();
    }

    /** The only or left activation. */
    public Operand data() {
        return operands.getFirst();
    }

    /** Whether the layer reads an input of the network. */
    public boolean isFirst() {
        return operands.stream().anyMatch(o -> o.source() == Operand.Source.INPUT);
    }
}
