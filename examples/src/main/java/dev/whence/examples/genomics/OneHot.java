package dev.whence.examples.genomics;

import dev.whence.core.NdArray;
import java.util.List;

/** Letters as numbers: one column for each of A, C, G and T, 1 at the letter and 0 elsewhere. */
public final class OneHot {
    private OneHot() {}

    /**
     * Encodes sequences of one length.
     *
     * @param sequences letters from {@code ACGT}; any other letter becomes zeros
     * @return float32 {@code [N, length, 4]}
     */
    public static NdArray of(List<String> sequences) {
        int length = sequences.isEmpty() ? 0 : sequences.getFirst().length();
        int letters = Motif.LETTERS.length();
        float[] out = new float[sequences.size() * length * letters];
        for (int n = 0; n < sequences.size(); n++) {
            String sequence = sequences.get(n);
            if (sequence.length() != length) {
                throw new IllegalArgumentException(
                        "sequences must have one length, found " + length + " and " + sequence.length());
            }
            for (int i = 0; i < length; i++) {
                int letter = Motif.LETTERS.indexOf(sequence.charAt(i));
                if (letter >= 0) {
                    out[(n * length + i) * letters + letter] = 1;
                }
            }
        }
        return NdArray.of(out, sequences.size(), length, letters);
    }
}
