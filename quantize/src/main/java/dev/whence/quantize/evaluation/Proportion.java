package dev.whence.quantize.evaluation;

import java.util.Locale;

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

    /** The share with its interval, such as {@code 96.20 % (95.11 to 97.06), 1443 of 1500}. */
    public String text() {
        return String.format(
                Locale.ROOT, "%.2f %% (%.2f to %.2f), %d of %d", 100 * rate(), 100 * low(), 100 * high(), hits, of);
    }

    private double middle() {
        return (rate() + Z * Z / (2 * of)) / (1 + Z * Z / of);
    }

    private double reach() {
        double p = rate();
        return Z / (1 + Z * Z / of) * Math.sqrt(p * (1 - p) / of + Z * Z / (4.0 * of * of));
    }
}
