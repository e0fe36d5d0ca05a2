package dev.whence.examples.experiments;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** The 10,000 test images of MNIST with their digits. */
final class MnistTest {
    static final int SIDE = 28;
    static final int PIXELS = SIDE * SIDE;

    private static final int COUNT = 10_000;
    private static final int IMAGES_MAGIC = 2051;
    private static final int LABELS_MAGIC = 2049;
    private static final int IMAGES_HEADER = 16;
    private static final int LABELS_HEADER = 8;

    private final byte[] images;
    private final byte[] labels;

    private MnistTest(byte[] images, byte[] labels) {
        this.images = images;
        this.labels = labels;
    }

    /**
     * Reads {@code t10k-images-idx3-ubyte.gz} and {@code t10k-labels-idx1-ubyte.gz} of a folder.
     *
     * @throws WhenceException {@link ErrorCode#INPUT_UNREADABLE} or {@link ErrorCode#INPUT_INVALID} if they are not these
     */
    static MnistTest read(Path folder) {
        return new MnistTest(
                unpacked(folder.resolve("t10k-images-idx3-ubyte.gz"), IMAGES_MAGIC, IMAGES_HEADER + COUNT * PIXELS),
                unpacked(folder.resolve("t10k-labels-idx1-ubyte.gz"), LABELS_MAGIC, LABELS_HEADER + COUNT));
    }

    private static byte[] unpacked(Path file, int magic, int length) {
        byte[] content;
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            content = in.readNBytes(length + 1);
        } catch (IOException e) {
            throw new WhenceException(
                    ErrorCode.INPUT_UNREADABLE, "Cannot read '" + file + "': " + e.getMessage() + ".", e);
        }
        if (content.length != length || ByteBuffer.wrap(content).getInt() != magic) {
            throw new WhenceException(
                    ErrorCode.INPUT_INVALID,
                    "'" + file + "' is not the test part of MNIST: expected " + length
                            + " bytes that begin with the number " + magic + ".");
        }
        return content;
    }

    /** The digit on an image. */
    int label(int index) {
        return labels[LABELS_HEADER + index];
    }

    /** The places of all images of a digit, ascending. */
    List<Integer> ofDigit(int digit) {
        List<Integer> out = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            if (label(i) == digit) {
                out.add(i);
            }
        }
        return out;
    }

    /**
     * Images as the network reads them.
     *
     * @param indices their places
     * @param fullInk the number for full ink: 1, or 255 for raw pixels
     * @return float32 {@code [N, 1, 28, 28]}
     */
    NdArray pixels(List<Integer> indices, double fullInk) {
        float[] out = new float[indices.size() * PIXELS];
        for (int n = 0; n < indices.size(); n++) {
            int from = IMAGES_HEADER + indices.get(n) * PIXELS;
            for (int i = 0; i < PIXELS; i++) {
                out[n * PIXELS + i] = (float) ((images[from + i] & 0xFF) * fullInk / 255);
            }
        }
        return NdArray.of(out, indices.size(), 1, SIDE, SIDE);
    }
}
