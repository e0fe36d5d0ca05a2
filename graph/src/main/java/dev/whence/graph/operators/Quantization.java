package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Call;
import dev.whence.graph.ElementType;
import dev.whence.graph.NarrowFloats;
import dev.whence.tensor.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Scale and zero point of one occurrence of QuantizeLinear or DequantizeLinear, stretched so that they broadcast to its
 * input.
 *
 * @param scale real, positive
 * @param zero the whole number that stands for 0, as int64; null for 0
 * @param saturates whether narrow real types take what is too large as their largest number
 */
record Quantization(Tensor scale, @Nullable Tensor zero, boolean saturates) {

    static Quantization of(Call c) {
        Tensor zero = c.optional(2);
        return new Quantization(
                stretched(c, c.in(1)),
                zero == null ? null : stretched(c, zero.to(NdArray.Type.INT64)),
                c.attributes().flag("saturate", true));
    }

    /** One number for all, one for each entry of {@code axis}, or one for each block of entries. */
    private static Tensor stretched(Call c, Tensor values) {
        long[] x = c.shape(0);
        if (values.size() == 1) {
            return values.reshape();
        }
        int axis = c.axis("axis", 1, x.length);
        if (values.rank() == 1) {
            if (values.dimension(0) != x[axis]) {
                throw new WhenceException(
                        ErrorCode.SHAPE_MISMATCH,
                        "axis " + axis + " of " + Arrays.toString(x) + " needs " + x[axis]
                                + " scales and zero points, found " + values.dimension(0));
            }
            long[] shape = new long[x.length];
            Arrays.fill(shape, 1);
            shape[axis] = x[axis];
            return values.reshape(shape);
        }
        return blocks(c, values, axis);
    }

    private static Tensor blocks(Call c, Tensor values, int axis) {
        long[] x = c.shape(0);
        long block = c.attributes().integer("block_size", 0);
        long[] shape = values.shape();
        if (shape.length != x.length || block < 1 || shape[axis] != Math.ceilDiv(x[axis], block)) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "scales of shape " + Arrays.toString(shape) + " do not fit blocks of " + block + " along axis "
                            + axis + " of " + Arrays.toString(x));
        }
        Tensor lifted = values.unsqueeze(axis + 1);
        long[] wide = lifted.shape();
        wide[axis + 1] = block;
        shape[axis] *= block;
        return lifted.expand(wide).reshape(shape).narrow(axis, 0, x[axis]);
    }

    /** round(x / scale) + zero, limited to the range of the type, still real. */
    Tensor steps(Tensor x, ElementType type) {
        if (NarrowFloats.isNarrow(type)) {
            Tensor parts = x.divide(scale);
            return NarrowFloats.of(type).rounded(zero == null ? parts : parts.plus(zero.to(scale.type())), saturates);
        }
        Tensor steps = x.divide(scale).round();
        Tensor moved = zero == null ? steps : steps.plus(zero.to(scale.type()));
        return moved.clamp(lowest(type), highest(type));
    }

    /** (x - zero) scale. */
    Tensor real(Tensor x) {
        Tensor moved = zero == null
                ? x
                : x.type().isFloating()
                        ? x.minus(zero.to(x.type()))
                        : x.to(NdArray.Type.INT64).minus(zero);
        return moved.to(scale.type()).times(scale);
    }

    /** The type that QuantizeLinear gives: the zero point's, else {@code output_dtype}, else uint8. */
    static ElementType target(Call c) {
        Tensor zero = c.optional(2);
        long code = c.attributes().integer("output_dtype", 0);
        ElementType type = code != 0
                ? ElementType.ofCode(code).orElse(ElementType.STRING)
                : zero == null ? ElementType.UINT8 : ElementType.of(zero.type());
        if (!NarrowFloats.isNarrow(type)
                && (type.stored() == null || type.stored().isFloating())) {
            throw new WhenceException(
                    ErrorCode.OPERATOR_UNSUPPORTED, "quantisation to " + type.text() + " is not supported");
        }
        return type;
    }

    private static double lowest(ElementType type) {
        return switch (type) {
            case INT2 -> -2;
            case INT4 -> -8;
            case INT8 -> Byte.MIN_VALUE;
            case INT16 -> Short.MIN_VALUE;
            case INT32 -> Integer.MIN_VALUE;
            default -> 0;
        };
    }

    private static double highest(ElementType type) {
        return switch (type) {
            case INT2 -> 1;
            case UINT2 -> 3;
            case INT4 -> 7;
            case UINT4 -> 15;
            case INT8 -> Byte.MAX_VALUE;
            case UINT8 -> 255;
            case INT16 -> Short.MAX_VALUE;
            case UINT16 -> 65535;
            case INT32 -> Integer.MAX_VALUE;
            default -> 0xFFFFFFFFL;
        };
    }
}
