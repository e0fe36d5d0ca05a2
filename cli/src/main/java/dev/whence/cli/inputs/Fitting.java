package dev.whence.cli.inputs;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Numbers brought to the shape and element type that a model declares, or refused with what was wanted and what was
 * found.
 *
 * <p>Shape: axes of length 1 may be missing or in excess (a single example without its batch axis, gray images without
 * a channel axis); anything else must agree. Type: between real types freely, integers to real numbers with a notice,
 * real numbers to integers only if all of them are whole.
 *
 * @param values the fitted numbers
 * @param notices what was changed, one sentence each
 */
public record Fitting(NdArray values, List<String> notices) {
    /** Integers of a larger size are not all float32 numbers. */
    private static final long EXACT_IN_FLOAT32 = 1L << 24;

    /** Copies the notices. */
    public Fitting {
        notices = List.copyOf(notices);
    }

    /**
     * Fits numbers to a declared input.
     *
     * @param source how messages name the numbers, such as {@code input.npy}
     * @throws WhenceException if rank, a dimension or the type cannot be fitted
     */
    public static Fitting to(String source, NdArray found, Declared wanted) {
        List<String> notices = new ArrayList<>();
        NdArray shaped = shaped(source, found, wanted, notices);
        if (shaped.rank() > 0 && shaped.dimension(0) == 0) {
            throw new WhenceException(
                    ErrorCode.INPUT_INVALID,
                    source + ": holds no examples (shape " + Arrays.toString(found.shape()) + ").");
        }
        return new Fitting(typed(source, shaped, wanted, notices), notices);
    }

    private static NdArray shaped(String source, NdArray found, Declared wanted, List<String> notices) {
        if (!wanted.hasShape() || matches(found.shape(), wanted)) {
            return found;
        }
        for (long[] start : List.of(found.shape(), asOneExample(found.shape()))) {
            long[] reshaped = withOnes(start, wanted);
            if (matches(reshaped, wanted)) {
                notices.add(source + ": shape " + Arrays.toString(found.shape()) + " read as "
                        + Arrays.toString(reshaped) + ", as input '" + wanted.name() + "' wants it.");
                return found.reshape(reshaped);
            }
        }
        throw new WhenceException(
                ErrorCode.SHAPE_MISMATCH,
                source + ": shape " + Arrays.toString(found.shape()) + " found, " + wanted.shapeText()
                        + " wanted by input '" + wanted.name() + "'" + firstDifference(found.shape(), wanted) + ".");
    }

    private static boolean matches(long[] found, Declared wanted) {
        if (found.length != wanted.rank()) {
            return false;
        }
        for (int axis = 0; axis < found.length; axis++) {
            if (wanted.dimension(axis) >= 0 && wanted.dimension(axis) != found[axis]) {
                return false;
            }
        }
        return true;
    }

    private static long[] asOneExample(long[] shape) {
        long[] out = new long[shape.length + 1];
        out[0] = 1;
        System.arraycopy(shape, 0, out, 1, shape.length);
        return out;
    }

    /**
     * The dimensions after the batch that are not 1, in their order, with axes of 1 wherever the model wants them; the
     * dimensions as they are if that does not come out even.
     */
    private static long[] withOnes(long[] found, Declared wanted) {
        if (found.length == wanted.rank() || found.length == 0 || wanted.rank() == 0) {
            return found;
        }
        long[] rest = Arrays.stream(found).skip(1).filter(d -> d != 1).toArray();
        long[] out = new long[wanted.rank()];
        out[0] = found[0];
        int at = 0;
        for (int axis = 1; axis < out.length; axis++) {
            boolean one = wanted.dimension(axis) == 1 || at == rest.length;
            out[axis] = one ? 1 : rest[at++];
        }
        return at == rest.length ? out : found;
    }

    private static String firstDifference(long[] found, Declared wanted) {
        if (found.length != wanted.rank()) {
            return " (" + axes(found.length) + " found, " + wanted.rank() + " wanted)";
        }
        for (int axis = 0; axis < found.length; axis++) {
            long want = wanted.dimension(axis);
            if (want >= 0 && want != found[axis]) {
                return " (axis " + axis + ": " + found[axis] + " found, " + want + " wanted)";
            }
        }
        return "";
    }

    private static String axes(int count) {
        return count == 1 ? "1 axis" : count + " axes";
    }

    private static NdArray typed(String source, NdArray values, Declared wanted, List<String> notices) {
        NdArray.Type from = values.type();
        NdArray.Type to = wanted.type();
        if (from == to) {
            return values;
        }
        if (to.isFloating()) {
            if (!from.isFloating()) {
                notices.add(source + ": " + from + " numbers converted to " + to + ", as input '" + wanted.name()
                        + "' wants them" + inexact(values, to) + ".");
            }
            return real(source, values, to);
        }
        return integers(source, values, wanted, notices);
    }

    private static String inexact(NdArray values, NdArray.Type to) {
        if (to == NdArray.Type.FLOAT64) {
            return "";
        }
        for (int i = 0; i < values.size(); i++) {
            if (Math.abs(values.getLong(i)) > EXACT_IN_FLOAT32) {
                return " (those beyond 2^24 are rounded)";
            }
        }
        return "";
    }

    private static NdArray real(String source, NdArray values, NdArray.Type to) {
        if (to == NdArray.Type.FLOAT64) {
            return values.converted(to, some -> NdArray.of(some.toDoubles(), some.shape()));
        }
        for (int i = 0; i < values.size(); i++) {
            double value = values.getDouble(i);
            if (Float.isInfinite(rounded((float) value, to)) && Double.isFinite(value)) {
                throw new WhenceException(
                        ErrorCode.INPUT_INVALID,
                        source + ": " + value + " at " + FiniteCheck.place(values.shape(), i) + " is too large for "
                                + to + "; run with --precision float64.");
            }
        }
        return values.converted(to, some -> narrowed(some, to));
    }

    private static NdArray narrowed(NdArray values, NdArray.Type to) {
        float[] out = values.toFloats();
        for (int i = 0; i < out.length; i++) {
            out[i] = rounded(out[i], to);
        }
        return to == NdArray.Type.FLOAT32 ? NdArray.of(out, values.shape()) : NdArray.ofHalves(to, out, values.shape());
    }

    /** Rounds to the nearest number of a narrower type, ties to even. */
    private static float rounded(float value, NdArray.Type to) {
        if (to == NdArray.Type.FLOAT16) {
            return Float.float16ToFloat(Float.floatToFloat16(value));
        }
        if (to == NdArray.Type.BFLOAT16 && Float.isFinite(value)) {
            int bits = Float.floatToRawIntBits(value);
            return Float.intBitsToFloat((bits + 0x7FFF + ((bits >>> 16) & 1)) & 0xFFFF0000);
        }
        return value;
    }

    private static NdArray integers(String source, NdArray values, Declared wanted, List<String> notices) {
        NdArray.Type to = wanted.type();
        long low = lowest(to);
        long high = highest(to);
        for (int i = 0; i < values.size(); i++) {
            double value = values.getDouble(i);
            boolean whole = Double.isFinite(value) && value == Math.rint(value);
            if (!whole || values.getLong(i) < low || values.getLong(i) > high) {
                throw new WhenceException(
                        ErrorCode.SHAPE_MISMATCH,
                        source + ": " + values.type() + " numbers found, " + to + " wanted by input '" + wanted.name()
                                + "'; " + text(values, i) + " at " + FiniteCheck.place(values.shape(), i)
                                + " is not one of them.");
            }
        }
        if (values.type().isFloating()) {
            notices.add(source + ": whole " + values.type() + " numbers converted to " + to + ", as input '"
                    + wanted.name() + "' wants them.");
        }
        return values.converted(to, some -> NdArray.ofIntegers(to, some.toLongs(), some.shape()));
    }

    private static String text(NdArray values, int index) {
        return values.type().isFloating()
                ? Double.toString(values.getDouble(index))
                : Long.toString(values.getLong(index));
    }

    private static long lowest(NdArray.Type type) {
        return switch (type) {
            case INT8 -> Byte.MIN_VALUE;
            case INT16 -> Short.MIN_VALUE;
            case INT32 -> Integer.MIN_VALUE;
            case INT64 -> Long.MIN_VALUE;
            case UINT8, UINT16, UINT32, UINT64, BOOL, FLOAT16, BFLOAT16, FLOAT32, FLOAT64 -> 0;
        };
    }

    private static long highest(NdArray.Type type) {
        return switch (type) {
            case INT8 -> Byte.MAX_VALUE;
            case INT16 -> Short.MAX_VALUE;
            case INT32 -> Integer.MAX_VALUE;
            case UINT8 -> 255;
            case UINT16 -> 65_535;
            case UINT32 -> 4_294_967_295L;
            case BOOL -> 1;
            case INT64, UINT64, FLOAT16, BFLOAT16, FLOAT32, FLOAT64 -> Long.MAX_VALUE;
        };
    }
}
