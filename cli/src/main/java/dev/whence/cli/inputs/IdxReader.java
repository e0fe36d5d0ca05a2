package dev.whence.cli.inputs;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Reads idx files, plain or under gzip: two zero bytes, the element type, the number of axes, one big-endian 32-bit
 * length an axis, then the numbers, big-endian and row-major. MNIST images have magic number 2051 (bytes, 3 axes), its
 * labels 2049 (bytes, 1 axis).
 */
final class IdxReader {
    private static final int MOST_AXES = 8;

    /** No deflate stream grows by more than this on unpacking. */
    private static final long MOST_GZIP_GROWTH = 1032;

    private IdxReader() {}

    static boolean isType(int code) {
        return switch (code) {
            case 0x08, 0x09, 0x0B, 0x0C, 0x0D, 0x0E -> true;
            default -> false;
        };
    }

    private static NdArray.Type type(Path file, int code) {
        return switch (code) {
            case 0x08 -> NdArray.Type.UINT8;
            case 0x09 -> NdArray.Type.INT8;
            case 0x0B -> NdArray.Type.INT16;
            case 0x0C -> NdArray.Type.INT32;
            case 0x0D -> NdArray.Type.FLOAT32;
            case 0x0E -> NdArray.Type.FLOAT64;
            default ->
                throw invalid(
                        file,
                        "element type 0x%02X found; idx has 0x08, 0x09, 0x0B, 0x0C, 0x0D and 0x0E".formatted(code));
        };
    }

    private static int width(NdArray.Type type) {
        return switch (type) {
            case UINT8, INT8, BOOL -> 1;
            case INT16, UINT16, FLOAT16, BFLOAT16 -> 2;
            case INT32, UINT32, FLOAT32 -> 4;
            case INT64, UINT64, FLOAT64 -> 8;
        };
    }

    /**
     * Reads the chosen rows of axis 0.
     *
     * @throws WhenceException if the file is not idx, or its length and its header disagree
     */
    static NdArray read(Path file, RowSelection selection, InputLimits limits) throws IOException {
        try (InputStream in = Sources.open(file, Long.MAX_VALUE)) {
            byte[] magic = in.readNBytes(4);
            if (magic.length < 4 || magic[0] != 0 || magic[1] != 0) {
                throw invalid(file, "this is not an idx file; it does not start with two zero bytes");
            }
            NdArray.Type type = type(file, magic[2] & 0xFF);
            long[] shape = shape(file, in, magic[3] & 0xFF);
            checkSize(file, type, shape, limits);
            int[] rows = selection.rows(file.toString(), (int) shape[0]);
            NdArray values = rows(file, in, type, shape, rows);
            if (in.read() >= 0) {
                throw invalid(file, "more bytes follow after the numbers of shape " + Arrays.toString(shape));
            }
            return values;
        }
    }

    private static long[] shape(Path file, InputStream in, int axes) throws IOException {
        if (axes < 1 || axes > MOST_AXES) {
            throw invalid(file, axes + " axes found; from 1 to " + MOST_AXES + " are possible");
        }
        byte[] lengths = in.readNBytes(4 * axes);
        if (lengths.length < 4 * axes) {
            throw invalid(file, "the file ends within its header");
        }
        long[] shape = new long[axes];
        for (int axis = 0; axis < axes; axis++) {
            shape[axis] = ByteBuffer.wrap(lengths).getInt(4 * axis) & 0xFFFFFFFFL;
        }
        return shape;
    }

    private static void checkSize(Path file, NdArray.Type type, long[] shape, InputLimits limits) throws IOException {
        long elements = 1;
        for (long dimension : shape) {
            elements = dimension == 0 ? 0 : elements > limits.elements() / dimension ? -1 : elements * dimension;
            if (elements < 0) {
                throw invalid(
                        file,
                        "the header asks for shape " + Arrays.toString(shape) + ", more than the " + limits.elements()
                                + " numbers allowed");
            }
        }
        if (shape[0] > limits.elements()) {
            throw invalid(file, "the header asks for " + shape[0] + " rows of nothing");
        }
        long header = 4 + 4L * shape.length;
        long wanted = header + elements * width(type);
        long present = Files.size(file);
        boolean wrong = Sources.isGzip(file) ? wanted > present * MOST_GZIP_GROWTH : wanted != present;
        if (wrong) {
            throw invalid(
                    file,
                    "shape " + Arrays.toString(shape) + " of " + type + " needs " + wanted
                            + " bytes, but the file has " + present
                            + (Sources.isGzip(file) ? " packed bytes, which cannot hold them" : ""));
        }
    }

    private static NdArray rows(Path file, InputStream in, NdArray.Type type, long[] shape, int[] rows)
            throws IOException {
        int rowSize = 1;
        for (int axis = 1; axis < shape.length; axis++) {
            rowSize = Math.toIntExact(rowSize * shape[axis]);
        }
        Columns columns = new Columns(type, Math.multiplyExact(rows.length, rowSize));
        int[] order = new int[rows.length];
        Integer[] byRow = new Integer[rows.length];
        Arrays.setAll(byRow, i -> i);
        Arrays.sort(byRow, (a, b) -> Integer.compare(rows[a], rows[b]));
        Arrays.setAll(order, i -> byRow[i]);
        int next = 0;
        int rowBytes = Math.multiplyExact(rowSize, width(type));
        for (int row = 0; row < shape[0]; row++) {
            byte[] bytes = in.readNBytes(rowBytes);
            if (bytes.length < rowBytes) {
                throw invalid(file, "the file ends within row " + row + " of shape " + Arrays.toString(shape));
            }
            while (next < order.length && rows[order[next]] == row) {
                columns.put(order[next++] * rowSize, ByteBuffer.wrap(bytes), rowSize);
            }
        }
        long[] taken = shape.clone();
        taken[0] = rows.length;
        return columns.toArray(taken);
    }

    /** Numbers of one type being filled in. */
    private static final class Columns {
        private final NdArray.Type type;
        private final float[] floats;
        private final double[] doubles;
        private final long[] longs;

        Columns(NdArray.Type type, int size) {
            this.type = type;
            this.floats = new float[type == NdArray.Type.FLOAT32 ? size : 0];
            this.doubles = new double[type == NdArray.Type.FLOAT64 ? size : 0];
            this.longs = new long[type.isFloating() ? 0 : size];
        }

        void put(int at, ByteBuffer bytes, int count) {
            for (int i = at; i < at + count; i++) {
                switch (type) {
                    case FLOAT32 -> floats[i] = bytes.getFloat();
                    case FLOAT64 -> doubles[i] = bytes.getDouble();
                    case UINT8 -> longs[i] = bytes.get() & 0xFF;
                    case INT8 -> longs[i] = bytes.get();
                    case INT16 -> longs[i] = bytes.getShort();
                    case INT32 -> longs[i] = bytes.getInt();
                    case FLOAT16, BFLOAT16, INT64, UINT16, UINT32, UINT64, BOOL ->
                        throw new IllegalStateException("idx has no " + type);
                }
            }
        }

        NdArray toArray(long[] shape) {
            return switch (type) {
                case FLOAT32 -> NdArray.of(floats, shape);
                case FLOAT64 -> NdArray.of(doubles, shape);
                default -> NdArray.ofIntegers(type, longs, shape);
            };
        }
    }

    private static WhenceException invalid(Path file, String what) {
        return new WhenceException(ErrorCode.INPUT_INVALID, file + ": " + what + ".");
    }
}
