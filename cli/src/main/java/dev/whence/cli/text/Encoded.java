package dev.whence.cli.text;

import dev.whence.core.TokenizedText;

/**
 * A text as a network sees it.
 *
 * @param ids one number a token
 * @param kinds which of two texts a token belongs to; 0 for a single text
 * @param text the text with its tokens, as many as there are ids
 */
public record Encoded(long[] ids, long[] kinds, TokenizedText text) {
    /** Checks that all parts speak of the same tokens, and copies. */
    public Encoded {
        if (ids.length != kinds.length || ids.length != text.tokens().size()) {
            throw new IllegalArgumentException(ids.length + " ids, " + kinds.length + " kinds and "
                    + text.tokens().size() + " tokens do not go together");
        }
        ids = ids.clone();
        kinds = kinds.clone();
    }

    /** A copy of the ids. */
    @Override
    public long[] ids() {
        return ids.clone();
    }

    /** A copy of the kinds. */
    @Override
    public long[] kinds() {
        return kinds.clone();
    }

    /** The number of tokens. */
    public int length() {
        return ids.length;
    }
}
