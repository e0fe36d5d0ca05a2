package dev.whence.tensor;

import dev.whence.core.NdArray;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Numbers as little-endian bytes. */
final class LittleEndian {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private LittleEndian() {}

    /** Reads as many elements as the shape holds, which must be all of them. */
    static NdArray read(NdArray.Type type, MemorySegment bytes, long... shape) {
        return switch (type) {
            case FLOAT32 -> NdArray.of(bytes.toArray(FLOAT), shape);
            case FLOAT64 -> NdArray.of(bytes.toArray(DOUBLE), shape);
            case FLOAT16, BFLOAT16 -> NdArray.ofHalves(type, halves(type, bytes), shape);
            default -> NdArray.ofIntegers(type, integers(type, bytes), shape);
        };
    }

    private static float[] halves(NdArray.Type type, MemorySegment bytes) {
        float[] out = new float[(int) (bytes.byteSize() / Short.BYTES)];
        for (int i = 0; i < out.length; i++) {
            short bits = bytes.get(SHORT, (long) i * Short.BYTES);
            out[i] = type == NdArray.Type.FLOAT16 ? Float.float16ToFloat(bits) : Halves.fromBfloat16(bits);
        }
        return out;
    }

    private static long[] integers(NdArray.Type type, MemorySegment bytes) {
        if (type == NdArray.Type.INT64 || type == NdArray.Type.UINT64) {
            return bytes.toArray(LONG);
        }
        int width = width(type);
        long[] out = new long[(int) (bytes.byteSize() / width)];
        for (int i = 0; i < out.length; i++) {
            out[i] = integer(type, bytes, (long) i * width);
        }
        return out;
    }

    private static long integer(NdArray.Type type, MemorySegment bytes, long at) {
        return switch (type) {
            case INT8 -> bytes.get(ValueLayout.JAVA_BYTE, at);
            case UINT8 -> bytes.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
            case BOOL -> bytes.get(ValueLayout.JAVA_BYTE, at) == 0 ? 0 : 1;
            case INT16 -> bytes.get(SHORT, at);
            case UINT16 -> bytes.get(SHORT, at) & 0xFFFF;
            case INT32 -> bytes.get(INT, at);
            default -> Integer.toUnsignedLong(bytes.get(INT, at));
        };
    }

    /** Writes the low bytes of each element. */
    static byte[] narrow(NdArray.Type type, long[] values) {
        int width = width(type);
        byte[] out = new byte[Math.multiplyExact(values.length, width)];
        for (int i = 0; i < values.length; i++) {
            for (int b = 0; b < width; b++) {
                out[i * width + b] = (byte) (values[i] >>> (8 * b));
            }
        }
        return out;
    }

    private static int width(NdArray.Type type) {
        return SafetensorsType.of(type).bytes();
    }
}
