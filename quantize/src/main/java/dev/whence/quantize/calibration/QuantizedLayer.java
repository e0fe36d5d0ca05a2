package dev.whence.quantize.calibration;

import dev.whence.quantize.Quantizer;
import dev.whence.quantize.UniformQuantizer;
import dev.whence.quantize.allocation.Width;
import dev.whence.quantize.model.QuantizableLayer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One layer with everything that turns it into its quantized form.
 *
 * @param layer the layer as the network has it
 * @param width its bits
 * @param operands what quantizes each of its activations, in the order of {@link QuantizableLayer#operands}
 * @param weightQuantizer what quantized its weights, one scale an output channel; null for a product of two activations
 * @param exactWeight its weights before they were rounded, with the scales of the normalisation before it taken in; null for a
 *     product
 * @param weight its weights as the codes stand for them, in the layout of the node: every number lies on a level of
 *     {@code weightQuantizer}, which gives its codes back; null for a product
 * @param bias its bias in float32, one an output channel, or null if it has none. It may have one where the network's own
 *     layer has none
 */
public record QuantizedLayer(
        QuantizableLayer layer,
        Width width,
        List<Quantizer> operands,
        @Nullable UniformQuantizer weightQuantizer,
        float @Nullable [] exactWeight,
        float @Nullable [] weight,
        float @Nullable [] bias) {
    /** Copies the list in; the arrays are not copied. */
    public QuantizedLayer {
        operands = List.copyOf(operands);
    }
}
