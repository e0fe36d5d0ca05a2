package dev.whence.examples.digits;

import dev.whence.core.NdArray;
import dev.whence.examples.Bundled;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * Images of handwritten digits with what they show: the 1797 images of Alpaydin and Kaynak 1998 (CC BY 4.0). The last
 * 360 rows of the file are the test part, so that neighbours in the file, which may come from one hand, do not stand on
 * both sides.
 *
 * @param images {@code [N, 1, 8, 8]}, 0 is paper and 1 is full ink
 * @param labels the digit on each image
 */
public record Digits(NdArray images, int[] labels) {
    /** Rows and columns of an image. */
    public static final int SIDE = 8;

    private static final int PIXELS = SIDE * SIDE;
    private static final int TEST_ROWS = 360;
    private static final float FULL_INK = 16;

    /** Checks that there is a label for each image, and copies the labels in. */
    public Digits {
        if (images.dimension(0) != labels.length) {
            throw new IllegalArgumentException(labels.length + " labels for " + images);
        }
        labels = labels.clone();
    }

    /** A copy of the labels. */
    @Override
    public int[] labels() {
        return labels.clone();
    }

    /** The number of images. */
    public int count() {
        return labels.length;
    }

    /** All images in the order of the file. */
    public static Digits all() {
        List<String> lines;
        try (BufferedReader in = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Bundled.DIGITS_DATA.open()), StandardCharsets.US_ASCII))) {
            lines = in.lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        float[] pixels = new float[lines.size() * PIXELS];
        int[] labels = new int[lines.size()];
        for (int row = 0; row < labels.length; row++) {
            int[] numbers = Arrays.stream(lines.get(row).split(",", -1))
                    .mapToInt(Integer::parseInt)
                    .toArray();
            for (int i = 0; i < PIXELS; i++) {
                pixels[row * PIXELS + i] = numbers[i] / FULL_INK;
            }
            labels[row] = numbers[PIXELS];
        }
        return new Digits(NdArray.of(pixels, labels.length, 1, SIDE, SIDE), labels);
    }

    /** The images to learn from: all but the last 360 rows. */
    public Digits train() {
        return rows(0, count() - TEST_ROWS);
    }

    /** The images to test with: the last 360 rows. */
    public Digits test() {
        return rows(count() - TEST_ROWS, count());
    }

    /** The first image of each digit, in the order of the digits. */
    public Digits firstOfEach() {
        Digits[] each = new Digits[10];
        for (int row = count() - 1; row >= 0; row--) {
            each[labels[row]] = rows(row, row + 1);
        }
        float[] pixels = new float[each.length * PIXELS];
        int[] found = new int[each.length];
        for (int digit = 0; digit < each.length; digit++) {
            System.arraycopy(each[digit].images.toFloats(), 0, pixels, digit * PIXELS, PIXELS);
            found[digit] = digit;
        }
        return new Digits(NdArray.of(pixels, each.length, 1, SIDE, SIDE), found);
    }

    /** These images, and each once more moved by one pixel to the left, the right, up and down; ink beyond the edge is lost. */
    Digits withMoved() {
        int[][] moves = {{0, 0}, {0, -1}, {0, 1}, {-1, 0}, {1, 0}};
        float[] from = images.toFloats();
        float[] to = new float[moves.length * from.length];
        int[] repeated = new int[moves.length * labels.length];
        for (int m = 0; m < moves.length; m++) {
            for (int row = 0; row < labels.length; row++) {
                int place = m * labels.length + row;
                move(from, row * PIXELS, to, place * PIXELS, moves[m][0], moves[m][1]);
                repeated[place] = labels[row];
            }
        }
        return new Digits(NdArray.of(to, repeated.length, 1, SIDE, SIDE), repeated);
    }

    private static void move(float[] from, int start, float[] to, int place, int down, int right) {
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                int newY = y + down;
                int newX = x + right;
                if (newY >= 0 && newY < SIDE && newX >= 0 && newX < SIDE) {
                    to[place + newY * SIDE + newX] = from[start + y * SIDE + x];
                }
            }
        }
    }

    private Digits rows(int from, int to) {
        return new Digits(images.rows(from, to), Arrays.copyOfRange(labels, from, to));
    }
}
