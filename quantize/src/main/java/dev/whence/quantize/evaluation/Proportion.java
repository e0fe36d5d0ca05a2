package dev.whence.quantize.evaluation;

/**
 * How many of some trials succeeded, with the 95 % interval of Wilson 1927, which stays within 0 and 1 and holds near both.
 *
 * @param hits how many succeeded
 * @param of how many there were, at least 1
 */
public record Proportion(int hits, int of) {
    /** The two-sided 95 % point of the normal distribution. */
    private static final double Z = 1.959963984540054;

    /** Checks the counts. */
    public Proportion {
        if (of < 1 || hits < 0 || hits > of) {
            throw new IllegalArgumentException(hits + " of " + of);
        }
    }

    /** The share of successes, 0 to 1. */
    public double rate() {
        return (double) hits / of;
    }

    /** The lower end of the interval. */
    public double low() {
        return Math.max(0, middle() - reach());
    }

    /** The upper end of the interval. */
    public double high() {
        return Math.min(1, middle() + reach());
    }

    private double middle() {
        return (rate() + Z * Z / (2 * of)) / (1 + Z * Z / of);
    }

    private double reach() {
        double p = rate();
        return Z / (1 + Z * Z / of) * Math.sqrt(p * (1 - p) / of + Z * Z / (4.0 * of * of));
    }
}
