package dev.whence.quantize;

/** How the range of the levels is chosen for a group of values. */
public enum RangeSearch {
    /**
     * The range between the quantiles 1 - p and p, for that p of 0.999, 0.9999 and 0.99999 whose mean squared error is
     * smallest. The largest and smallest values are never its ends, so every group is clipped a little.
     */
    PERCENTILE,
    /** From the smallest to the largest value. */
    MINMAX,
    /** The range from the smallest to the largest value times 1, 0.98 and so on to 0.5, by the mean squared error. */
    SHRINK
}
