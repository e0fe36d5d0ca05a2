package dev.whence.tensor;

import dev.whence.core.NdArray;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** How element types are stored natively. */
final class Types {
    private Types() {}

    static torch.ScalarType scalarType(NdArray.Type type) {
        return switch (type) {
            case FLOAT16 -> torch.ScalarType.Half;
            case BFLOAT16 -> torch.ScalarType.BFloat16;
            case FLOAT32 -> torch.ScalarType.Float;
            case FLOAT64 -> torch.ScalarType.Double;
            case INT8 -> torch.ScalarType.Char;
            case INT16 -> torch.ScalarType.Short;
            case INT32, UINT16 -> torch.ScalarType.Int;
            case INT64, UINT32, UINT64 -> torch.ScalarType.Long;
            case UINT8 -> torch.ScalarType.Byte;
            case BOOL -> torch.ScalarType.Bool;
        };
    }

    /** Unsigned types of more than 8 bits live in a wider (or, at 64 bits, an equally wide) signed type. */
    static boolean isStoredWider(NdArray.Type type) {
        return type == NdArray.Type.UINT16 || type == NdArray.Type.UINT32 || type == NdArray.Type.UINT64;
    }

    static NdArray.Type of(org.bytedeco.pytorch.Tensor tensor) {
        torch.ScalarType native_ = tensor.scalar_type().intern();
        return switch (native_) {
            case Half -> NdArray.Type.FLOAT16;
            case BFloat16 -> NdArray.Type.BFLOAT16;
            case Float -> NdArray.Type.FLOAT32;
            case Double -> NdArray.Type.FLOAT64;
            case Char -> NdArray.Type.INT8;
            case Short -> NdArray.Type.INT16;
            case Int -> NdArray.Type.INT32;
            case Long -> NdArray.Type.INT64;
            case Byte -> NdArray.Type.UINT8;
            case Bool -> NdArray.Type.BOOL;
            default -> throw new IllegalStateException("unexpected native element type " + native_);
        };
    }

    static TensorOptions options(NdArray.Type type) {
        return new TensorOptions(scalarType(type));
    }
}
