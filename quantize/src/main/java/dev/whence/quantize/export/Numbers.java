package dev.whence.quantize.export;

import dev.whence.graph.Constant;
import dev.whence.graph.ElementType;
import java.lang.foreign.MemorySegment;

/** Constants of plain numbers. */
final class Numbers {
    private static final long[] SCALAR = {};

    private Numbers() {}

    static Constant real(float value) {
        return Constant.of(new float[] {value}, SCALAR);
    }

    /** One number, or a vector where there are several groups. */
    static Constant reals(float[] values, boolean isScalar) {
        return isScalar ? real(values[0]) : Constant.of(values, values.length);
    }

    static Constant bytes(ElementType element, byte[] values, long... shape) {
        return Constant.of(element, MemorySegment.ofArray(values), shape);
    }

    static Constant unsigned(int value) {
        return bytes(ElementType.UINT8, new byte[] {(byte) value}, SCALAR);
    }
}
