package dev.whence.tensor;

import dev.whence.core.NdArray;
import org.jspecify.annotations.Nullable;

/** Element types of safetensors files, under the names they have there. */
public enum SafetensorsType {
    F64(8, NdArray.Type.FLOAT64),
    F32(4, NdArray.Type.FLOAT32),
    F16(2, NdArray.Type.FLOAT16),
    BF16(2, NdArray.Type.BFLOAT16),
    I64(8, NdArray.Type.INT64),
    I32(4, NdArray.Type.INT32),
    I16(2, NdArray.Type.INT16),
    I8(1, NdArray.Type.INT8),
    U64(8, NdArray.Type.UINT64),
    U32(4, NdArray.Type.UINT32),
    U16(2, NdArray.Type.UINT16),
    U8(1, NdArray.Type.UINT8),
    BOOL(1, NdArray.Type.BOOL),
    /** 8-bit floats with 4 exponent bits; only their bytes can be read. */
    F8_E4M3(1, null),
    /** 8-bit floats with 5 exponent bits; only their bytes can be read. */
    F8_E5M2(1, null);

    private final int bytes;
    private final NdArray.@Nullable Type type;

    SafetensorsType(int bytes, NdArray.@Nullable Type type) {
        this.bytes = bytes;
        this.type = type;
    }

    /** Bytes an element. */
    public int bytes() {
        return bytes;
    }

    /** What such elements become in memory; {@code null} if only their bytes can be read. */
    public NdArray.@Nullable Type type() {
        return type;
    }

    static SafetensorsType of(NdArray.Type type) {
        for (SafetensorsType candidate : values()) {
            if (candidate.type == type) {
                return candidate;
            }
        }
        throw new IllegalArgumentException("no safetensors type for " + type);
    }

    static @Nullable SafetensorsType named(String name) {
        for (SafetensorsType candidate : values()) {
            if (candidate.name().equals(name)) {
                return candidate;
            }
        }
        return null;
    }
}
