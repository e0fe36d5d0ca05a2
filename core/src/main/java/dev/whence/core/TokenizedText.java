package dev.whence.core;

import java.util.ArrayList;
import java.util.List;

/**
 * A text and the tokens into which it was cut: what the scores of a network over token ids belong to.
 *
 * <p>Places are counted in Unicode code points from 0, as {@code str} does in Python and unlike {@code String.charAt}.
 *
 * @param text the whole text
 * @param tokens the tokens in the order of the network's input
 */
public record TokenizedText(String text, List<Token> tokens) {
    /**
     * One token.
     *
     * @param piece what the vocabulary calls it, such as {@code ##ing} or {@code [CLS]}
     * @param begin the place of its first character in the text
     * @param end the place after its last character; equal to {@code begin} if it stands for none, as padding does
     * @param special whether it was added around the text: a start, an end, padding
     */
    public record Token(String piece, int begin, int end, boolean special) {
        /** Checks the order of the places. */
        public Token {
            if (begin < 0 || end < begin) {
                throw new IllegalArgumentException("token '" + piece + "' from " + begin + " to " + end);
            }
        }
    }

    /** Copies the tokens in and checks that they lie in the text. */
    public TokenizedText {
        tokens = List.copyOf(tokens);
        int length = text.codePointCount(0, text.length());
        for (Token token : tokens) {
            if (token.end() > length) {
                throw new IllegalArgumentException(
                        "token '" + token.piece() + "' ends at " + token.end() + " of a text of " + length);
            }
        }
    }

    /** One word a token: the part of the text it stands for, or its piece if that is none. */
    public List<String> words() {
        int[] at = offsets();
        List<String> out = new ArrayList<>();
        for (Token token : tokens) {
            out.add(token.end() > token.begin() ? text.substring(at[token.begin()], at[token.end()]) : token.piece());
        }
        return List.copyOf(out);
    }

    /** The part of the text between two places. */
    public String part(int begin, int end) {
        int from = text.offsetByCodePoints(0, begin);
        return text.substring(from, text.offsetByCodePoints(from, end - begin));
    }

    private int[] offsets() {
        int[] at = new int[text.codePointCount(0, text.length()) + 1];
        int place = 0;
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            at[place++] = i;
        }
        at[place] = text.length();
        return at;
    }
}
