package dev.whence.explain;

/** What DeepLIFT does at one activation. */
public enum ActivationRule {
    /** Multiplier = change of output over change of input (Shrikumar et al. 2017, section 3.5.2). */
    RESCALE,
    /** Separate multipliers of the positive and the negative part (Shrikumar et al. 2017, section 3.5.3). */
    REVEAL_CANCEL,
    /** The derivative at the input; sums no longer hold. */
    GRADIENT,
    /** The derivative, and only positive multipliers pass; sums no longer hold. */
    GUIDED_BACKPROP,
    /** Rescale, and only positive multipliers pass; sums no longer hold. */
    GUIDED_BACKPROP_RESCALE,
    /** Only positive multipliers pass, unchanged; sums no longer hold. */
    DECONVNET,
    /** Multipliers pass unchanged; sums no longer hold. */
    PASS_THROUGH;

    /** Whether contributions still add up through an activation with this rule. */
    public boolean isComplete() {
        return this == RESCALE || this == REVEAL_CANCEL;
    }
}
