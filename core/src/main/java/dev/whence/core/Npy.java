package dev.whence.core;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes single arrays in numpy's npy format. Read are the versions 1.0, 2.0 and 3.0, both byte orders, both
 * element orders and every {@link NdArray.Type} that numpy has; written is version 1.0, little-endian, row-major.
 * Numpy has no bfloat16, so such arrays are written as float32, which holds the same values.
 *
 * <p>Files are input from strangers: the header is parsed, never evaluated, pickled objects are refused, and sizes are
 * checked against the file's length before anything is allocated.
 */
public final class Npy {
    static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

    private static final int MAX_HEADER = 1 << 20;
    private static final int CHUNK = 1 << 16;

    private Npy() {}

    /**
     * Reads a file.
     *
     * @throws WhenceException {@link ErrorCode#INPUT_UNREADABLE} if it is missing, truncated or not an npy file,
     *     {@link ErrorCode#INPUT_INVALID} if its header asks for what cannot be held
     */
    public static NdArray read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return read(in, Files.size(file), memoryBudget(), file.toString());
        } catch (NoSuchFileException e) {
            throw unreadable(file.toString(), "there is no such file", e);
        } catch (IOException e) {
            throw unreadable(file.toString(), String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Opens a file whose elements are read when they are asked for, so that a file larger than memory can be worked through
     * row by row. Header and length are checked now. An array in column-major order is read whole, as its rows do not lie
     * together. The file must stay as it is for as long as the array is used.
     *
     * @throws WhenceException as {@link #read(Path)}
     */
    public static NdArray open(Path file) {
        String name = file.toString();
        try (InputStream in = Files.newInputStream(file)) {
            long length = Files.size(file);
            Start start = start(in, length, name);
            checkLength(start.header(), length - start.bytes(), name);
            if (start.header().isReordered()) {
                checkMemory(start.header(), memoryBudget(), name);
                return readData(in, start.header(), name);
            }
            return NdArray.of(stored(file, start), start.header().shape());
        } catch (NoSuchFileException e) {
            throw unreadable(name, "there is no such file", e);
        } catch (IOException e) {
            throw unreadable(name, String.valueOf(e.getMessage()), e);
        }
    }

    private static StoredElements stored(Path file, Start start) {
        NpyHeader header = start.header();
        return new StoredElements(header.type(), header.elements()) {
            @Override
            NdArray read(int from, int to) {
                String name = file.toString();
                try (InputStream in = Files.newInputStream(file)) {
                    in.skipNBytes(start.bytes() + (long) from * NpyHeader.bytes(header.type()));
                    return array(readElements(in, header, to - from, name), header.type(), to - from);
                } catch (EOFException e) {
                    throw unreadable(name, "it became shorter while it was read", e);
                } catch (IOException e) {
                    throw unreadable(name, String.valueOf(e.getMessage()), e);
                }
            }
        };
    }

    /**
     * Reads a file's content.
     *
     * @param content the bytes of the file
     * @param name how messages call it
     * @throws WhenceException as {@link #read(Path)}
     */
    public static NdArray parse(byte[] content, String name) {
        try {
            return read(new ByteArrayInputStream(content), content.length, memoryBudget(), name);
        } catch (IOException e) {
            throw unreadable(name, String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Writes a file, which is either finished or not there.
     *
     * @throws WhenceException {@link ErrorCode#STORE_UNWRITABLE} if it cannot be written
     */
    public static void write(Path file, NdArray array) {
        FinishedFile.write(file, out -> write(out, array));
    }

    /** Writes an array to a stream, which stays open. */
    public static void write(OutputStream out, NdArray array) throws IOException {
        write(out, array, 1);
    }

    static void write(OutputStream out, NdArray array, int version) throws IOException {
        out.write(NpyHeader.encode(array.type(), array.shape(), version));
        writeElements(out, array);
    }

    /** Begins an array whose elements are still to come, in row-major order, through {@link #writeElements}. */
    public static void writeHeader(OutputStream out, NdArray.Type type, long... shape) throws IOException {
        out.write(NpyHeader.encode(type, shape, 1));
    }

    /** Writes elements that go on where those written before ended. */
    public static void writeElements(OutputStream out, NdArray array) throws IOException {
        int width = NpyHeader.bytes(array.type());
        ByteBuffer buffer = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
        int size = array.size();
        for (int i = 0; i < size; i++) {
            if (buffer.remaining() < width) {
                out.write(buffer.array(), 0, buffer.position());
                buffer.clear();
            }
            put(buffer, array, i);
        }
        out.write(buffer.array(), 0, buffer.position());
    }

    private static void put(ByteBuffer buffer, NdArray array, int i) {
        switch (array.type()) {
            case FLOAT16 -> buffer.putShort(Float.floatToFloat16((float) array.getDouble(i)));
            case BFLOAT16, FLOAT32 -> buffer.putFloat((float) array.getDouble(i));
            case FLOAT64 -> buffer.putDouble(array.getDouble(i));
            case BOOL -> buffer.put((byte) (array.getLong(i) == 0 ? 0 : 1));
            case INT8, UINT8 -> buffer.put((byte) array.getLong(i));
            case INT16, UINT16 -> buffer.putShort((short) array.getLong(i));
            case INT32, UINT32 -> buffer.putInt((int) array.getLong(i));
            case INT64, UINT64 -> buffer.putLong(array.getLong(i));
        }
    }

    /**
     * Reads one array that fills a stream.
     *
     * @param length bytes in the stream; the header's claim must agree with it
     * @param memory bytes that the array may take in memory
     */
    static NdArray read(InputStream in, long length, long memory, String name) throws IOException {
        Start start = start(in, length, name);
        checkLength(start.header(), length - start.bytes(), name);
        checkMemory(start.header(), memory, name);
        return readData(in, start.header(), name);
    }

    /** What stands before the elements, and how many bytes it takes. */
    private record Start(NpyHeader header, long bytes) {}

    private static Start start(InputStream in, long length, String name) throws IOException {
        byte[] prefix = in.readNBytes(8);
        if (prefix.length < 8 || !Arrays.equals(prefix, 0, 6, MAGIC, 0, 6)) {
            throw unreadable(name, "it does not begin as an npy file does", null);
        }
        int version = prefix[6];
        if (version < 1 || version > 3) {
            throw unreadable(name, "its npy version is " + version + ", expected 1, 2 or 3", null);
        }
        int lengthBytes = version == 1 ? 2 : 4;
        byte[] sizes = in.readNBytes(lengthBytes);
        long headerLength = 0;
        for (int i = 0; i < sizes.length; i++) {
            headerLength |= (sizes[i] & 0xFFL) << (8 * i);
        }
        long before = 8L + lengthBytes + headerLength;
        if (sizes.length < lengthBytes || before > length) {
            throw unreadable(name, "it ends within its npy header", null);
        }
        if (headerLength > MAX_HEADER) {
            throw invalid(name, "its npy header has " + headerLength + " bytes, expected at most " + MAX_HEADER);
        }
        byte[] text = in.readNBytes((int) headerLength);
        if (text.length < headerLength) {
            throw unreadable(name, "it ends within its npy header", null);
        }
        var charset = version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
        return new Start(NpyHeader.parse(new String(text, charset), name), before);
    }

    /** Most bytes that arrays of one file may take: three quarters of what Java may use. */
    static long memoryBudget() {
        return Runtime.getRuntime().maxMemory() / 4 * 3;
    }

    private static void checkLength(NpyHeader header, long found, String name) {
        long expected = header.dataBytes();
        if (found != expected) {
            String what = header.type() + " " + Arrays.toString(header.shape()) + " needs " + expected
                    + " bytes of data, found " + found;
            throw found < expected ? unreadable(name, what, null) : invalid(name, what);
        }
    }

    private static void checkMemory(NpyHeader header, long memory, String name) {
        if (header.memory() > memory) {
            throw invalid(
                    name,
                    "it needs " + (header.memory() >> 20) + " MiB of memory and there are " + (memory >> 20)
                            + " MiB for it; give Java more with -Xmx");
        }
    }

    private static NdArray readData(InputStream in, NpyHeader header, String name) throws IOException {
        int size = header.elements();
        Object data = readElements(in, header, size, name);
        if (in.read() >= 0) {
            throw invalid(name, "it goes on after its " + size + " elements");
        }
        long[] shape = header.shape();
        return array(header.isReordered() ? rowMajor(data, size, shape) : data, header.type(), shape);
    }

    private static NdArray array(Object data, NdArray.Type type, long... shape) {
        return switch (data) {
            case float[] f -> type == NdArray.Type.FLOAT32 ? NdArray.of(f, shape) : NdArray.ofHalves(type, f, shape);
            case double[] d -> NdArray.of(d, shape);
            default -> NdArray.ofIntegers(type, (long[]) data, shape);
        };
    }

    /** The next elements as they follow each other in the file. */
    private static Object readElements(InputStream in, NpyHeader header, int size, String name) throws IOException {
        NdArray.Type type = header.type();
        Object data = switch (type) {
            case FLOAT16, BFLOAT16, FLOAT32 -> new float[size];
            case FLOAT64 -> new double[size];
            default -> new long[size];
        };
        int width = NpyHeader.bytes(type);
        byte[] chunk = new byte[(int) Math.min(CHUNK, (long) size * width)];
        int done = 0;
        while (done < size) {
            int wanted = (int) Math.min(chunk.length, (long) (size - done) * width);
            int got = in.readNBytes(chunk, 0, wanted);
            if (got < wanted) {
                throw unreadable(name, "it ends after " + done + " of " + size + " elements", null);
            }
            done += take(ByteBuffer.wrap(chunk, 0, got).order(header.order()), type, data, done);
        }
        return data;
    }

    /** Takes all of a buffer's elements over and returns how many there were. */
    private static int take(ByteBuffer buffer, NdArray.Type type, Object data, int at) {
        int count = buffer.remaining() / NpyHeader.bytes(type);
        switch (type) {
            case FLOAT32 -> buffer.asFloatBuffer().get((float[]) data, at, count);
            case FLOAT64 -> buffer.asDoubleBuffer().get((double[]) data, at, count);
            case INT64, UINT64 -> buffer.asLongBuffer().get((long[]) data, at, count);
            default -> {
                for (int i = at; i < at + count; i++) {
                    takeOne(buffer, type, data, i);
                }
            }
        }
        return count;
    }

    private static void takeOne(ByteBuffer buffer, NdArray.Type type, Object data, int i) {
        switch (type) {
            case FLOAT16 -> ((float[]) data)[i] = Float.float16ToFloat(buffer.getShort());
            case BFLOAT16, FLOAT32 -> ((float[]) data)[i] = buffer.getFloat();
            case FLOAT64 -> ((double[]) data)[i] = buffer.getDouble();
            case BOOL -> ((long[]) data)[i] = buffer.get() == 0 ? 0 : 1;
            case INT8 -> ((long[]) data)[i] = buffer.get();
            case UINT8 -> ((long[]) data)[i] = buffer.get() & 0xFFL;
            case INT16 -> ((long[]) data)[i] = buffer.getShort();
            case UINT16 -> ((long[]) data)[i] = buffer.getShort() & 0xFFFFL;
            case INT32 -> ((long[]) data)[i] = buffer.getInt();
            case UINT32 -> ((long[]) data)[i] = buffer.getInt() & 0xFFFFFFFFL;
            case INT64, UINT64 -> ((long[]) data)[i] = buffer.getLong();
        }
    }

    /** Puts elements whose first axis varies fastest into row-major order. */
    private static Object rowMajor(Object data, int size, long[] shape) {
        int rank = shape.length;
        int[] strides = new int[rank];
        int stride = 1;
        for (int axis = rank - 1; axis >= 0 && size > 0; axis--) {
            strides[axis] = stride;
            stride *= (int) shape[axis];
        }
        Object out = switch (data) {
            case float[] f -> new float[f.length];
            case double[] d -> new double[d.length];
            default -> new long[size];
        };
        int[] index = new int[rank];
        int to = 0;
        for (int from = 0; from < size; from++) {
            switch (data) {
                case float[] f -> ((float[]) out)[to] = f[from];
                case double[] d -> ((double[]) out)[to] = d[from];
                default -> ((long[]) out)[to] = ((long[]) data)[from];
            }
            for (int axis = 0; axis < rank; axis++) {
                to += strides[axis];
                if (++index[axis] < shape[axis]) {
                    break;
                }
                to -= index[axis] * strides[axis];
                index[axis] = 0;
            }
        }
        return out;
    }

    static WhenceException unreadable(String name, String what, @Nullable Throwable cause) {
        return new WhenceException(ErrorCode.INPUT_UNREADABLE, "Cannot read '" + name + "': " + what + ".", cause);
    }

    static WhenceException invalid(String name, String what) {
        return new WhenceException(ErrorCode.INPUT_INVALID, "Cannot use '" + name + "': " + what + ".");
    }
}
