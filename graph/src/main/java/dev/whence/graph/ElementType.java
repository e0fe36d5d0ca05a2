package dev.whence.graph;

import dev.whence.core.NdArray;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the elements of a value are, with the numbers that ONNX files use for them ({@code Cast}'s {@code to}, say).
 * Some have no storage here: constants of those types are refused by name when a model is read.
 */
public enum ElementType {
    FLOAT32(1, "float32", 4, NdArray.Type.FLOAT32),
    UINT8(2, "uint8", 1, NdArray.Type.UINT8),
    INT8(3, "int8", 1, NdArray.Type.INT8),
    UINT16(4, "uint16", 2, NdArray.Type.UINT16),
    INT16(5, "int16", 2, NdArray.Type.INT16),
    INT32(6, "int32", 4, NdArray.Type.INT32),
    INT64(7, "int64", 8, NdArray.Type.INT64),
    STRING(8, "string", 0, null),
    BOOL(9, "bool", 1, NdArray.Type.BOOL),
    FLOAT16(10, "float16", 2, NdArray.Type.FLOAT16),
    FLOAT64(11, "float64", 8, NdArray.Type.FLOAT64),
    UINT32(12, "uint32", 4, NdArray.Type.UINT32),
    UINT64(13, "uint64", 8, NdArray.Type.UINT64),
    COMPLEX64(14, "complex64", 0, null),
    COMPLEX128(15, "complex128", 0, null),
    BFLOAT16(16, "bfloat16", 2, NdArray.Type.BFLOAT16),
    /** Kept as {@link NdArray.Type#FLOAT32}, like all {@link NarrowFloats}. */
    FLOAT8E4M3FN(17, "float8e4m3fn", 4, NdArray.Type.FLOAT32),
    FLOAT8E4M3FNUZ(18, "float8e4m3fnuz", 4, NdArray.Type.FLOAT32),
    FLOAT8E5M2(19, "float8e5m2", 4, NdArray.Type.FLOAT32),
    FLOAT8E5M2FNUZ(20, "float8e5m2fnuz", 4, NdArray.Type.FLOAT32),
    /** Kept one value a byte, as {@link NdArray.Type#UINT8}. */
    UINT4(21, "uint4", 1, NdArray.Type.UINT8),
    /** Kept one value a byte, as {@link NdArray.Type#INT8}. */
    INT4(22, "int4", 1, NdArray.Type.INT8),
    FLOAT4E2M1(23, "float4e2m1", 4, NdArray.Type.FLOAT32),
    FLOAT8E8M0(24, "float8e8m0", 4, NdArray.Type.FLOAT32),
    UINT2(25, "uint2", 1, NdArray.Type.UINT8),
    INT2(26, "int2", 1, NdArray.Type.INT8);

    private final int code;
    private final String text;
    private final int bytes;
    private final NdArray.@Nullable Type stored;

    ElementType(int code, String text, int bytes, NdArray.@Nullable Type stored) {
        this.code = code;
        this.text = text;
        this.bytes = bytes;
        this.stored = stored;
    }

    /** The type with an ONNX number; empty for 0 (undefined) and numbers nobody has given a meaning. */
    public static Optional<ElementType> ofCode(long code) {
        for (ElementType t : values()) {
            if (t.code == code) {
                return Optional.of(t);
            }
        }
        return Optional.empty();
    }

    /** The type of the same name that an array has. */
    public static ElementType of(NdArray.Type type) {
        return valueOf(type.name());
    }

    /** The number ONNX files use. */
    public int code() {
        return code;
    }

    /** The name in the text form, such as {@code float32}. */
    public String text() {
        return text;
    }

    /** The type under which values are kept in memory, or null where Whence keeps none (strings, complex numbers). */
    public NdArray.@Nullable Type stored() {
        return stored;
    }

    /** The bits one element takes in a file; types narrower than a byte lie several in one, the first lowest. */
    public int bits() {
        return switch (this) {
            case FLOAT8E4M3FN, FLOAT8E4M3FNUZ, FLOAT8E5M2, FLOAT8E5M2FNUZ, FLOAT8E8M0 -> 8;
            case UINT4, INT4, FLOAT4E2M1 -> 4;
            case UINT2, INT2 -> 2;
            default -> 8 * bytes;
        };
    }

    /** Whether values lie in files in fewer bits than in memory. */
    public boolean isNarrow() {
        return bits() < 8 * bytes;
    }

    /** The bytes one element takes in a {@link Constant}; 0 where Whence keeps none. */
    public int bytes() {
        return bytes;
    }
}
