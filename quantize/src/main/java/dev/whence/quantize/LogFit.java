package dev.whence.quantize;

import dev.whence.core.WhenceException;
import java.util.function.Function;

/**
 * Fits quantizers of a fixed logarithmic base to values from zero to one: the scale is that of the quantiles 0.999, 0.9999
 * and 0.99999 whose mean squared error is smallest.
 *
 * @param bits width of a code, 2 to 8
 * @param zero where the code of zero lies
 */
public record LogFit(int bits, ZeroCode zero) {
    private static final double[] PERCENTILES = {0.999, 0.9999, 0.99999};

    /** Checks the width. */
    public LogFit {
        Bits.check(bits);
    }

    /**
     * Fits a quantizer whose base is the root of two.
     *
     * @param values not modified; those below zero become zero
     * @throws WhenceException if there are no values or one is not finite
     */
    public LogSqrt2Quantizer sqrt2(float... values) {
        return fit(values, scale -> new LogSqrt2Quantizer(bits, scale, zero));
    }

    /**
     * Fits a quantizer whose base is two.
     *
     * @param values not modified; those below zero become zero
     * @throws WhenceException if there are no values or one is not finite
     */
    public Log2Quantizer log2(float... values) {
        return fit(values, scale -> new Log2Quantizer(bits, scale, zero));
    }

    private static <Q extends LogQuantizer> Q fit(float[] values, Function<Float, Q> make) {
        Groups.split(values, Granularity.perTensor(), values.length);
        Q chosen = null;
        double best = Double.POSITIVE_INFINITY;
        for (float scale : Quantiles.of(values, PERCENTILES)) {
            if (scale > 0) {
                Q quantizer = make.apply(scale);
                double error = error(values, quantizer);
                if (error < best) {
                    best = error;
                    chosen = quantizer;
                }
            }
        }
        float high = Levels.extremes(values)[1];
        return chosen == null ? make.apply(high > 0 ? high : 1) : chosen;
    }

    private static double error(float[] values, LogQuantizer quantizer) {
        float[] table = quantizer.table();
        double sum = 0;
        for (float value : values) {
            float difference = value - table[quantizer.code(value)];
            sum += difference * difference;
        }
        return sum / values.length;
    }
}
