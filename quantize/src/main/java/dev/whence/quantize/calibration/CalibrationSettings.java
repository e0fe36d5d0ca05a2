package dev.whence.quantize.calibration;

import dev.whence.quantize.Reparameterisation.CommonZeroPoint;
import dev.whence.quantize.ZeroCode;

/**
 * How a network is calibrated.
 *
 * @param zeroPoint the zero point that channels behind a layer normalisation get in common
 * @param zeroCode where logarithmic quantizers keep the code of zero
 * @param attention the levels for attention weights
 * @param reparameterises whether scales of single channels move into layer normalisations and weights; else one scale
 *     serves all channels as they are
 * @param symmetricWeights whether the levels of weights lie evenly around zero, as kernels of ONNX Runtime want them
 * @param firstActivationBits bits of what the first layers read, whatever their width
 */
public record CalibrationSettings(
        CommonZeroPoint zeroPoint,
        ZeroCode zeroCode,
        AttentionLevels attention,
        boolean reparameterises,
        boolean symmetricWeights,
        int firstActivationBits) {

    /** Levels for attention weights, which lie between 0 and 1. */
    public enum AttentionLevels {
        /** A fixed logarithmic base, the root of two. */
        LOGARITHMIC,
        /** Evenly spread. */
        UNIFORM,
        /** Whichever of the two has the smaller mean squared error. */
        BEST
    }

    /** Ours: codes that fit their bits and that files can express. */
    public static final CalibrationSettings USUAL =
            new CalibrationSettings(CommonZeroPoint.WHOLE, ZeroCode.INSIDE, AttentionLevels.BEST, true, false, 8);

    /** The published procedure of RepQ-ViT (Li et al. 2023), whose codes no file can express. */
    public static final CalibrationSettings PUBLISHED = new CalibrationSettings(
            CommonZeroPoint.FRACTIONAL, ZeroCode.BESIDE, AttentionLevels.LOGARITHMIC, true, false, 8);

    /** For integer kernels of ONNX Runtime. */
    public static final CalibrationSettings INTEGER =
            new CalibrationSettings(CommonZeroPoint.WHOLE, ZeroCode.INSIDE, AttentionLevels.UNIFORM, true, true, 8);

    /** The same with another zero point. */
    public CalibrationSettings with(CommonZeroPoint other) {
        return new CalibrationSettings(
                other, zeroCode, attention, reparameterises, symmetricWeights, firstActivationBits);
    }

    /** The same without moving scales. */
    public CalibrationSettings layerWise() {
        return new CalibrationSettings(zeroPoint, zeroCode, attention, false, symmetricWeights, firstActivationBits);
    }
}
