package dev.whence.quantize.evaluation;

/**
 * How near a value of the quantized network is to the same value of the original, over all examples and elements.
 *
 * @param name what it belongs to: the name of a layer, or of an output
 * @param value the value's name in both networks
 * @param cosine the cosine of the angle between both, taken as one long vector each; NaN where one is zero throughout
 * @param relativeError the length of the difference over the length of the original; NaN where the original is zero throughout
 * @param decibels ten times the decimal logarithm of signal over noise (SQNR): the squares of the original over the squares of
 *     the difference; infinite where both are equal
 */
public record Fidelity(String name, String value, double cosine, double relativeError, double decibels) {
    /** Sums of squares and products that grow batch by batch. */
    static final class Sums {
        private final String value;
        private double first;
        private double second;
        private double product;
        private double noise;

        Sums(String value) {
            this.value = value;
        }

        void add(float[] original, float[] quantized) {
            for (int i = 0; i < original.length; i++) {
                double a = original[i];
                double b = quantized[i];
                first += a * a;
                second += b * b;
                product += a * b;
                noise += (a - b) * (a - b);
            }
        }

        Fidelity fidelity(String name) {
            double cosine = product / Math.sqrt(first * second);
            double decibels = noise == 0 ? Double.POSITIVE_INFINITY : 10 * Math.log10(first / noise);
            return new Fidelity(name, value, cosine, Math.sqrt(noise / first), decibels);
        }
    }
}
