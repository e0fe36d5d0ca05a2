package dev.whence.quantize.calibration;

import dev.whence.quantize.Quantizer;
import dev.whence.quantize.UniformQuantizer;
import dev.whence.quantize.model.QuantizableLayer;
import dev.whence.quantize.pieces.PieceForm;
import dev.whence.quantize.pieces.PieceReader;
import dev.whence.quantize.pieces.PieceWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is fitted at one layer.
 *
 * @param operands one quantizer an activation
 * @param weight null for a product of activations
 * @param move what moves into the layer normalisation before it and the weights behind; null where nothing can
 */
record LayerFit(
        List<Quantizer> operands,
        @Nullable UniformQuantizer weight,
        @Nullable Move move) {
    LayerFit {
        operands = List.copyOf(operands);
    }

    /**
     * How a fit is kept.
     *
     * @param layer where it was made
     * @param channels of the normalisation before it, if there is one
     */
    record Form(QuantizableLayer layer, int channels) implements PieceForm<LayerFit> {
        @Override
        public void write(LayerFit fit, PieceWriter to) {
            for (int k = 0; k < fit.operands().size(); k++) {
                QuantizerPiece.write("operand" + k, fit.operands().get(k), to);
            }
            if (fit.weight() != null) {
                QuantizerPiece.write("weight", fit.weight(), to);
            }
            if (fit.move() != null) {
                fit.move().write(to);
            }
        }

        @Override
        public LayerFit read(PieceReader from) {
            List<Quantizer> operands = new ArrayList<>();
            for (int k = 0; k < layer.operands().size(); k++) {
                operands.add(QuantizerPiece.read("operand" + k, from));
            }
            UniformQuantizer weight = layer.weight() == null ? null : QuantizerPiece.readUniform("weight", from);
            return new LayerFit(operands, weight, Move.read(from, channels));
        }
    }
}
