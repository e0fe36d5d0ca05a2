package dev.whence.core;

/** What a method promises about the sum of its scores. */
public enum Completeness {
    /** Scores add up to value(target) - value(reference), to rounding. */
    EXACT,
    /** Scores approach that sum as the method works harder (more steps, more samples). */
    APPROXIMATE,
    /** The method makes no such promise; the delta is reported all the same. */
    NONE
}
