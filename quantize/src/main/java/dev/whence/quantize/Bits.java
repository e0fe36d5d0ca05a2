package dev.whence.quantize;

/** What widths of codes there are. */
final class Bits {
    static final int FEWEST = 2;
    static final int MOST = 8;

    private Bits() {}

    static void check(int bits) {
        if (bits < FEWEST || bits > MOST) {
            throw new IllegalArgumentException(
                    "codes of " + bits + " bits; " + FEWEST + " to " + MOST + " are possible");
        }
    }

    /** Number of different codes. */
    static int codes(int bits) {
        return 1 << bits;
    }
}
