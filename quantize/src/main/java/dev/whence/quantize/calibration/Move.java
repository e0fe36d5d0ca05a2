package dev.whence.quantize.calibration;

import dev.whence.quantize.Clipping;
import dev.whence.quantize.Reparameterisation;
import dev.whence.quantize.UniformQuantizer;
import dev.whence.quantize.pieces.PieceReader;
import dev.whence.quantize.pieces.PieceWriter;
import org.jspecify.annotations.Nullable;

/**
 * What moves from the activations behind a normalisation into its constants and the weights that read them.
 *
 * @param change the scales and shifts of channels
 * @param clipping what was clipped for that; null where nothing was tried
 */
record Move(Reparameterisation change, @Nullable Clipping clipping) {
    private static final String RATIOS = "ratios";
    private static final String OFFSETS = "offsets";
    private static final String QUANTIZER = "moved";
    private static final String CLIPPING = "clipping";
    private static final int CLIPPING_NUMBERS = 4;

    void write(PieceWriter to) {
        to.floats(RATIOS, change.ratios()).floats(OFFSETS, change.offsets());
        QuantizerPiece.write(QUANTIZER, change.quantizer(), to);
        if (clipping != null) {
            to.doubles(CLIPPING, clipping.clip(), clipping.power(), clipping.error(), clipping.plainError());
        }
    }

    /** What was written, or null if nothing was. */
    static @Nullable Move read(PieceReader from, int channels) {
        if (!from.has(RATIOS)) {
            return null;
        }
        UniformQuantizer quantizer = QuantizerPiece.readUniform(QUANTIZER, from);
        Reparameterisation change =
                new Reparameterisation(from.floats(RATIOS, channels), from.floats(OFFSETS, channels), quantizer);
        if (!from.has(CLIPPING)) {
            return new Move(change, null);
        }
        double[] four = from.doubles(CLIPPING, CLIPPING_NUMBERS);
        return new Move(change, new Clipping(four[0], four[1], four[2], four[3]));
    }
}
