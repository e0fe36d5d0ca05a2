package dev.whence.explain;

/**
 * What relevance does where there are no weights.
 *
 * @param attention how matrix products of two activations and softmax share
 * @param gates how products of two activations, element by element, share
 * @param sums how sums of two activations share
 * @param isNormalizationPassed whether layer normalisation passes relevance unchanged; else its scaling does, and the mean
 *     that it takes off shares by the epsilon rule
 */
public record LrpConventions(Attention attention, Gates gates, Sums sums, boolean isNormalizationPassed) {
    /** Matrix products and softmax. */
    public enum Attention {
        /** Both sides of a product get half; softmax shares as its first-order expansion (Achtibat et al. 2024, AttnLRP). */
        HALVES,
        /** The values get all: what a softmax made is taken for constant (Ali et al. 2022, CP-LRP). */
        VALUES_ONLY,
        /** Both sides of a product get half; softmax passes relevance unchanged (Chefer et al. 2021). */
        SOFTMAX_PASSED
    }

    /** Products element by element. */
    public enum Gates {
        /** Both sides get half. */
        HALVES,
        /** Where one side comes from a sigmoid, the other gets all (Arras et al. 2017, for LSTM). */
        SIGNAL_ONLY
    }

    /** Sums. */
    public enum Sums {
        /** In proportion to the values, by the rule that the composite gives to sums. */
        PROPORTIONAL,
        /** In proportion to the values, then scaled so that each side keeps its sign and both keep the total. */
        NORMALIZED
    }

    /** AttnLRP: halves throughout. */
    public static final LrpConventions ATTN_LRP =
            new LrpConventions(Attention.HALVES, Gates.HALVES, Sums.PROPORTIONAL, false);

    /** CP-LRP: attention weights are constants. */
    public static final LrpConventions CP_LRP =
            new LrpConventions(Attention.VALUES_ONLY, Gates.HALVES, Sums.PROPORTIONAL, false);

    /** Chefer, Gur, Wolf 2021. */
    public static final LrpConventions CHEFER =
            new LrpConventions(Attention.SOFTMAX_PASSED, Gates.HALVES, Sums.NORMALIZED, true);
}
