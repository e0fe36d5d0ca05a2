package dev.whence.cli.inputs;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * Decodes PNG, JPEG and WebP to 8-bit pixels as they are stored: colour profiles are not applied and gray is not passed
 * through a gamma curve, as most training pipelines do it. Transparent parts are laid on white, and a JPEG is turned as
 * its EXIF orientation says.
 */
final class PictureReader {
    private static final int WHITE = 255;

    private PictureReader() {}

    /**
     * Reads one picture.
     *
     * @param notices gets a sentence for each thing that was done to the pixels
     * @throws WhenceException if the file is no picture, damaged, or larger than allowed
     */
    static Pixels read(Path file, InputLimits limits, List<String> notices) throws IOException {
        BufferedImage image;
        try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
            Iterator<ImageReader> readers =
                    in == null ? List.<ImageReader>of().iterator() : ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new WhenceException(ErrorCode.INPUT_UNREADABLE, file + " is not a PNG, JPEG or WebP picture.");
            }
            ImageReader reader = readers.next();
            try {
                image = decode(file, reader, in, limits);
            } finally {
                reader.dispose();
            }
        }
        Pixels pixels = pixels(file, image, notices);
        int orientation = JpegOrientation.of(file);
        if (orientation > 1) {
            notices.add(file + ": turned upright as its EXIF orientation (" + orientation + ") says.");
        }
        return pixels.oriented(orientation);
    }

    private static BufferedImage decode(Path file, ImageReader reader, ImageInputStream in, InputLimits limits)
            throws IOException {
        try {
            reader.setInput(in, true, true);
            long width = reader.getWidth(0);
            long height = reader.getHeight(0);
            if (width < 1 || height < 1 || width * height > limits.pixels()) {
                throw new WhenceException(
                        ErrorCode.INPUT_INVALID,
                        file + ": the picture is " + width + " x " + height + " pixels; at most " + limits.pixels()
                                + " are allowed.");
            }
            return reader.read(0);
        } catch (WhenceException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // Decoders of damaged files end in any runtime exception.
            throw new WhenceException(
                    ErrorCode.INPUT_UNREADABLE, file + ": the picture cannot be decoded: " + reason(e) + ".", e);
        }
    }

    private static String reason(Exception e) {
        String message = e.getMessage();
        String text = message == null || message.isBlank() ? e.getClass().getSimpleName() : message;
        return text.endsWith(".") || text.endsWith("!") ? text.substring(0, text.length() - 1) : text;
    }

    private static Pixels pixels(Path file, BufferedImage image, List<String> notices) {
        ColorModel model = image.getColorModel();
        int space = model.getColorSpace().getType();
        boolean stored = model instanceof ComponentColorModel && !model.isAlphaPremultiplied();
        Decoded decoded;
        if (stored && space == ColorSpace.TYPE_GRAY) {
            decoded = samples(image, 1);
        } else if (stored && space == ColorSpace.TYPE_RGB) {
            decoded = samples(image, 3);
        } else {
            decoded = packed(image);
        }
        if (decoded.transparent()) {
            notices.add(file + ": transparent parts laid on white.");
        }
        return decoded.pixels();
    }

    private record Decoded(Pixels pixels, boolean transparent) {}

    /** The stored samples of a gray or colour picture, brought to 8 bits. */
    private static Decoded samples(BufferedImage image, int channels) {
        Raster raster = image.getRaster();
        int width = image.getWidth();
        int height = image.getHeight();
        int bands = raster.getNumBands();
        boolean alpha = image.getColorModel().hasAlpha() && bands == channels + 1;
        double[] largest = new double[bands];
        for (int band = 0; band < bands; band++) {
            largest[band] = Math.pow(2, image.getColorModel().getComponentSize(band)) - 1;
        }
        byte[] out = new byte[Math.multiplyExact(Math.multiplyExact(width, height), channels)];
        boolean transparent = false;
        int[] line = new int[width * bands];
        int at = 0;
        for (int row = 0; row < height; row++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + row, width, 1, line);
            for (int start = 0; start < line.length; start += bands) {
                int opacity = alpha ? eightBits(line[start + channels], largest[channels]) : WHITE;
                transparent |= opacity < WHITE;
                for (int channel = 0; channel < channels; channel++) {
                    out[at++] = (byte) onWhite(eightBits(line[start + channel], largest[channel]), opacity);
                }
            }
        }
        return new Decoded(new Pixels(height, width, channels, out), transparent);
    }

    private static int eightBits(int sample, double largest) {
        return largest == WHITE ? sample : (int) Math.round(sample * WHITE / largest);
    }

    private static int onWhite(int value, int opacity) {
        return opacity == WHITE ? value : Math.round((value * opacity + WHITE * (WHITE - opacity)) / (float) WHITE);
    }

    /** Palettes and packed pixels, which are plain red, green and blue. */
    private static Decoded packed(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        byte[] out = new byte[Math.multiplyExact(Math.multiplyExact(width, height), 3)];
        boolean transparent = false;
        int at = 0;
        int[] line = new int[width];
        for (int row = 0; row < height; row++) {
            image.getRGB(0, row, width, 1, line, 0, width);
            for (int argb : line) {
                int opacity = argb >>> 24;
                transparent |= opacity < WHITE;
                for (int shift = 16; shift >= 0; shift -= 8) {
                    out[at++] = (byte) onWhite(argb >> shift & 0xFF, opacity);
                }
            }
        }
        return new Decoded(new Pixels(height, width, 3, out), transparent);
    }
}
