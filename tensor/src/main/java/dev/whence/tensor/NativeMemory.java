package dev.whence.tensor;

import dev.whence.core.NdArray;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.global.torch;

/** Copies between Java arrays and native tensors. */
final class NativeMemory {
    private static final long CHUNK = 1L << 28;
    private static final int PIECE = 1 << 20;

    private NativeMemory() {}

    /** A tensor filled from little-endian bytes of its stored type. */
    static Tensor ofBytes(NdArray.Type type, MemorySegment bytes, long... shape) {
        Tensor tensor = empty(type, shape);
        long size = tensor.at.nbytes();
        if (bytes.byteSize() != size) {
            throw new IllegalArgumentException(
                    tensor + " takes " + size + " bytes, but " + bytes.byteSize() + " are given");
        }
        for (long at = 0; at < size; at += CHUNK) {
            long length = Math.min(CHUNK, size - at);
            MemorySegment.ofBuffer(chunk(tensor, at, length)).copyFrom(bytes.asSlice(at, length));
        }
        return tensor;
    }

    /** Writes the bytes of a tensor that lies row-major in the processor's memory. */
    static void copyTo(Tensor tensor, OutputStream out) throws IOException {
        long total = tensor.at.nbytes();
        byte[] piece = new byte[(int) Math.min(PIECE, total)];
        for (long at = 0; at < total; at += CHUNK) {
            ByteBuffer chunk = chunk(tensor, at, Math.min(CHUNK, total - at));
            while (chunk.hasRemaining()) {
                int length = Math.min(piece.length, chunk.remaining());
                chunk.get(piece, 0, length);
                out.write(piece, 0, length);
            }
        }
    }

    /** A part of a tensor's memory; the pointer itself moves, since buffers know no position beyond 2 GB. */
    private static ByteBuffer chunk(Tensor tensor, long at, long length) {
        return new BytePointer(tensor.at.data_ptr())
                .getPointer(at)
                .position(0)
                .limit(length)
                .asByteBuffer()
                .order(ByteOrder.nativeOrder());
    }

    static Tensor copyIn(NdArray array) {
        NdArray.Type type = array.type();
        Tensor tensor = empty(type, array.shape());
        int n = array.size();
        if (n == 0) {
            return tensor;
        }
        ByteBuffer out = buffer(tensor);
        switch (Types.scalarType(type)) {
            case Float -> out.asFloatBuffer().put(array.toFloats());
            case Double -> out.asDoubleBuffer().put(array.toDoubles());
            case Long -> out.asLongBuffer().put(array.toLongs());
            case Half -> {
                for (int i = 0; i < n; i++) {
                    out.putShort(Float.floatToFloat16((float) array.getDouble(i)));
                }
            }
            case BFloat16 -> {
                for (int i = 0; i < n; i++) {
                    out.putShort(Halves.toBfloat16((float) array.getDouble(i)));
                }
            }
            case Int -> {
                for (int i = 0; i < n; i++) {
                    out.putInt((int) array.getLong(i));
                }
            }
            case Short -> {
                for (int i = 0; i < n; i++) {
                    out.putShort((short) array.getLong(i));
                }
            }
            default -> {
                for (int i = 0; i < n; i++) {
                    out.put((byte) array.getLong(i));
                }
            }
        }
        return tensor;
    }

    static NdArray copyOut(Tensor source) {
        Tensor tensor = source.on(Device.CPU).contiguous();
        NdArray.Type type = source.type();
        int n = Math.toIntExact(tensor.size());
        long[] shape = source.shape();
        ByteBuffer in = n == 0 ? ByteBuffer.allocate(0) : buffer(tensor);
        NdArray result = switch (Types.scalarType(type)) {
            case Float -> {
                float[] data = new float[n];
                in.asFloatBuffer().get(data);
                yield NdArray.of(data, shape);
            }
            case Double -> {
                double[] data = new double[n];
                in.asDoubleBuffer().get(data);
                yield NdArray.of(data, shape);
            }
            case Half, BFloat16 -> {
                float[] data = new float[n];
                for (int i = 0; i < n; i++) {
                    short bits = in.getShort();
                    data[i] = type == NdArray.Type.FLOAT16 ? Float.float16ToFloat(bits) : Halves.fromBfloat16(bits);
                }
                yield NdArray.ofHalves(type, data, shape);
            }
            default -> NdArray.ofIntegers(type, integers(in, type, n), shape);
        };
        if (tensor != source) {
            tensor.close();
        }
        return result;
    }

    private static long[] integers(ByteBuffer in, NdArray.Type type, int n) {
        long[] data = new long[n];
        switch (Types.scalarType(type)) {
            case Long -> in.asLongBuffer().get(data);
            case Int -> {
                for (int i = 0; i < n; i++) {
                    data[i] = in.getInt();
                }
            }
            case Short -> {
                for (int i = 0; i < n; i++) {
                    data[i] = in.getShort();
                }
            }
            case Char -> {
                for (int i = 0; i < n; i++) {
                    data[i] = in.get();
                }
            }
            default -> {
                for (int i = 0; i < n; i++) {
                    data[i] = in.get() & 0xFF;
                }
            }
        }
        return data;
    }

    private static Tensor empty(NdArray.Type type, long... shape) {
        try (var options = Types.options(type);
                var format = new org.bytedeco.pytorch.MemoryFormatOptional()) {
            return Tensor.wrap(torch.empty(shape, options, format)).as(type);
        }
    }

    private static ByteBuffer buffer(Tensor tensor) {
        long bytes = tensor.at.nbytes();
        if (bytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a tensor of " + bytes + " bytes is too large to copy in one piece");
        }
        Pointer data = tensor.at.data_ptr();
        return new BytePointer(data).capacity(bytes).asByteBuffer().order(ByteOrder.nativeOrder());
    }
}
