package dev.whence.quantize;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;

/**
 * Codes side by side in bytes, without gaps: the first code in the lowest bits of the first byte, the last byte filled up
 * with zeros. For 2 and 4 bits this is how ONNX stores its integers of those widths; for 3, 5, 6 and 7 bits, which ONNX does
 * not have, it is what a packed file would take.
 */
public final class PackedCodes {
    private PackedCodes() {}

    /** Number of bytes that codes take. */
    public static long bytes(long count, int bits) {
        Bits.check(bits);
        return (Math.multiplyExact(count, bits) + Byte.SIZE - 1) / Byte.SIZE;
    }

    /**
     * Packs codes.
     *
     * @param codes each from 0 to 2^bits - 1; not modified
     * @param bits width of a code, 2 to 8
     */
    public static byte[] pack(int[] codes, int bits) {
        byte[] out = new byte[Math.toIntExact(bytes(codes.length, bits))];
        for (int i = 0; i < codes.length; i++) {
            if (codes[i] < 0 || codes[i] >= Bits.codes(bits)) {
                throw new IllegalArgumentException("code " + codes[i] + " in " + bits + " bits");
            }
            put(out, (long) i * bits, codes[i]);
        }
        return out;
    }

    /**
     * Packs signed codes in two's complement.
     *
     * @param codes each from -2^(bits - 1) to 2^(bits - 1) - 1; not modified
     * @param bits width of a code, 2 to 8
     */
    public static byte[] packSigned(int[] codes, int bits) {
        int half = Bits.codes(bits) / 2;
        int[] unsigned = new int[codes.length];
        for (int i = 0; i < codes.length; i++) {
            if (codes[i] < -half || codes[i] >= half) {
                throw new IllegalArgumentException("signed code " + codes[i] + " in " + bits + " bits");
            }
            unsigned[i] = codes[i] & (Bits.codes(bits) - 1);
        }
        return pack(unsigned, bits);
    }

    /**
     * Reads packed codes.
     *
     * @param packed not modified
     * @param count number of codes
     * @param bits width of a code, 2 to 8
     * @throws WhenceException if there are too few bytes
     */
    public static int[] unpack(byte[] packed, int count, int bits) {
        if (packed.length < bytes(count, bits)) {
            throw new WhenceException(
                    ErrorCode.INPUT_INVALID,
                    count + " codes of " + bits + " bits take " + bytes(count, bits) + " bytes; found " + packed.length
                            + ".");
        }
        int[] out = new int[count];
        for (int i = 0; i < count; i++) {
            out[i] = get(packed, (long) i * bits) & (Bits.codes(bits) - 1);
        }
        return out;
    }

    /**
     * Reads packed signed codes.
     *
     * @param packed not modified
     * @param count number of codes
     * @param bits width of a code, 2 to 8
     * @throws WhenceException if there are too few bytes
     */
    public static int[] unpackSigned(byte[] packed, int count, int bits) {
        int[] out = unpack(packed, count, bits);
        int half = Bits.codes(bits) / 2;
        for (int i = 0; i < count; i++) {
            out[i] = out[i] < half ? out[i] : out[i] - 2 * half;
        }
        return out;
    }

    private static void put(byte[] bytes, long bit, int code) {
        int at = (int) (bit / Byte.SIZE);
        int shifted = code << (int) (bit % Byte.SIZE);
        bytes[at] |= (byte) shifted;
        if (shifted > 0xff) {
            bytes[at + 1] |= (byte) (shifted >>> Byte.SIZE);
        }
    }

    private static int get(byte[] bytes, long bit) {
        int at = (int) (bit / Byte.SIZE);
        int two = (bytes[at] & 0xff) | (at + 1 < bytes.length ? (bytes[at + 1] & 0xff) << Byte.SIZE : 0);
        return two >>> (int) (bit % Byte.SIZE);
    }
}
