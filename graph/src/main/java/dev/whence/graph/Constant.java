package dev.whence.graph;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * A tensor that belongs to the model: its weights, axes, shapes. Immutable. The numbers lie row-major and little-endian
 * in memory that is either on the heap or mapped from the model's own data file, and may be larger than 2 GB; strings
 * lie in a list.
 */
public final class Constant {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final ElementType element;
    private final long[] shape;
    private final MemorySegment data;
    private final List<String> texts;

    private Constant(ElementType element, long[] shape, MemorySegment data, List<String> texts) {
        this.element = element;
        this.shape = shape.clone();
        this.data = data;
        this.texts = texts;
    }

    /**
     * Wraps little-endian bytes, which must not change afterwards. 4-bit numbers are given one a byte.
     *
     * @throws WhenceException {@link ErrorCode#MODEL_INVALID} if the type is not one that Whence can keep, the shape
     *     is impossible, or the bytes are not as many as the shape needs
     */
    public static Constant of(ElementType element, MemorySegment data, long... shape) {
        if (element.stored() == null) {
            throw new WhenceException(
                    ErrorCode.MODEL_INVALID, "tensors of type " + element.text() + " are not supported");
        }
        long wanted = bytes(element, shape);
        if (data.byteSize() != wanted) {
            throw new WhenceException(
                    ErrorCode.MODEL_INVALID,
                    "a tensor of " + element.text() + Arrays.toString(shape) + " takes " + wanted + " bytes, but "
                            + data.byteSize() + " are given");
        }
        return new Constant(element, shape, data.asReadOnly(), List.of());
    }

    /** Copies an array; real numbers of a half type are rounded to it again, which changes nothing. */
    public static Constant of(NdArray array) {
        ElementType element = ElementType.of(array.type());
        long[] shape = array.shape();
        MemorySegment out = MemorySegment.ofArray(new byte[Math.toIntExact(bytes(element, shape))]);
        for (int i = 0; i < array.size(); i++) {
            switch (array.type()) {
                case FLOAT32 -> out.setAtIndex(FLOAT, i, (float) array.getDouble(i));
                case FLOAT64 -> out.setAtIndex(DOUBLE, i, array.getDouble(i));
                case FLOAT16 -> out.setAtIndex(SHORT, i, Float.floatToFloat16((float) array.getDouble(i)));
                case BFLOAT16 -> out.setAtIndex(SHORT, i, toBrainFloat((float) array.getDouble(i)));
                case INT64, UINT64 -> out.setAtIndex(LONG, i, array.getLong(i));
                case INT32, UINT32 -> out.setAtIndex(INT, i, (int) array.getLong(i));
                case INT16, UINT16 -> out.setAtIndex(SHORT, i, (short) array.getLong(i));
                case INT8, UINT8 -> out.set(ValueLayout.JAVA_BYTE, i, (byte) array.getLong(i));
                case BOOL -> out.set(ValueLayout.JAVA_BYTE, i, (byte) (array.getLong(i) == 0 ? 0 : 1));
            }
        }
        return new Constant(element, shape, out.asReadOnly(), List.of());
    }

    /** Float32 numbers. */
    public static Constant of(float[] values, long... shape) {
        return of(NdArray.of(values, shape));
    }

    /** Int64 numbers: axes, shapes, indices. Without a shape, a vector. */
    public static Constant ofLongs(long... values) {
        return of(NdArray.of(values, values.length));
    }

    /** Strings. */
    public static Constant ofTexts(List<String> texts, long... shape) {
        if (elements(shape) != texts.size()) {
            throw new WhenceException(
                    ErrorCode.MODEL_INVALID,
                    "a tensor of string" + Arrays.toString(shape) + " takes " + elements(shape) + " strings, but "
                            + texts.size() + " are given");
        }
        return new Constant(ElementType.STRING, shape, MemorySegment.ofArray(new byte[0]), List.copyOf(texts));
    }

    /** What the elements are, as the model declares it. */
    public ElementType element() {
        return element;
    }

    /**
     * The type under which the numbers are kept.
     *
     * @throws WhenceException {@link ErrorCode#MODEL_INVALID} if this constant holds strings
     */
    public NdArray.Type type() {
        NdArray.Type stored = element.stored();
        if (stored == null) {
            throw new WhenceException(
                    ErrorCode.MODEL_INVALID, "a constant holds strings where numbers are expected: " + this);
        }
        return stored;
    }

    /** Whether this constant holds strings, which {@link #texts} returns. */
    public boolean isText() {
        return element == ElementType.STRING;
    }

    /** The strings, row-major; empty for numbers. */
    public List<String> texts() {
        return texts;
    }

    /** A copy of the shape; empty for a scalar. */
    public long[] shape() {
        return shape.clone();
    }

    /** The number of elements. */
    public long elements() {
        return elements(shape);
    }

    /** The numbers' bytes, read-only. */
    public MemorySegment segment() {
        return data;
    }

    /**
     * The numbers' bytes as a read-only, little-endian buffer with its own position.
     *
     * @throws WhenceException {@link ErrorCode#MODEL_INVALID} above 2 GB, where only {@link #segment} serves
     */
    public ByteBuffer data() {
        requireUnder2g();
        return data.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * A copy as an array.
     *
     * @throws WhenceException {@link ErrorCode#MODEL_INVALID} for strings, and above 2 GB
     */
    public NdArray toNdArray() {
        NdArray.Type type = type();
        requireUnder2g();
        int n = Math.toIntExact(elements());
        return switch (type) {
            case FLOAT32 -> {
                float[] out = new float[n];
                MemorySegment.copy(data, FLOAT, 0, out, 0, n);
                yield NdArray.of(out, shape);
            }
            case FLOAT64 -> {
                double[] out = new double[n];
                MemorySegment.copy(data, DOUBLE, 0, out, 0, n);
                yield NdArray.of(out, shape);
            }
            case FLOAT16, BFLOAT16 -> {
                float[] out = new float[n];
                for (int i = 0; i < n; i++) {
                    short bits = data.getAtIndex(SHORT, i);
                    out[i] = type == NdArray.Type.FLOAT16
                            ? Float.float16ToFloat(bits)
                            : Float.intBitsToFloat(bits << 16);
                }
                yield NdArray.ofHalves(type, out, shape);
            }
            default -> {
                long[] out = new long[n];
                for (int i = 0; i < n; i++) {
                    out[i] = integer(type, i);
                }
                yield NdArray.ofIntegers(type, out, shape);
            }
        };
    }

    private long integer(NdArray.Type type, int i) {
        return switch (type) {
            case INT64, UINT64 -> data.getAtIndex(LONG, i);
            case INT32 -> data.getAtIndex(INT, i);
            case UINT32 -> Integer.toUnsignedLong(data.getAtIndex(INT, i));
            case INT16 -> data.getAtIndex(SHORT, i);
            case UINT16 -> Short.toUnsignedLong(data.getAtIndex(SHORT, i));
            case INT8 -> data.get(ValueLayout.JAVA_BYTE, i);
            case UINT8 -> Byte.toUnsignedLong(data.get(ValueLayout.JAVA_BYTE, i));
            case BOOL -> data.get(ValueLayout.JAVA_BYTE, i) == 0 ? 0 : 1;
            default -> throw new IllegalStateException("not an integer type: " + type);
        };
    }

    /**
     * The bytes that a tensor takes, without making it.
     *
     * @throws WhenceException {@link ErrorCode#MODEL_INVALID} for a negative dimension or a size beyond counting
     */
    public static long bytes(ElementType element, long... shape) {
        try {
            return Math.multiplyExact(elements(shape), element.bytes());
        } catch (ArithmeticException e) {
            throw absurd(shape);
        }
    }

    private static long elements(long... shape) {
        try {
            return NdArray.elements(shape);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw absurd(shape);
        }
    }

    private static WhenceException absurd(long... shape) {
        return new WhenceException(
                ErrorCode.MODEL_INVALID, "a tensor of shape " + Arrays.toString(shape) + " cannot exist");
    }

    private void requireUnder2g() {
        if (data.byteSize() > Integer.MAX_VALUE) {
            throw new WhenceException(
                    ErrorCode.MODEL_INVALID,
                    "the constant " + this + " takes " + data.byteSize() + " bytes; at most 2 GB can be copied");
        }
    }

    private static short toBrainFloat(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >>> 16) | 0x40);
        }
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }

    /** Equal if type, shape and every bit of the data are. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Constant that
                && element == that.element
                && Arrays.equals(shape, that.shape)
                && texts.equals(that.texts)
                && data.mismatch(that.data) == -1;
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(shape) + element.hashCode();
    }

    /** Type and shape, such as {@code float32[64, 3, 7, 7]}; never the data. */
    @Override
    public String toString() {
        return element.text()
                + LongStream.of(shape).mapToObj(Long::toString).collect(Collectors.joining(", ", "[", "]"));
    }
}
