package dev.whence.quantize.export;

import dev.whence.quantize.AdaLogQuantizer;
import dev.whence.quantize.Log2Quantizer;
import dev.whence.quantize.LogQuantizer;
import dev.whence.quantize.LogSqrt2Quantizer;

/**
 * A logarithmic quantizer as arithmetic and tables. The logarithm of float32 is not the same to the last bit everywhere,
 * so it only proposes a code: that of the value, or the one before. The smallest value of the proposed code then
 * decides, and the result is that of {@link LogQuantizer#apply} in any runtime.
 *
 * <pre>
 *   proposal = clip(floor(slope ln(value + shift) + offset), 0, last)
 *   code     = proposal + (value &lt; lowest[proposal] ? 1 : 0)
 *   result   = levels[code]
 * </pre>
 *
 * @param shift added to values before the logarithm
 * @param slope codes in a factor of e, negative
 * @param offset so that a proposal is never behind the code
 * @param lowest the smallest value of each code, or of those before where it has none; of the last code, negative infinity
 * @param levels the value of each code
 */
record LogTable(float shift, float slope, float offset, float[] lowest, float[] levels) {
    /** A tenth of a code, far more than the error of any logarithm. */
    private static final double MARGIN = 0.1;

    /** Values below it become zero: near them float32 loses digits, and runtimes differ. */
    private static final float NOTHING = 1e-36f;

    static LogTable of(LogQuantizer quantizer) {
        double perTwo = switch (quantizer) {
            case LogSqrt2Quantizer q -> 2;
            case Log2Quantizer q -> 1;
            case AdaLogQuantizer q -> (double) AdaLogQuantizer.DIVISOR / q.q();
        };
        float shift = quantizer instanceof AdaLogQuantizer q ? q.shift() : 0;
        double offset = perTwo * Math.log(quantizer.scale()) / Math.log(2) + 0.5 - MARGIN;
        float[] all = quantizer.table();
        int last = quantizer.code(-shift);
        float zero = all[last];
        while (last > 1 && lowest(quantizer, last - 1, -shift) + shift < NOTHING) {
            last--;
        }
        float[] lowest = new float[last + 1];
        float[] levels = new float[last + 1];
        float above = Float.POSITIVE_INFINITY;
        for (int code = 0; code <= last; code++) {
            lowest[code] = code == last ? Float.NEGATIVE_INFINITY : lowest(quantizer, code, -shift);
            levels[code] = code < last && lowest[code] < above ? all[code] : zero;
            above = lowest[code];
        }
        return new LogTable(shift, (float) (-perTwo / Math.log(2)), (float) offset, lowest, levels);
    }

    /** The smallest value above {@code from} whose code is at most this one: codes fall as values grow. */
    private static float lowest(LogQuantizer quantizer, int code, float from) {
        int below = ordered(from);
        int at = ordered(Float.MAX_VALUE);
        while (at - (long) below > 1) {
            int middle = (int) (((long) below + at) >> 1);
            if (quantizer.code(real(middle)) <= code) {
                at = middle;
            } else {
                below = middle;
            }
        }
        return real(at);
    }

    /** A whole number that grows with the value. */
    private static int ordered(float value) {
        int bits = Float.floatToIntBits(value + 0f);
        return bits ^ ((bits >> (Integer.SIZE - 1)) & Integer.MAX_VALUE);
    }

    private static float real(int ordered) {
        return Float.intBitsToFloat(ordered ^ ((ordered >> (Integer.SIZE - 1)) & Integer.MAX_VALUE));
    }
}
