package dev.whence.quantize;

import dev.whence.core.NdArray;

/** What widths of codes there are, and checks and logarithms that quantizers share. */
final class Bits {
    static final int FEWEST = 2;
    static final int MOST = 8;

    private static final double NATURAL_OF_TWO = Math.log(2);
    private static final float SMALLEST_PART = 1e-15f;

    private Bits() {}

    static void check(int bits) {
        if (bits < FEWEST || bits > MOST) {
            throw new IllegalArgumentException(
                    "codes of " + bits + " bits; " + FEWEST + " to " + MOST + " are possible");
        }
    }

    static void checkScale(float scale) {
        if (!(scale > 0) || !Float.isFinite(scale)) {
            throw new IllegalArgumentException("a scale of " + scale);
        }
    }

    static void checkElements(int elements, long... shape) {
        if (NdArray.elements(shape) != elements) {
            throw new IllegalArgumentException(elements + " elements for a shape of " + NdArray.elements(shape));
        }
    }

    /** Number of different codes. */
    static int codes(int bits) {
        return 1 << bits;
    }

    static float log2(float value) {
        return (float) (Math.log(value) / NATURAL_OF_TWO);
    }

    /**
     * A part of the scale between the smallest that is told from zero and one. Below the smallest it is zero, or the
     * smallest where published methods, which have no code for zero inside, are reproduced.
     */
    static float smallAtLeast(float part, ZeroCode zero) {
        if (part >= SMALLEST_PART) {
            return Math.min(part, 1);
        }
        return zero == ZeroCode.INSIDE ? 0 : SMALLEST_PART;
    }
}
