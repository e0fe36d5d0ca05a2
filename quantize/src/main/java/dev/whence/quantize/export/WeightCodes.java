package dev.whence.quantize.export;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.graph.Constant;
import dev.whence.graph.ElementType;
import dev.whence.quantize.Granularity;
import dev.whence.quantize.UniformQuantizer;
import org.jspecify.annotations.Nullable;

/**
 * Weights as integers of a type that files have: value = (code - zero point) scale.
 *
 * @param codes in the shape of the weights
 * @param scales one a group
 * @param zeroPoints one a group, of the type of the codes; null where all are zero, which files need not say
 * @param axis whose entries are the groups, or -1 where there is one for all
 */
record WeightCodes(
        Constant codes, Constant scales, @Nullable Constant zeroPoints, int axis) {
    private static final int NIBBLE = 4;

    /**
     * The codes of weights that lie on levels of a quantizer. Signed integers with zero points 0 if they suffice, which
     * integer kernels like best, else unsigned ones.
     *
     * @param name of the layer, for messages
     * @param hasNibbles whether integers of 4 bits may be used
     */
    static WeightCodes of(String name, float[] weight, UniformQuantizer quantizer, boolean hasNibbles, long... shape) {
        if (!quantizer.hasWholeZeroPoints()) {
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "The weights of layer '" + name + "' have fractional zero points, which no integer type holds; "
                            + "calibrate with whole ones.");
        }
        boolean isNibble = hasNibbles && quantizer.bits() <= NIBBLE;
        WeightCodes direct = Fit.of(weight, quantizer, isNibble, shape);
        if (direct != null) {
            return direct;
        }
        UniformQuantizer wide = quantizer.reachingZero();
        WeightCodes widened = Fit.of(wide.apply(weight, shape), wide, isNibble, shape);
        if (widened == null) {
            throw new IllegalStateException("codes that reach zero fit their bits");
        }
        return widened;
    }

    /** Signed distances from zero, and what type holds them. */
    private record Fit(int[] distances, int[] group, int[] lowest, int[] highest) {
        static @Nullable WeightCodes of(float[] weight, UniformQuantizer quantizer, boolean isNibble, long... shape) {
            Fit fit = measured(weight, quantizer, shape);
            int half = 1 << (isNibble ? NIBBLE - 1 : Byte.SIZE - 1);
            int[] zeros = new int[fit.lowest.length];
            boolean isSigned = true;
            boolean isUnsigned = true;
            for (int g = 0; g < zeros.length; g++) {
                isSigned &= fit.lowest[g] >= -half && fit.highest[g] < half;
                int least = Math.max(0, -fit.lowest[g]);
                int most = Math.min(2 * half - 1, 2 * half - 1 - fit.highest[g]);
                isUnsigned &= least <= most;
                zeros[g] = least <= most ? (int) Math.clamp(quantizer.zeroPoints()[g], least, most) : 0;
            }
            if (!isSigned && !isUnsigned) {
                return null;
            }
            ElementType type = isNibble
                    ? isSigned ? ElementType.INT4 : ElementType.UINT4
                    : isSigned ? ElementType.INT8 : ElementType.UINT8;
            return fit.written(type, isSigned ? new int[zeros.length] : zeros, quantizer, shape);
        }

        private static Fit measured(float[] weight, UniformQuantizer quantizer, long... shape) {
            int[] codes = quantizer.codes(weight, shape);
            float[] zeroPoints = quantizer.zeroPoints();
            int run = quantizer.granularity().run(shape);
            Fit fit = new Fit(codes, new int[codes.length], new int[zeroPoints.length], new int[zeroPoints.length]);
            for (int i = 0; i < codes.length; i++) {
                int g = i / run % zeroPoints.length;
                fit.group[i] = g;
                codes[i] -= (int) zeroPoints[g];
                fit.lowest[g] = Math.min(fit.lowest[g], codes[i]);
                fit.highest[g] = Math.max(fit.highest[g], codes[i]);
            }
            return fit;
        }

        private WeightCodes written(ElementType type, int[] zeros, UniformQuantizer quantizer, long... shape) {
            byte[] bytes = new byte[distances.length];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) (distances[i] + zeros[group[i]]);
            }
            byte[] zeroBytes = new byte[zeros.length];
            for (int g = 0; g < zeros.length; g++) {
                zeroBytes[g] = (byte) zeros[g];
            }
            boolean isScalar = quantizer.granularity() instanceof Granularity.PerTensor;
            long[] vector = isScalar ? new long[0] : new long[] {zeros.length};
            int axis =
                    quantizer.granularity() instanceof Granularity.PerAxis(int a) ? a < 0 ? a + shape.length : a : -1;
            return new WeightCodes(
                    Numbers.bytes(type, bytes, shape),
                    Constant.of(quantizer.scales(), vector),
                    type == ElementType.INT8 || type == ElementType.INT4
                            ? null
                            : Numbers.bytes(type, zeroBytes, vector),
                    axis);
        }
    }
}
