package dev.whence.explain;

/** What a layer is for the choice of its rule. */
public enum LrpLayer {
    /** A convolution with constant weights, transposed or not. */
    CONVOLUTION,
    /** A matrix product with constant weights, with the bias that is added to it. */
    DENSE,
    /** A sum, mean or average over a window or over several values. */
    SUM,
    /** A batch normalisation that was not folded into a layer with weights. */
    NORMALIZATION,
    /**
     * A maximum over windows. The winner takes all, unless an assignment names this kind or the node: then the epsilon rule
     * stabilises what the winner gets.
     */
    MAXIMUM;

    /** Whether a layer of this sort has constant weights. */
    public boolean hasWeights() {
        return this == CONVOLUTION || this == DENSE;
    }
}
