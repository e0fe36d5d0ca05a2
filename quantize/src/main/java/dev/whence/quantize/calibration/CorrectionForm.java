package dev.whence.quantize.calibration;

import dev.whence.quantize.LinearLayout;
import dev.whence.quantize.UniformQuantizer;
import dev.whence.quantize.pieces.PieceForm;
import dev.whence.quantize.pieces.PieceReader;
import dev.whence.quantize.pieces.PieceWriter;
import java.util.Arrays;
import java.util.Objects;

/**
 * How the correction of a layer is kept: its new weights as codes, a byte each, wherever codes give them back to the bit.
 *
 * @param before the layer without the correction
 * @param layout of its weights
 */
record CorrectionForm(QuantizedLayer before, LinearLayout layout) implements PieceForm<QuantizedLayer> {
    private static final String QUANTIZER = "quantizer";
    private static final String CODES = "codes";
    private static final String WEIGHT = "weight";
    private static final String BIAS = "bias";

    @Override
    public void write(QuantizedLayer corrected, PieceWriter to) {
        if (corrected.equals(before)) {
            return;
        }
        UniformQuantizer quantizer = Objects.requireNonNull(corrected.weightQuantizer());
        float[] weight = Objects.requireNonNull(corrected.weight());
        QuantizerPiece.write(QUANTIZER, quantizer, to);
        to.floats(BIAS, Objects.requireNonNull(corrected.bias()));
        int[] codes = quantizer.hasWholeZeroPoints() ? quantizer.codes(weight, layout.shape()) : new int[0];
        if (codes.length > 0 && Arrays.equals(quantizer.dequantize(codes, layout.shape()), weight)) {
            to.codes(CODES, codes);
        } else {
            to.floats(WEIGHT, weight);
        }
    }

    @Override
    public QuantizedLayer read(PieceReader from) {
        if (!from.has(BIAS)) {
            return before;
        }
        UniformQuantizer quantizer = QuantizerPiece.readUniform(QUANTIZER, from);
        int size = Math.multiplyExact(layout.inputs(), layout.outputs());
        return new QuantizedLayer(
                before.layer(),
                before.width(),
                before.operands(),
                quantizer,
                before.exactWeight(),
                from.has(CODES)
                        ? quantizer.dequantize(from.codes(CODES, size), layout.shape())
                        : from.floats(WEIGHT, size),
                from.floats(BIAS, layout.outputs()));
    }
}
