package dev.whence.quantize.calibration;

import dev.whence.quantize.Reparameterisation.CommonZeroPoint;
import dev.whence.quantize.ZeroCode;

/**
 * How a network is calibrated.
 *
 * @param zeroPoint the zero point that channels behind a layer normalisation get in common
 * @param zeroCode where logarithmic quantizers keep the code of zero
 * @param attention the levels for attention weights. With LOGARITHMIC, scales are not kept off ties either: powers times
 *     values are not multiples of one number, and the published procedure knows no such thing
 * @param gelu the levels for what comes out of a GELU
 * @param reparameterises whether scales of single channels move into layer normalisations and weights; else one scale
 *     serves all channels as they are
 * @param clipsChannels whether channels are clipped and their ratios tempered before, where that makes the layers behind a
 *     normalisation more exact; see {@link dev.whence.quantize.ChannelClip}
 * @param symmetricWeights whether the levels of weights lie evenly around zero, as kernels of ONNX Runtime want them
 * @param firstActivationBits bits of what the first layers read, whatever their width
 */
public record CalibrationSettings(
        CommonZeroPoint zeroPoint,
        ZeroCode zeroCode,
        AttentionLevels attention,
        GeluLevels gelu,
        boolean reparameterises,
        boolean clipsChannels,
        boolean symmetricWeights,
        int firstActivationBits) {

    /** Checks that what clips channels can find its zero points. */
    public CalibrationSettings {
        if (clipsChannels && zeroPoint != CommonZeroPoint.WHOLE) {
            throw new IllegalArgumentException("clipped channels need whole zero points, found " + zeroPoint);
        }
    }

    /** Levels for attention weights, which lie between 0 and 1. */
    public enum AttentionLevels {
        /** A fixed logarithmic base, the root of two. */
        LOGARITHMIC,
        /** A logarithmic base that is fitted. */
        ADAPTIVE,
        /** Evenly spread. */
        UNIFORM,
        /** Whichever of the fixed base and even spread has the smaller mean squared error. */
        BEST,
        /** Whichever of all three has the smallest mean squared error. */
        ANY
    }

    /** Levels for what comes out of a GELU, which goes far up but no further down than -0.17. */
    public enum GeluLevels {
        /** Evenly spread. */
        UNIFORM,
        /** Evenly spread above and below zero, with a step of each. */
        TWIN,
        /** Whichever has the smaller mean squared error. */
        BEST
    }

    /** Ours: codes that fit their bits and that files can express. */
    public static final CalibrationSettings USUAL = new CalibrationSettings(
            CommonZeroPoint.WHOLE, ZeroCode.INSIDE, AttentionLevels.BEST, GeluLevels.UNIFORM, true, false, false, 8);

    /** The published procedure of RepQ-ViT (Li et al. 2023), whose codes no file can express. */
    public static final CalibrationSettings PUBLISHED = new CalibrationSettings(
            CommonZeroPoint.FRACTIONAL,
            ZeroCode.BESIDE,
            AttentionLevels.LOGARITHMIC,
            GeluLevels.UNIFORM,
            true,
            false,
            false,
            8);

    /** For integer kernels of ONNX Runtime. */
    public static final CalibrationSettings INTEGER = new CalibrationSettings(
            CommonZeroPoint.WHOLE, ZeroCode.INSIDE, AttentionLevels.UNIFORM, GeluLevels.UNIFORM, true, false, true, 8);

    /** The same with another zero point. */
    public CalibrationSettings with(CommonZeroPoint other) {
        return new CalibrationSettings(
                other,
                zeroCode,
                attention,
                gelu,
                reparameterises,
                clipsChannels,
                symmetricWeights,
                firstActivationBits);
    }

    /** The same with other levels for attention weights. */
    public CalibrationSettings with(AttentionLevels other) {
        return new CalibrationSettings(
                zeroPoint,
                zeroCode,
                other,
                gelu,
                reparameterises,
                clipsChannels,
                symmetricWeights,
                firstActivationBits);
    }

    /** The same with other levels behind a GELU. */
    public CalibrationSettings with(GeluLevels other) {
        return new CalibrationSettings(
                zeroPoint,
                zeroCode,
                attention,
                other,
                reparameterises,
                clipsChannels,
                symmetricWeights,
                firstActivationBits);
    }

    /** The same with or without clipping of channels. */
    public CalibrationSettings clippingChannels(boolean clips) {
        return new CalibrationSettings(
                zeroPoint, zeroCode, attention, gelu, reparameterises, clips, symmetricWeights, firstActivationBits);
    }

    /** The same without moving scales. */
    public CalibrationSettings layerWise() {
        return new CalibrationSettings(
                zeroPoint, zeroCode, attention, gelu, false, false, symmetricWeights, firstActivationBits);
    }
}
