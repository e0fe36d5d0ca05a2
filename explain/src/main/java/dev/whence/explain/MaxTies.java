package dev.whence.explain;

/** Which element of a window wins when several are largest. */
public enum MaxTies {
    /**
     * Among the input's maxima the one whose reference is smallest; among the reference's maxima the one whose input is
     * largest; then the first. Equals the gradient's choice wherever the window's references are all the same.
     */
    BEST,
    /** The first one, as in SHAP and Captum. */
    FIRST
}
