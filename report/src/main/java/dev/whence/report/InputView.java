package dev.whence.report;

import dev.whence.core.NdArray;
import dev.whence.core.TokenizedText;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/** What one example of one input looks like to a person, which decides how its scores are drawn. */
public sealed interface InputView {
    /**
     * A picture.
     *
     * @param picture what a person sees, of any size
     * @param layout the order of the axes of the scores
     */
    record Image(BufferedImage picture, Layout layout) implements InputView {}

    /**
     * Letters of a sequence, one a position.
     *
     * @param letters the letters, such as {@code ACGTTN}
     * @param highlights ranges to point at, such as known motifs
     */
    record Sequence(String letters, List<Range> highlights) implements InputView {
        /** Copies the ranges in. */
        public Sequence {
            highlights = List.copyOf(highlights);
        }
    }

    /**
     * One row of a table.
     *
     * @param names names of the columns
     * @param values what stood in them
     */
    record TableRow(List<String> names, List<String> values) implements InputView {
        /** Copies both lists in. */
        public TableRow {
            names = List.copyOf(names);
            values = List.copyOf(values);
            if (names.size() != values.size()) {
                throw new IllegalArgumentException(names.size() + " names for " + values.size() + " values");
            }
        }
    }

    /**
     * Several channels over time.
     *
     * @param values numbers, {@code [channels, times]}
     * @param channels names of the channels, or empty
     */
    record Series(NdArray values, List<String> channels) implements InputView {
        /** Copies the names in. */
        public Series {
            channels = List.copyOf(channels);
            if (values.rank() != 2 || values.size() == 0) {
                throw new IllegalArgumentException("a series has the shape [channels, times], found " + values);
            }
            if (!channels.isEmpty() && channels.size() != values.dimension(0)) {
                throw new IllegalArgumentException(channels.size() + " names for the channels of " + values);
            }
        }
    }

    /**
     * Words or parts of words in their order.
     *
     * @param tokens the text of each token, spaces included
     */
    record Tokens(List<String> tokens) implements InputView {
        /** Copies the tokens in. */
        public Tokens {
            tokens = List.copyOf(tokens);
        }
    }

    /**
     * A text that was cut into tokens, with every character between them.
     *
     * @param text the text and its tokens
     */
    record Text(TokenizedText text) implements InputView {}

    /** Anything else: the scores are drawn as a strip of cells and as bars. */
    record Generic() implements InputView {}

    /**
     * A named range of positions of a sequence.
     *
     * @param from first position, counted from 0
     * @param to position after the last
     * @param label what lies there
     */
    record Range(int from, int to, String label) {
        /** Checks the order. */
        public Range {
            if (from < 0 || to <= from) {
                throw new IllegalArgumentException("range from " + from + " to " + to);
            }
        }
    }

    /** A picture made of the numbers that the network saw, stretched from their smallest (black) to largest (white). */
    static Image image(NdArray values, Layout layout) {
        return new Image(Pixels.image(values, layout), layout);
    }

    /** Letters of a sequence without highlights. */
    static Sequence sequence(String letters) {
        return new Sequence(letters, List.of());
    }

    /**
     * Letters read from a one-hot array, {@code [positions, letters]} or {@code [letters, positions]} with axes of
     * length 1 anywhere; a position without a single largest entry is shown as {@code N}.
     *
     * @param alphabet one letter an entry, such as {@code ACGT}
     */
    static Sequence oneHot(NdArray values, String alphabet) {
        Positions positions = Positions.of(values.shape(), alphabet.length());
        StringBuilder letters = new StringBuilder();
        for (int at = 0; at < positions.count(); at++) {
            int best = 0;
            boolean unique = true;
            for (int c = 1; c < alphabet.length(); c++) {
                double value = values.getDouble(positions.index(at, c));
                double most = values.getDouble(positions.index(at, best));
                unique = value > most || (unique && value < most);
                best = value > most ? c : best;
            }
            letters.append(unique ? alphabet.charAt(best) : 'N');
        }
        return sequence(letters.toString());
    }

    /** One row of a table of numbers. */
    static TableRow row(List<String> names, double[] values) {
        List<String> texts = new ArrayList<>();
        for (double value : values) {
            texts.add(Numbers.plain(value));
        }
        return new TableRow(names, texts);
    }
}
