package dev.whence.cli.inputs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds the EXIF orientation of a JPEG: tag 0x0112 of the first image directory in the Exif segment. */
final class JpegOrientation {
    /** The Exif segment stands near the start; no more than this is looked at. */
    private static final int HEAD = 1 << 18;

    private static final int UPRIGHT = 1;
    private static final int ORIENTATION = 0x0112;

    private JpegOrientation() {}

    /** The orientation, 1 to 8; 1 if the file is no JPEG or does not say. */
    static int of(Path file) throws IOException {
        byte[] head;
        try (InputStream in = Files.newInputStream(file)) {
            head = in.readNBytes(HEAD);
        }
        return of(ByteBuffer.wrap(head));
    }

    static int of(ByteBuffer bytes) {
        if (bytes.remaining() < 4 || (bytes.getShort(0) & 0xFFFF) != 0xFFD8) {
            return UPRIGHT;
        }
        int at = 2;
        while (at + 4 <= bytes.limit()) {
            int marker = bytes.getShort(at) & 0xFFFF;
            int length = bytes.getShort(at + 2) & 0xFFFF;
            if (marker < 0xFFC0 || marker == 0xFFDA || length < 2) {
                return UPRIGHT;
            }
            int end = at + 2 + length;
            if (marker == 0xFFE1 && end <= bytes.limit() && isExif(bytes, at + 4, end)) {
                return fromDirectory(bytes.slice(at + 10, end - at - 10));
            }
            at = end;
        }
        return UPRIGHT;
    }

    private static boolean isExif(ByteBuffer bytes, int from, int end) {
        if (end - from < 6) {
            return false;
        }
        byte[] name = new byte[6];
        bytes.get(from, name);
        return new String(name, StandardCharsets.ISO_8859_1).equals("Exif\0\0");
    }

    private static int fromDirectory(ByteBuffer tiff) {
        if (tiff.limit() < 8) {
            return UPRIGHT;
        }
        int order = tiff.getShort(0) & 0xFFFF;
        tiff.order(order == 0x4949 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        long directory = tiff.getInt(4) & 0xFFFFFFFFL;
        if (directory + 2 > tiff.limit()) {
            return UPRIGHT;
        }
        int entries = tiff.getShort((int) directory) & 0xFFFF;
        for (int i = 0; i < entries; i++) {
            int entry = (int) directory + 2 + 12 * i;
            if (entry + 12 > tiff.limit()) {
                return UPRIGHT;
            }
            if ((tiff.getShort(entry) & 0xFFFF) == ORIENTATION) {
                int value = tiff.getShort(entry + 8) & 0xFFFF;
                return value >= 1 && value <= 8 ? value : UPRIGHT;
            }
        }
        return UPRIGHT;
    }
}
