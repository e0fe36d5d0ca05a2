package dev.whence.core;

import java.util.List;

/**
 * The units of one input (or inner node) and the score of each: element {@code [n, ...]} of {@code scores} is how much
 * that element contributed to the target of example {@code n}.
 *
 * @param name the input's or node's name
 * @param scores scores, shaped like the input, batch first
 * @param labels names along the last axis (columns of a table, letters of an alphabet), or empty
 * @param texts for scores of tokens, {@code [N, T]}: the text of each example with its T tokens; else empty
 */
public record Units(String name, NdArray scores, List<String> labels, List<TokenizedText> texts) {
    /** Copies the lists in, and checks that every text has as many tokens as its example has scores. */
    public Units {
        labels = List.copyOf(labels);
        texts = List.copyOf(texts);
        if (!texts.isEmpty()) {
            requireTokens(name, scores, texts);
        }
    }

    /** Units that are no tokens. */
    public Units(String name, NdArray scores, List<String> labels) {
        this(name, scores, labels, List.of());
    }

    /** Units without labels. */
    public static Units of(String name, NdArray scores) {
        return new Units(name, scores, List.of());
    }

    private static void requireTokens(String name, NdArray scores, List<TokenizedText> texts) {
        boolean fits = scores.rank() == 2 && scores.dimension(0) == texts.size();
        for (TokenizedText text : texts) {
            fits = fits && text.tokens().size() == scores.dimension(1);
        }
        if (!fits) {
            throw new IllegalArgumentException("scores of '" + name + "' are " + scores
                    + ", which does not fit the tokens of " + texts.size() + (texts.size() == 1 ? " text" : " texts"));
        }
    }
}
