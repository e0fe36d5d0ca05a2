package dev.whence.quantize.pieces;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * SHA-256 over parts that cannot run into each other: each comes with its length in bytes. Numbers count as they lie in
 * memory.
 */
final class Checksum {
    private static final int CHUNK = 1 << 16;

    private final MessageDigest digest;
    private final byte[] buffer = new byte[CHUNK];
    private final MemorySegment chunk = MemorySegment.ofArray(buffer);

    Checksum() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    Checksum add(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        length(bytes.length);
        digest.update(bytes);
        return this;
    }

    Checksum add(byte[] bytes) {
        length(bytes.length);
        digest.update(bytes);
        return this;
    }

    Checksum add(float[] values) {
        return add(MemorySegment.ofArray(values));
    }

    Checksum add(double[] values) {
        return add(MemorySegment.ofArray(values));
    }

    Checksum add(long[] values) {
        return add(MemorySegment.ofArray(values));
    }

    Checksum add(MemorySegment bytes) {
        length(bytes.byteSize());
        for (long from = 0; from < bytes.byteSize(); from += CHUNK) {
            int count = (int) Math.min(CHUNK, bytes.byteSize() - from);
            MemorySegment.copy(bytes, from, chunk, 0, count);
            digest.update(buffer, 0, count);
        }
        return this;
    }

    /** In hexadecimal; this must not be used afterwards. */
    String end() {
        return HexFormat.of().formatHex(digest.digest());
    }

    private void length(long bytes) {
        chunk.set(ValueLayout.JAVA_LONG_UNALIGNED, 0, bytes);
        digest.update(buffer, 0, Long.BYTES);
    }
}
