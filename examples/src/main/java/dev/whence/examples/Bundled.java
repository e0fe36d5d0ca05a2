package dev.whence.examples;

import dev.whence.core.FinishedFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** The files that come with this module, as streams and as copies on disk. */
public enum Bundled {
    /** The network that reads digits: input {@code image [N, 1, 8, 8]}, output {@code probabilities [N, 10]}. */
    DIGITS_MODEL("digits/digits.onnx"),
    /** One test image of each digit, {@code [10, 1, 8, 8]}, ink from 0 to 1. */
    DIGITS_INPUTS("digits/digits.npy"),
    /** All images with their digits. */
    DIGITS_DATA("digits/digits.csv.gz"),
    /** The network that finds binding sites: input {@code sequence [N, 200, 4]}, output {@code probabilities [N, 3]}. */
    GENOMICS_MODEL("genomics/tal-gata.onnx"),
    /** Two test sequences of each of the four classes. */
    GENOMICS_INPUTS("genomics/sequences.fasta"),
    /** The letter probabilities of the two motifs. */
    GENOMICS_MOTIFS("genomics/motifs.txt"),
    /** The network that tells praise from blame: {@code input_ids}, {@code attention_mask}, {@code probabilities [N, 2]}. */
    REVIEWS_MODEL("reviews/reviews.onnx"),
    /** How it cuts a text into tokens. */
    REVIEWS_TOKENIZER("reviews/tokenizer.json"),
    /** What its classes are called. */
    REVIEWS_NOTES("reviews/reviews.whence.yaml"),
    /** Test reviews, {@code praise} or {@code blame} and the text on each line. */
    REVIEWS_INPUTS("reviews/reviews.txt");

    private final String place;

    Bundled(String place) {
        this.place = place;
    }

    /** The file's name, without a folder. */
    public String fileName() {
        return place.substring(place.indexOf('/') + 1);
    }

    /** Opens the file; the caller closes it. */
    public InputStream open() {
        InputStream stream = Bundled.class.getResourceAsStream(place);
        if (stream == null) {
            throw new IllegalStateException("the library lacks its file " + place);
        }
        return stream;
    }

    /** The content of the file. */
    public byte[] bytes() {
        try (InputStream in = open()) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Writes a copy under the file's own name.
     *
     * @param folder an existing folder
     * @return the copy
     */
    public Path copyTo(Path folder) {
        Path copy = folder.resolve(fileName());
        byte[] content = bytes();
        FinishedFile.write(copy, out -> out.write(content));
        return copy;
    }
}
