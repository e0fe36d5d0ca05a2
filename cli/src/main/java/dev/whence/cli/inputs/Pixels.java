package dev.whence.cli.inputs;

import java.awt.image.BufferedImage;
import java.util.Arrays;

/**
 * A picture as bytes, {@code [height, width, channels]}: 1 channel (gray) or 3 (red, green, blue). Immutable: the bytes
 * given are kept and must not be changed afterwards.
 */
final class Pixels {
    /** Fixed-point bits of a resampling weight: 32 less 8 of a pixel and 2 for sums beyond the range. */
    private static final int WEIGHT_BITS = 22;

    private final int height;
    private final int width;
    private final int channels;
    private final byte[] bytes;

    Pixels(int height, int width, int channels, byte[] bytes) {
        if ((long) height * width * channels != bytes.length) {
            throw new IllegalArgumentException(height + " x " + width + " x " + channels + " is not " + bytes.length);
        }
        this.height = height;
        this.width = width;
        this.channels = channels;
        this.bytes = bytes;
    }

    int height() {
        return height;
    }

    int width() {
        return width;
    }

    int channels() {
        return channels;
    }

    /** One value, from 0 to 255. */
    int at(int row, int column, int channel) {
        return bytes[(row * width + column) * channels + channel] & 0xFF;
    }

    /** Gray as (299 R + 587 G + 114 B) / 1000 in 16-bit fixed point (ITU-R BT.601 luma); gray stays as it is. */
    Pixels gray() {
        if (channels == 1) {
            return this;
        }
        byte[] out = new byte[height * width];
        for (int i = 0; i < out.length; i++) {
            int red = bytes[3 * i] & 0xFF;
            int green = bytes[3 * i + 1] & 0xFF;
            int blue = bytes[3 * i + 2] & 0xFF;
            out[i] = (byte) ((19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16);
        }
        return new Pixels(height, width, 1, out);
    }

    /** Three equal channels if this is gray. */
    Pixels colour() {
        if (channels == 3) {
            return this;
        }
        byte[] out = new byte[3 * bytes.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = bytes[i / 3];
        }
        return new Pixels(height, width, 3, out);
    }

    /** The part of the given size that starts at a corner. */
    Pixels crop(int top, int left, int newHeight, int newWidth) {
        byte[] out = new byte[newHeight * newWidth * channels];
        int line = newWidth * channels;
        for (int row = 0; row < newHeight; row++) {
            System.arraycopy(bytes, ((top + row) * width + left) * channels, out, row * line, line);
        }
        return new Pixels(newHeight, newWidth, channels, out);
    }

    /**
     * Turns and mirrors a picture as its EXIF orientation says.
     *
     * @param orientation 1 (as it is) to 8, as EXIF numbers them
     */
    Pixels oriented(int orientation) {
        if (orientation <= 1 || orientation > 8) {
            return this;
        }
        boolean swapped = orientation >= 5;
        int newHeight = swapped ? width : height;
        int newWidth = swapped ? height : width;
        byte[] out = new byte[bytes.length];
        for (int row = 0; row < newHeight; row++) {
            for (int column = 0; column < newWidth; column++) {
                boolean fromBottom = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
                boolean fromRight = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
                int oldRow = swapped ? column : row;
                int oldColumn = swapped ? row : column;
                if (swapped) {
                    oldRow = fromRight ? height - 1 - column : column;
                    oldColumn = fromBottom ? width - 1 - row : row;
                } else {
                    oldRow = fromBottom ? height - 1 - row : row;
                    oldColumn = fromRight ? width - 1 - column : column;
                }
                System.arraycopy(
                        bytes,
                        (oldRow * width + oldColumn) * channels,
                        out,
                        (row * newWidth + column) * channels,
                        channels);
            }
        }
        return new Pixels(newHeight, newWidth, channels, out);
    }

    /** The picture at another size. */
    Pixels resized(int newHeight, int newWidth, Resampling resampling) {
        if (resampling == Resampling.NEAREST) {
            return nearest(newHeight, newWidth);
        }
        Pixels wide = newWidth == width ? this : alongRows(newWidth, resampling);
        return newHeight == height ? wide : wide.alongColumns(newHeight, resampling);
    }

    private Pixels nearest(int newHeight, int newWidth) {
        byte[] out = new byte[newHeight * newWidth * channels];
        for (int row = 0; row < newHeight; row++) {
            int oldRow = Math.min(height - 1, (int) ((row + 0.5) * height / newHeight));
            for (int column = 0; column < newWidth; column++) {
                int oldColumn = Math.min(width - 1, (int) ((column + 0.5) * width / newWidth));
                System.arraycopy(
                        bytes,
                        (oldRow * width + oldColumn) * channels,
                        out,
                        (row * newWidth + column) * channels,
                        channels);
            }
        }
        return new Pixels(newHeight, newWidth, channels, out);
    }

    /** The old pixels that one new pixel is made of: the first of them and a fixed-point weight each. */
    private record Taps(int first, int[] weights) {}

    private static Taps[] taps(int oldSize, int newSize, Resampling resampling) {
        double scale = (double) oldSize / newSize;
        double widening = Math.max(1, scale);
        double reach = resampling.reach() * widening;
        Taps[] taps = new Taps[newSize];
        for (int i = 0; i < newSize; i++) {
            double centre = (i + 0.5) * scale;
            int first = Math.max(0, (int) (centre - reach + 0.5));
            int end = Math.min(oldSize, (int) (centre + reach + 0.5));
            double[] heights = new double[end - first];
            double sum = 0;
            for (int k = 0; k < heights.length; k++) {
                heights[k] = resampling.weight((first + k - centre + 0.5) / widening);
                sum += heights[k];
            }
            int[] weights = new int[heights.length];
            for (int k = 0; k < weights.length; k++) {
                double fixed = heights[k] / sum * (1 << WEIGHT_BITS);
                weights[k] = (int) (fixed < 0 ? fixed - 0.5 : fixed + 0.5);
            }
            taps[i] = new Taps(first, weights);
        }
        return taps;
    }

    private static byte rounded(int sum) {
        return (byte) Math.clamp((sum + (1 << (WEIGHT_BITS - 1))) >> WEIGHT_BITS, 0, 255);
    }

    private Pixels alongRows(int newWidth, Resampling resampling) {
        Taps[] taps = taps(width, newWidth, resampling);
        byte[] out = new byte[height * newWidth * channels];
        int at = 0;
        for (int row = 0; row < height; row++) {
            for (Taps tap : taps) {
                int start = (row * width + tap.first()) * channels;
                for (int channel = 0; channel < channels; channel++) {
                    int sum = 0;
                    for (int k = 0; k < tap.weights().length; k++) {
                        sum += tap.weights()[k] * (bytes[start + k * channels + channel] & 0xFF);
                    }
                    out[at++] = rounded(sum);
                }
            }
        }
        return new Pixels(height, newWidth, channels, out);
    }

    private Pixels alongColumns(int newHeight, Resampling resampling) {
        Taps[] taps = taps(height, newHeight, resampling);
        int line = width * channels;
        byte[] out = new byte[newHeight * line];
        int[] sums = new int[line];
        for (int row = 0; row < newHeight; row++) {
            Arrays.fill(sums, 0);
            for (int k = 0; k < taps[row].weights().length; k++) {
                int weight = taps[row].weights()[k];
                int start = (taps[row].first() + k) * line;
                for (int i = 0; i < line; i++) {
                    sums[i] += weight * (bytes[start + i] & 0xFF);
                }
            }
            for (int i = 0; i < line; i++) {
                out[row * line + i] = rounded(sums[i]);
            }
        }
        return new Pixels(newHeight, width, channels, out);
    }

    /** The picture for a report, in red, green and blue. */
    BufferedImage toImage() {
        Pixels colour = colour();
        int[] packed = new int[height * width];
        for (int i = 0; i < packed.length; i++) {
            packed[i] = (colour.bytes[3 * i] & 0xFF) << 16
                    | (colour.bytes[3 * i + 1] & 0xFF) << 8
                    | (colour.bytes[3 * i + 2] & 0xFF);
        }
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        image.setRGB(0, 0, width, height, packed, 0, width);
        return image;
    }
}
