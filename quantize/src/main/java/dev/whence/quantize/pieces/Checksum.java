package dev.whence.quantize.pieces;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 over parts that cannot run into each other: each comes with its length in bytes, numbers little-endian. */
final class Checksum {
    private static final int CHUNK = 1 << 16;

    private final MessageDigest digest;
    private final ByteBuffer buffer = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);

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
        length((long) Float.BYTES * values.length);
        for (int from = 0; from < values.length; from += CHUNK / Float.BYTES) {
            int count = Math.min(CHUNK / Float.BYTES, values.length - from);
            buffer.clear().asFloatBuffer().put(values, from, count);
            digest.update(buffer.limit(Float.BYTES * count));
        }
        return this;
    }

    Checksum add(double[] values) {
        length((long) Double.BYTES * values.length);
        for (int from = 0; from < values.length; from += CHUNK / Double.BYTES) {
            int count = Math.min(CHUNK / Double.BYTES, values.length - from);
            buffer.clear().asDoubleBuffer().put(values, from, count);
            digest.update(buffer.limit(Double.BYTES * count));
        }
        return this;
    }

    Checksum add(long[] values) {
        length((long) Long.BYTES * values.length);
        for (int from = 0; from < values.length; from += CHUNK / Long.BYTES) {
            int count = Math.min(CHUNK / Long.BYTES, values.length - from);
            buffer.clear().asLongBuffer().put(values, from, count);
            digest.update(buffer.limit(Long.BYTES * count));
        }
        return this;
    }

    Checksum add(MemorySegment bytes) {
        length(bytes.byteSize());
        for (long from = 0; from < bytes.byteSize(); from += CHUNK) {
            digest.update(bytes.asSlice(from, Math.min(CHUNK, bytes.byteSize() - from))
                    .asByteBuffer());
        }
        return this;
    }

    /** In hexadecimal; this must not be used afterwards. */
    String end() {
        return HexFormat.of().formatHex(digest.digest());
    }

    private void length(long bytes) {
        digest.update(buffer.clear().putLong(bytes).flip());
    }
}
