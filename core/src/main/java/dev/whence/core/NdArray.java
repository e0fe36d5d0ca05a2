package dev.whence.core;

import java.util.Arrays;
import java.util.function.UnaryOperator;

/**
 * A dense array of numbers in plain Java memory, row-major, with at most 2^31 - 1 elements. It is how values enter and
 * leave Whence: readers return it, results hold it, and no tensor library is needed to look into it. The elements of a large
 * array may stay in its file ({@link Npy#open}): {@link #rows} then reads the rows that are asked for, {@link #getDouble} a
 * block around the element, and the {@code to...} methods everything.
 *
 * <p>Immutable: arrays given are kept, not copied, and must not be changed afterwards (nor the file in which elements stay);
 * arrays returned by {@code to...} are always copies.
 */
public final class NdArray {
    /** Element types, named as in ONNX and numpy. Storage in memory is float, double or long. */
    public enum Type {
        FLOAT16,
        BFLOAT16,
        FLOAT32,
        FLOAT64,
        INT8,
        INT16,
        INT32,
        INT64,
        UINT8,
        UINT16,
        UINT32,
        UINT64,
        BOOL;

        /** Whether elements are real numbers rather than integers or truth values. */
        public boolean isFloating() {
            return this == FLOAT16 || this == BFLOAT16 || this == FLOAT32 || this == FLOAT64;
        }
    }

    private final Type type;
    private final long[] shape;
    private final Object data;

    private NdArray(Type type, Object data, int length, long[] shape) {
        if (elements(shape) != length) {
            throw new IllegalArgumentException(
                    "shape " + Arrays.toString(shape) + " does not hold " + length + " elements");
        }
        this.type = type;
        this.shape = shape.clone();
        this.data = data;
    }

    /** Wraps float32 data. */
    public static NdArray of(float[] data, long... shape) {
        return new NdArray(Type.FLOAT32, data, data.length, shape);
    }

    /** Wraps float64 data. */
    public static NdArray of(double[] data, long... shape) {
        return new NdArray(Type.FLOAT64, data, data.length, shape);
    }

    /** Wraps int64 data. */
    public static NdArray of(long[] data, long... shape) {
        return new NdArray(Type.INT64, data, data.length, shape);
    }

    /** Wraps integers or truth values (0 and 1) of the given type. */
    public static NdArray ofIntegers(Type type, long[] data, long... shape) {
        if (type.isFloating()) {
            throw new IllegalArgumentException("type must be an integer type, found " + type);
        }
        return new NdArray(type, data, data.length, shape);
    }

    /** Wraps half-precision values that were widened to float. */
    public static NdArray ofHalves(Type type, float[] data, long... shape) {
        if (type != Type.FLOAT16 && type != Type.BFLOAT16) {
            throw new IllegalArgumentException("type must be FLOAT16 or BFLOAT16, found " + type);
        }
        return new NdArray(type, data, data.length, shape);
    }

    /** An array whose elements stay where they are. */
    static NdArray of(StoredElements elements, long... shape) {
        return new NdArray(elements.type(), elements, elements.size(), shape);
    }

    /** Whether the elements stay in a file until they are asked for. */
    public boolean isStored() {
        return data instanceof StoredElements;
    }

    /**
     * The same elements as another type: converted at once, or whenever they are read if they stay in a file.
     *
     * @param to the type that {@code conversion} gives
     * @param conversion works element by element, so that it may be given any part of them
     */
    public NdArray converted(Type to, UnaryOperator<NdArray> conversion) {
        return data instanceof StoredElements stored
                ? of(stored.converted(to, conversion), shape)
                : conversion.apply(this);
    }

    /** This array with its elements in memory: itself, unless they stay in a file, which is then read once. */
    public NdArray inMemory() {
        return data instanceof StoredElements stored
                ? stored.read(0, stored.size()).reshape(shape)
                : this;
    }

    /** The elements in memory: a float, double or long array, which is this array's own unless they stay in a file. */
    private Object held() {
        return inMemory().data;
    }

    /** The number of elements of a shape; 1 for a scalar's empty shape. */
    public static long elements(long... shape) {
        long n = 1;
        for (long d : shape) {
            if (d < 0) {
                throw new IllegalArgumentException("negative dimension in " + Arrays.toString(shape));
            }
            n = Math.multiplyExact(n, d);
        }
        return n;
    }

    /** The element type. */
    public Type type() {
        return type;
    }

    /** A copy of the shape. */
    public long[] shape() {
        return shape.clone();
    }

    /** The number of axes. */
    public int rank() {
        return shape.length;
    }

    /** The length of one axis; negative axes count from the end. */
    public long dimension(int axis) {
        return shape[axis < 0 ? axis + shape.length : axis];
    }

    /** The number of elements. */
    public int size() {
        return switch (data) {
            case float[] f -> f.length;
            case double[] d -> d.length;
            case StoredElements stored -> stored.size();
            default -> ((long[]) data).length;
        };
    }

    /** The element at a flat, row-major index, widened to double. */
    public double getDouble(int index) {
        return switch (data) {
            case float[] f -> f[index];
            case double[] d -> d[index];
            case StoredElements stored -> stored.doubleAt(index);
            default -> widen(((long[]) data)[index]);
        };
    }

    private double widen(long value) {
        return type == Type.UINT64 && value < 0 ? (value >>> 1) * 2.0 + (value & 1) : value;
    }

    /** The element at a flat, row-major index; real numbers are truncated, and {@code UINT64} keeps its 64 bits. */
    public long getLong(int index) {
        return switch (data) {
            case float[] f -> (long) f[index];
            case double[] d -> (long) d[index];
            case StoredElements stored -> stored.longAt(index);
            default -> ((long[]) data)[index];
        };
    }

    /** A copy as doubles. */
    public double[] toDoubles() {
        NdArray held = inMemory();
        if (held.data instanceof double[] d) {
            return isStored() ? d : d.clone();
        }
        double[] out = new double[size()];
        Arrays.setAll(out, held::getDouble);
        return out;
    }

    /** A copy as floats. */
    public float[] toFloats() {
        NdArray held = inMemory();
        if (held.data instanceof float[] f) {
            return isStored() ? f : f.clone();
        }
        float[] out = new float[size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) held.getDouble(i);
        }
        return out;
    }

    /** A copy as longs. */
    public long[] toLongs() {
        NdArray held = inMemory();
        if (held.data instanceof long[] l) {
            return isStored() ? l : l.clone();
        }
        long[] out = new long[size()];
        Arrays.setAll(out, held::getLong);
        return out;
    }

    /** The same elements under another shape of the same size. */
    public NdArray reshape(long... newShape) {
        return new NdArray(type, data, size(), newShape);
    }

    /** The same elements in memory, which nobody else can change. */
    public NdArray copy() {
        if (isStored()) {
            return inMemory();
        }
        Object own = switch (data) {
            case float[] f -> f.clone();
            case double[] d -> d.clone();
            default -> ((long[]) data).clone();
        };
        return new NdArray(type, own, size(), shape);
    }

    /** Rows {@code from} (inclusive) to {@code to} (exclusive) of the first axis. */
    public NdArray rows(int from, int to) {
        if (shape.length == 0 || from < 0 || to < from || to > shape[0]) {
            throw new IllegalArgumentException("rows " + from + ".." + to + " of shape " + Arrays.toString(shape));
        }
        if (from == 0 && to == shape[0] && !isStored()) {
            return this;
        }
        int row = shape[0] == 0 ? 0 : (int) (size() / shape[0]);
        long[] part = shape.clone();
        part[0] = (long) to - from;
        int start = from * row;
        int end = to * row;
        return switch (data) {
            case float[] f -> new NdArray(type, Arrays.copyOfRange(f, start, end), end - start, part);
            case double[] d -> new NdArray(type, Arrays.copyOfRange(d, start, end), end - start, part);
            case StoredElements stored -> stored.read(start, end).reshape(part);
            default -> new NdArray(type, Arrays.copyOfRange((long[]) data, start, end), end - start, part);
        };
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NdArray that
                && type == that.type
                && Arrays.equals(shape, that.shape)
                && Arrays.deepEquals(new Object[] {held()}, new Object[] {that.held()});
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(shape) + Arrays.deepHashCode(new Object[] {held()});
    }

    /** The flat place of the first NaN or infinite element, or -1 if there is none. */
    public int firstNotFinite() {
        if (data instanceof StoredElements stored) {
            return stored.firstNotFinite();
        }
        if (data instanceof float[] floats && areFinite(floats)) {
            return -1;
        }
        for (int i = 0; type.isFloating() && i < size(); i++) {
            if (!Double.isFinite(getDouble(i))) {
                return i;
            }
        }
        return -1;
    }

    /** Without a branch in the loop, so that many elements are looked at at once. */
    private static boolean areFinite(float[] floats) {
        int exponent = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);
        int found = 0;
        for (float value : floats) {
            found |= (Float.floatToRawIntBits(value) & exponent) + (1 << 23);
        }
        return found >= 0;
    }

    /** Type and shape, such as {@code FLOAT32 [8, 3, 224, 224]}; never the data. */
    @Override
    public String toString() {
        return type + " " + Arrays.toString(shape);
    }
}
