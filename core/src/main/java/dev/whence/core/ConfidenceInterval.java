package dev.whence.core;

import java.util.Arrays;
import org.hipparchus.distribution.continuous.TDistribution;

/**
 * A mean of independent measurements and the interval in which the true mean lies with the given confidence, by Student's t
 * distribution. A single measurement has an interval without ends.
 *
 * @param mean the mean
 * @param low the lower end
 * @param high the upper end
 * @param confidence the probability that such an interval holds the true mean, such as 0.95
 */
public record ConfidenceInterval(double mean, double low, double high, double confidence) {
    /** The usual confidence. */
    public static final double USUAL = 0.95;

    /** The interval of the mean of some measurements, at least one. */
    public static ConfidenceInterval ofMean(double[] measurements, double confidence) {
        int n = measurements.length;
        if (n == 0 || !(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException("there must be a measurement, and confidence must lie between 0 and 1");
        }
        double mean = Arrays.stream(measurements).sum() / n;
        if (n == 1) {
            return new ConfidenceInterval(mean, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, confidence);
        }
        double squares =
                Arrays.stream(measurements).map(m -> (m - mean) * (m - mean)).sum();
        double error = Math.sqrt(squares / (n - 1) / n);
        double reach = error * new TDistribution(n - 1).inverseCumulativeProbability((1 + confidence) / 2);
        return new ConfidenceInterval(mean, mean - reach, mean + reach, confidence);
    }
}
