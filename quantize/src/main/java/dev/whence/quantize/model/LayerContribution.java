package dev.whence.quantize.model;

import java.util.Arrays;

/**
 * The relevance at the output of one layer, as shares of what stands at the target: one number an example each.
 *
 * @param layer the layer's {@linkplain QuantizableLayer#name name}
 * @param absolute sums of absolute values. The contribution is their mean, because signed sums are the same all along a branch
 *     that conserves relevance
 * @param signed sums
 * @param positive sums of what is above zero
 */
public record LayerContribution(String layer, double[] absolute, double[] signed, double[] positive) {
    /** The layer's contribution: the mean of {@link #absolute} over examples. */
    public double mean() {
        return mean(absolute);
    }

    /** The standard deviation of {@link #absolute} over examples, with n - 1 below; 0 for one example. */
    public double deviation() {
        double mean = mean();
        double squares =
                Arrays.stream(absolute).map(a -> (a - mean) * (a - mean)).sum();
        return absolute.length < 2 ? 0 : Math.sqrt(squares / (absolute.length - 1));
    }

    /** The mean of {@link #signed}. */
    public double signedMean() {
        return mean(signed);
    }

    /** The mean of {@link #positive}. */
    public double positiveMean() {
        return mean(positive);
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(0);
    }
}
