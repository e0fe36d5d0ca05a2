package dev.whence.graph;

import dev.whence.core.NdArray;
import dev.whence.tensor.Tensor;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/**
 * Real numbers of 8 bits and fewer, which are kept as float32 in memory: what each pattern of bits stands for, and which
 * pattern is nearest to a number. A pattern is a sign, an exponent and a mantissa; the types differ in widths, in the
 * exponent's bias and in which patterns are infinite or no numbers. {@code float8e8m0} is an exponent alone.
 */
public final class NarrowFloats {
    private static final Map<ElementType, NarrowFloats> ALL = all();
    private static final int EXPONENTS_BIAS = 127;

    /** Numbers of the patterns without the sign bit, increasing; what follows the last is infinite or no number. */
    private final double[] values;

    private final int bits;
    private final boolean isSigned;
    private final boolean hasInfinity;

    /** Whether the pattern of minus zero is the one that is no number. */
    private final boolean hasOneNan;

    private NarrowFloats(double[] values, int bits, boolean isSigned, boolean hasInfinity, boolean hasOneNan) {
        this.values = values;
        this.bits = bits;
        this.isSigned = isSigned;
        this.hasInfinity = hasInfinity;
        this.hasOneNan = hasOneNan;
    }

    private static Map<ElementType, NarrowFloats> all() {
        Map<ElementType, NarrowFloats> out = new EnumMap<>(ElementType.class);
        out.put(ElementType.FLOAT8E4M3FN, new NarrowFloats(numbers(127, 3, 7), 8, true, false, false));
        out.put(ElementType.FLOAT8E4M3FNUZ, new NarrowFloats(numbers(128, 3, 8), 8, true, false, true));
        out.put(ElementType.FLOAT8E5M2, new NarrowFloats(numbers(124, 2, 15), 8, true, true, false));
        out.put(ElementType.FLOAT8E5M2FNUZ, new NarrowFloats(numbers(128, 2, 16), 8, true, false, true));
        out.put(ElementType.FLOAT4E2M1, new NarrowFloats(numbers(8, 1, 1), 4, true, false, false));
        double[] powers = new double[255];
        Arrays.setAll(powers, i -> Math.scalb(1.0, i - EXPONENTS_BIAS));
        out.put(ElementType.FLOAT8E8M0, new NarrowFloats(powers, 8, false, false, false));
        return out;
    }

    private static double[] numbers(int count, int mantissaBits, int bias) {
        double[] out = new double[count];
        for (int code = 0; code < count; code++) {
            int exponent = code >> mantissaBits;
            double mantissa = Math.scalb((double) (code & ((1 << mantissaBits) - 1)), -mantissaBits);
            out[code] = exponent == 0 ? Math.scalb(mantissa, 1 - bias) : Math.scalb(1 + mantissa, exponent - bias);
        }
        return out;
    }

    /** Whether a type is one of these. */
    public static boolean isNarrow(ElementType type) {
        return ALL.containsKey(type);
    }

    /**
     * The format of a narrow type.
     *
     * @throws IllegalArgumentException if the type is not narrow
     */
    public static NarrowFloats of(ElementType type) {
        NarrowFloats format = ALL.get(type);
        if (format == null) {
            throw new IllegalArgumentException(type + " is no narrow real type");
        }
        return format;
    }

    /** The largest number. */
    public double largest() {
        return values[values.length - 1];
    }

    /** What a pattern of bits stands for; only its lowest 8 (or 4) bits count. */
    public double decode(int pattern) {
        int sign = isSigned ? 1 << (bits - 1) : 0;
        int code = pattern & ((1 << bits) - 1) & ~sign;
        boolean isNegative = (pattern & sign) != 0;
        if (hasOneNan && isNegative && code == 0) {
            return Double.NaN;
        }
        double value = code < values.length
                ? values[code]
                : hasInfinity && code == values.length ? Double.POSITIVE_INFINITY : Double.NaN;
        return isNegative ? -value : value;
    }

    /** The pattern of a number that the format has. */
    public int encode(double value) {
        boolean isNegative = hasOneNan ? value < 0 : Double.compare(value, 0) < 0;
        int sign = isNegative ? 1 << (bits - 1) : 0;
        if (Double.isNaN(value)) {
            return hasOneNan ? 1 << (bits - 1) : (1 << (bits - (isSigned ? 1 : 0))) - 1;
        }
        int code = Arrays.binarySearch(values, Math.abs(value));
        return sign | (code >= 0 ? code : values.length);
    }

    /**
     * The nearest number of the format, of two equally near ones that with the even pattern. Powers of two without a
     * mantissa are rounded up.
     *
     * @param value what to round; no number becomes minus zero where the format has none
     * @param saturates whether numbers beyond the largest, and infinities, become the largest; else infinite or NaN
     */
    public double round(double value, boolean saturates) {
        if (Double.isNaN(value)) {
            return bits == 4 ? -0.0 : value;
        }
        double size = Math.abs(value);
        double result = isSigned ? nearest(size) : above(size);
        if (result > largest()) {
            result = saturates || bits == 4 ? largest() : hasInfinity ? Double.POSITIVE_INFINITY : Double.NaN;
        }
        double signed = isSigned ? Math.copySign(result, value) : result;
        return signed == 0 && hasOneNan ? 0 : signed;
    }

    private double nearest(double size) {
        int at = Arrays.binarySearch(values, size);
        if (at >= 0) {
            return size;
        }
        int next = -at - 1;
        if (Double.isInfinite(size)) {
            return size;
        }
        double low = values[next - 1];
        double high = next < values.length ? values[next] : 2 * low - values[next - 2];
        boolean isUp = size - low > high - size || (size - low == high - size && next % 2 == 0);
        return isUp ? high : low;
    }

    private double above(double size) {
        int at = Arrays.binarySearch(values, size);
        int next = at >= 0 ? at : -at - 1;
        return next < values.length ? values[next] : Double.POSITIVE_INFINITY;
    }

    /** Every element rounded to the format, in the tensor's own type. */
    public Tensor rounded(Tensor x, boolean saturates) {
        double[] all = x.toDoubles();
        for (int i = 0; i < all.length; i++) {
            all[i] = round(all[i], saturates);
        }
        return Tensor.of(NdArray.of(all, x.shape())).to(x.type()).on(x.device());
    }
}
