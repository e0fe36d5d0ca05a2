package dev.whence.quantize.evaluation;

import java.util.Locale;

/**
 * McNemar's test of two classifiers on the same examples (McNemar 1947): only examples that exactly one of the two gets right
 * tell them apart. The probability is exact, from the binomial distribution, for any number of them.
 *
 * @param onlyFirst examples that only the first gets right
 * @param onlySecond examples that only the second gets right
 */
public record McNemar(int onlyFirst, int onlySecond) {
    private static final double CHANCE = 0.05;

    /** Of fewer even the most one-sided are no rarer than that: twice 2^-5 is 0.06. */
    private static final int FEWEST = 6;

    /** Checks the counts. */
    public McNemar {
        if (onlyFirst < 0 || onlySecond < 0) {
            throw new IllegalArgumentException(onlyFirst + " and " + onlySecond);
        }
    }

    /** How often two equally good classifiers would differ by as much or more, from 0 to 1; 1 where none differs. */
    public double probability() {
        int n = onlyFirst + onlySecond;
        int smaller = Math.min(onlyFirst, onlySecond);
        double term = -n * Math.log(2);
        double tail = 0;
        for (int k = 0; k <= smaller; k++) {
            tail += Math.exp(term);
            term += Math.log((double) (n - k) / (k + 1));
        }
        return Math.min(1, 2 * tail);
    }

    /** What the test says of a network and its quantized form, in that order. */
    public String sentence() {
        if (onlyFirst + onlySecond == 0) {
            return "Both networks are right on the same examples.";
        }
        String counts = "Only the original is right on " + examples(onlyFirst) + ", only the quantized network on "
                + (onlySecond == 0 ? "none" : onlySecond) + "; ";
        double p = probability();
        if (onlyFirst + onlySecond < FEWEST) {
            return counts + "with fewer than " + FEWEST + " such examples any difference may be chance.";
        }
        return counts + "two equally good networks would differ by as much "
                + (p == 1 ? "always" : String.format(Locale.ROOT, "with a probability of %.2g", p))
                + ", so the difference " + (p < CHANCE ? "is more than chance" : "may be chance") + ".";
    }

    private static String examples(int count) {
        return count == 0 ? "no example" : count == 1 ? "1 example" : count + " examples";
    }
}
