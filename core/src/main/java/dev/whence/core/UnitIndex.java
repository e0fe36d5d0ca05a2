package dev.whence.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Where the elements of one example stand in their array, and what they are called. */
final class UnitIndex {
    private final long[] shape;
    private final int size;
    private final List<String> labels;
    private final List<TokenizedText> texts;
    private final List<List<String>> words;

    /** The index of one input's units. */
    UnitIndex(Units units) {
        long[] all = units.scores().shape();
        shape = Arrays.copyOfRange(all, 1, all.length);
        size = (int) NdArray.elements(shape);
        labels = units.labels();
        texts = units.texts();
        words = texts.stream().map(TokenizedText::words).toList();
    }

    /** The number of elements of one example. */
    int size() {
        return size;
    }

    /** The index along every axis after the batch. */
    List<Long> position(int element) {
        List<Long> out = new ArrayList<>(Collections.nCopies(shape.length, 0L));
        long rest = element;
        for (int axis = shape.length - 1; axis >= 0; axis--) {
            out.set(axis, rest % shape[axis]);
            rest /= shape[axis];
        }
        return List.copyOf(out);
    }

    /** What an element of an example is called: its word, or the name along the last axis, or an empty text. */
    String label(int example, int element) {
        if (!words.isEmpty()) {
            return words.get(example).get(element);
        }
        if (labels.isEmpty() || shape.length == 0) {
            return "";
        }
        int last = (int) (element % shape[shape.length - 1]);
        return last < labels.size() ? labels.get(last) : "";
    }

    /** The token that an element of an example is, or nothing. */
    Optional<TokenizedText.Token> token(int example, int element) {
        return texts.isEmpty()
                ? Optional.empty()
                : Optional.of(texts.get(example).tokens().get(element));
    }
}
