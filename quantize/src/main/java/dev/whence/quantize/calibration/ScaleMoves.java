package dev.whence.quantize.calibration;

import dev.whence.core.NdArray;
import dev.whence.quantize.ChannelClip;
import dev.whence.quantize.LinearLayout;
import dev.whence.quantize.Quantizer;
import dev.whence.quantize.Reparameterisation;
import dev.whence.quantize.UniformQuantizer;
import dev.whence.quantize.model.LayerKind;
import dev.whence.quantize.model.Normalization;
import dev.whence.quantize.model.Operand;
import dev.whence.quantize.model.QuantizableLayer;
import dev.whence.quantize.model.QuantizableModel;
import dev.whence.quantize.pieces.PieceKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Moves scales of single channels out of what layer normalisations make, into the normalisations and the weights behind. */
final class ScaleMoves {
    /** Rows of activations on which clippings are compared. */
    private static final int ROWS = 1024;

    private final QuantizableModel model;
    private final CalibrationSettings settings;
    private final LayerFits fits;

    ScaleMoves(QuantizableModel model, CalibrationSettings settings, LayerFits fits) {
        this.model = model;
        this.settings = settings;
        this.fits = fits;
    }

    /** The normalisation that can take in the scales of single channels of an operand, and has not done so yet. */
    @Nullable
    Normalization movable(QuantizableLayer layer, Operand operand, Fitted fitted) {
        String name = operand.normalization();
        if (!settings.reparameterises() || name == null || layer.weight() == null || fitted.moved.containsKey(name)) {
            return null;
        }
        return model.normalizations().stream()
                .filter(one -> one.name().equals(name) && isMovable(one, fitted))
                .findFirst()
                .orElse(null);
    }

    /** What the head reads keeps one scale: there the classes are compared, and nothing is gained. */
    private boolean isMovable(Normalization normalization, Fitted fitted) {
        return normalization.isReparameterisable()
                && !normalization.consumers().isEmpty()
                && consumers(normalization).stream()
                        .allMatch(layer -> layer.kind() != LayerKind.HEAD
                                && layer.weight() != null
                                && fitted.widths.containsKey(layer.name()));
    }

    private List<QuantizableLayer> consumers(Normalization normalization) {
        return normalization.consumers().stream()
                .map(name -> model.layer(name).orElseThrow())
                .toList();
    }

    /** What the fit of a layer depends on; a clipping depends on the widths of all layers that read the same channels. */
    PieceKey key(Fitted fitted, QuantizableLayer layer) {
        Normalization normalization =
                settings.clipsChannels() && layer.weight() != null ? movable(layer, layer.data(), fitted) : null;
        PieceKey key = fitted.key;
        if (normalization != null) {
            for (QuantizableLayer reader : consumers(normalization)) {
                key = key.and(String.valueOf(fitted.widths.get(reader.name())));
            }
        }
        return key;
    }

    /**
     * Finds out what is to be moved, unless that is known.
     *
     * @param channels what quantizes the activations channel by channel
     * @param values the activations
     */
    void find(Fitted fitted, Normalization normalization, UniformQuantizer channels, NdArray values) {
        String name = normalization.name();
        if (fitted.moves.containsKey(name) || channels.groups() == 1) {
            return;
        }
        float[] activations = values.toFloats();
        if (!settings.clipsChannels()) {
            float[] constants = Reparameterisation.constants(activations, (int) normalization.channels());
            fitted.moves.put(name, new Move(Reparameterisation.of(channels, settings.zeroPoint(), constants), null));
            return;
        }
        List<ChannelClip.Reader> readers = new ArrayList<>();
        for (QuantizableLayer layer : consumers(normalization)) {
            int bits = Objects.requireNonNull(fitted.widths.get(layer.name())).weightBits();
            readers.add(new ChannelClip.Reader(
                    fitted.numbers.layer(layer).weight(),
                    Calibration.layout(layer),
                    (weight, shape) -> fits.weight(layer, bits, weight, shape)));
        }
        ChannelClip.Choice choice = new ChannelClip(channels.bits(), ROWS).search(activations, readers);
        fitted.moves.put(name, new Move(choice.reparameterisation(), choice.clipping()));
    }

    /** Moves what was found. */
    void move(Fitted fitted, Normalization normalization) {
        Move found = fitted.moves.get(normalization.name());
        if (found == null) {
            return;
        }
        Reparameterisation change = found.change();
        NormalizationNumbers old =
                Objects.requireNonNull(fitted.numbers.normalizations().get(normalization.name()));
        fitted.numbers.put(normalization, new NormalizationNumbers(change.gamma(old.gamma()), change.beta(old.beta())));
        for (QuantizableLayer layer : consumers(normalization)) {
            Numbers.Linear linear = fitted.numbers.layer(layer);
            LinearLayout layout = Calibration.layout(layer);
            fitted.numbers.put(
                    layer,
                    linear.with(
                            change.weight(linear.weight(), layout),
                            change.bias(linear.bias(), linear.weight(), layout)));
            List<Quantizer> its = fitted.operands.get(layer.name());
            if (its != null && its.getFirst().bits() == change.quantizer().bits()) {
                fitted.operands.put(layer.name(), List.of(change.quantizer()));
            } else {
                fitted.operands.remove(layer.name());
            }
            fitted.weights.remove(layer.name());
        }
        fitted.moved.put(normalization.name(), normalization);
    }
}
