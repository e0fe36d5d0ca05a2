package dev.whence.core;

import dev.whence.testkit.Cases;
import java.util.Arrays;

/** Random arrays of every type for law tests. */
final class RandomArrays {
    private RandomArrays() {}

    /** An array of any type and shape, with special values where its type has them. */
    static NdArray any(Cases.Draw draw) {
        NdArray.Type type = draw.one(Arrays.asList(NdArray.Type.values()));
        return ofType(draw, type, draw.shape(0, 4, 0, 6));
    }

    static NdArray ofType(Cases.Draw draw, NdArray.Type type, long... shape) {
        int size = (int) NdArray.elements(shape);
        return switch (type) {
            case FLOAT64 -> {
                double[] data = new double[size];
                Arrays.setAll(data, i -> draw.anyDouble());
                yield NdArray.of(data, shape);
            }
            case FLOAT32 -> {
                float[] data = new float[size];
                for (int i = 0; i < size; i++) {
                    data[i] = (float) draw.anyDouble();
                }
                yield NdArray.of(data, shape);
            }
            case FLOAT16 -> {
                float[] data = new float[size];
                for (int i = 0; i < size; i++) {
                    data[i] = Float.float16ToFloat((short) draw.integer(Short.MIN_VALUE, Short.MAX_VALUE));
                }
                yield NdArray.ofHalves(type, data, shape);
            }
            case BFLOAT16 -> {
                float[] data = new float[size];
                for (int i = 0; i < size; i++) {
                    data[i] = Float.intBitsToFloat(draw.integer(Short.MIN_VALUE, Short.MAX_VALUE) << 16);
                }
                yield NdArray.ofHalves(type, data, shape);
            }
            case BOOL -> NdArray.ofIntegers(type, draw.longs(size, 0, 1), shape);
            case INT8 -> NdArray.ofIntegers(type, draw.longs(size, Byte.MIN_VALUE, Byte.MAX_VALUE), shape);
            case UINT8 -> NdArray.ofIntegers(type, draw.longs(size, 0, 255), shape);
            case INT16 -> NdArray.ofIntegers(type, draw.longs(size, Short.MIN_VALUE, Short.MAX_VALUE), shape);
            case UINT16 -> NdArray.ofIntegers(type, draw.longs(size, 0, 65535), shape);
            case INT32 -> NdArray.ofIntegers(type, draw.longs(size, Integer.MIN_VALUE, Integer.MAX_VALUE), shape);
            case UINT32 -> NdArray.ofIntegers(type, draw.longs(size, 0, 0xFFFFFFFFL), shape);
            case INT64, UINT64 -> NdArray.ofIntegers(type, draw.longs(size, Long.MIN_VALUE, Long.MAX_VALUE), shape);
        };
    }
}
