package dev.whence.quantize;

import dev.whence.core.WhenceException;

/**
 * Fits an {@link AdaLogQuantizer}: base and scale together, by the mean squared error, first on a coarse grid and then
 * around its best places. Arrays of more than four million values are fitted to an evenly spread part of them.
 *
 * @param bits width of a code, 2 to 8
 * @param shift {@link AdaLogQuantizer#GELU_SHIFT} behind a GELU, 0 behind a softmax
 * @param zero where the code of zero lies
 */
public record AdaLogFit(int bits, float shift, ZeroCode zero) {
    private static final int SCALES = 128;
    private static final int BASES = 2 * AdaLogQuantizer.DIVISOR;
    private static final int COARSE = 4;
    private static final int KEPT = 3;

    /** Checks the width. */
    public AdaLogFit {
        Bits.check(bits);
    }

    /**
     * Fits.
     *
     * @param values not modified
     * @throws WhenceException if there are no values or one is not finite
     */
    public AdaLogQuantizer fit(float... values) {
        Groups.split(values, Granularity.perTensor(), values.length);
        SortedValues sorted = SortedValues.of(values, shift);
        if (!(sorted.largest() > 0)) {
            return new AdaLogQuantizer(bits, 1, AdaLogQuantizer.DIVISOR, shift, zero);
        }
        Candidates best = new Candidates(KEPT);
        for (int scale = COARSE; scale <= SCALES; scale += COARSE) {
            for (int q = 1; q <= BASES; q += COARSE) {
                best.offer(sorted, candidate(sorted.largest(), scale, q), scale, q);
            }
        }
        Candidates finest = new Candidates(1);
        for (int kept = 0; kept < best.count; kept++) {
            for (int scale = best.scales[kept] - COARSE + 1; scale < best.scales[kept] + COARSE; scale++) {
                for (int q = best.qs[kept] - COARSE + 1; q < best.qs[kept] + COARSE; q++) {
                    if (scale >= 1 && scale <= SCALES && q >= 1) {
                        finest.offer(sorted, candidate(sorted.largest(), scale, q), scale, q);
                    }
                }
            }
        }
        return candidate(sorted.largest(), finest.scales[0], finest.qs[0]);
    }

    private AdaLogQuantizer candidate(float largest, int scale, int q) {
        return new AdaLogQuantizer(bits, largest * scale / SCALES, q, shift, zero);
    }

    /** The few candidates of smallest error so far, best first. */
    private static final class Candidates {
        final int[] scales;
        final int[] qs;
        final double[] errors;
        int count;

        Candidates(int kept) {
            scales = new int[kept];
            qs = new int[kept];
            errors = new double[kept];
        }

        void offer(SortedValues values, AdaLogQuantizer quantizer, int scale, int q) {
            double error = values.error(quantizer);
            if (count < errors.length) {
                count++;
            } else if (error >= errors[count - 1]) {
                return;
            }
            int place = count - 1;
            while (place > 0 && errors[place - 1] > error) {
                errors[place] = errors[place - 1];
                scales[place] = scales[place - 1];
                qs[place] = qs[place - 1];
                place--;
            }
            errors[place] = error;
            scales[place] = scale;
            qs[place] = q;
        }
    }
}
