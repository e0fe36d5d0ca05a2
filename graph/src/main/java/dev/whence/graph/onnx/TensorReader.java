package dev.whence.graph.onnx;

import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.graph.Constant;
import dev.whence.graph.ElementType;
import dev.whence.graph.NarrowFloats;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Tensor messages as constants. Every size is checked against the data that are there before anything is made. */
final class TensorReader {
    /** Sparse tensors are made dense up to this many bytes. */
    private static final long MAX_DENSE = 64L << 20;

    /** No tensor has more axes; files that say so are damaged. */
    private static final int MAX_AXES = 64;

    /** What one array holds. */
    private static final long MAX_ARRAY = Integer.MAX_VALUE - 8L;

    private final ExternalData external;

    TensorReader(ExternalData external) {
        this.external = external;
    }

    Constant read(TensorProto proto) {
        String name = proto.getName();
        ElementType element = element(name, proto.getDataType());
        if (proto.getDimsCount() > MAX_AXES) {
            throw refuse(name, "has " + proto.getDimsCount() + " axes; at most " + MAX_AXES + " are possible");
        }
        long[] shape = proto.getDimsList().stream().mapToLong(Long::longValue).toArray();
        try {
            if (proto.hasSegment()) {
                throw refuse(name, "is cut into segments, which is not supported");
            }
            if (element == ElementType.STRING) {
                return Constant.ofTexts(
                        proto.getStringDataList().stream()
                                .map(ByteString::toStringUtf8)
                                .toList(),
                        shape);
            }
            if (element.stored() == null) {
                throw refuse(name, "is of type " + element.text() + ", which is not supported");
            }
            return numbers(proto, element, shape);
        } catch (WhenceException e) {
            throw e.getMessage() != null && e.getMessage().startsWith("tensor ")
                    ? e
                    : new WhenceException(e.code(), "tensor '" + name + "': " + e.getMessage());
        }
    }

    private static ElementType element(String name, int code) {
        return ElementType.ofCode(code).orElseThrow(() -> refuse(name, "has the unknown element type " + code));
    }

    private Constant numbers(TensorProto proto, ElementType element, long... shape) {
        long bytes = Constant.bytes(element, shape);
        boolean isNarrow = element.isNarrow();
        long count = element.bytes() == 0 ? 0 : bytes / element.bytes();
        long inFile = isNarrow ? Math.ceilDiv(count, 8 / element.bits()) : bytes;
        MemorySegment data;
        if (proto.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
            data = external.read(proto.getName(), proto.getExternalDataList(), inFile);
        } else if (proto.hasRawData()) {
            data = MemorySegment.ofBuffer(proto.getRawData().asReadOnlyByteBuffer());
        } else {
            data = typed(proto, element, inFile);
        }
        if (data.byteSize() != inFile) {
            throw refuse(
                    proto.getName(),
                    "of " + element.text() + Arrays.toString(shape) + " takes " + inFile + " bytes, but "
                            + data.byteSize() + " are given");
        }
        if (isNarrow && bytes > MAX_ARRAY) {
            throw refuse(
                    proto.getName(),
                    "has " + count + " numbers of type " + element.text() + "; at most " + MAX_ARRAY / element.bytes()
                            + " are supported");
        }
        return Constant.of(element, isNarrow ? unpack(element, data, (int) count) : data, shape);
    }

    /** Numbers that lie in the message as numbers, put into bytes. */
    private static MemorySegment typed(TensorProto proto, ElementType element, long bytes) {
        int width = element.isNarrow() ? 1 : element.bytes();
        int given = switch (element) {
            case FLOAT32 -> proto.getFloatDataCount();
            case FLOAT64 -> proto.getDoubleDataCount();
            case INT64 -> proto.getInt64DataCount();
            case UINT32, UINT64 -> proto.getUint64DataCount();
            default -> proto.getInt32DataCount();
        };
        if (given != bytes / width || bytes > MAX_ARRAY) {
            throw refuse(proto.getName(), "takes " + bytes / width + " numbers, but " + given + " are given");
        }
        ByteBuffer out = ByteBuffer.allocate((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < given; i++) {
            switch (element) {
                case FLOAT32 -> out.putFloat(proto.getFloatData(i));
                case FLOAT64 -> out.putDouble(proto.getDoubleData(i));
                case INT64 -> out.putLong(proto.getInt64Data(i));
                case UINT64 -> out.putLong(proto.getUint64Data(i));
                case UINT32 -> out.putInt((int) proto.getUint64Data(i));
                case INT32 -> out.putInt(proto.getInt32Data(i));
                case INT16, UINT16, FLOAT16, BFLOAT16 -> out.putShort((short) proto.getInt32Data(i));
                default -> out.put((byte) proto.getInt32Data(i));
            }
        }
        return MemorySegment.ofArray(out.array());
    }

    /** Numbers of few bits, the first in the lowest, as they are kept in memory. */
    private static MemorySegment unpack(ElementType element, MemorySegment packed, int count) {
        int bits = element.bits();
        int perByte = 8 / bits;
        boolean isReal = NarrowFloats.isNarrow(element);
        boolean isSigned = element == ElementType.INT4 || element == ElementType.INT2;
        ByteBuffer out = ByteBuffer.allocate(count * element.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            int shift = i % perByte * bits;
            int pattern = (packed.get(ValueLayout.JAVA_BYTE, i / perByte) >> shift) & ((1 << bits) - 1);
            if (isReal) {
                out.putFloat((float) NarrowFloats.of(element).decode(pattern));
            } else {
                int sign = isSigned ? 1 << (bits - 1) : 0;
                out.put((byte) ((pattern ^ sign) - sign));
            }
        }
        return MemorySegment.ofArray(out.array());
    }

    /** A sparse tensor, made dense if that is small. Indices are flat, or one row of coordinates a value. */
    Constant readSparse(SparseTensorProto proto) {
        String name = proto.getValues().getName();
        Constant values = read(proto.getValues());
        Constant indices = read(proto.getIndices());
        long[] shape = proto.getDimsList().stream()
                .limit(MAX_AXES + 1L)
                .mapToLong(Long::longValue)
                .toArray();
        if (shape.length > MAX_AXES) {
            throw refuse(name, "has more than " + MAX_AXES + " axes");
        }
        if (values.isText() || indices.element() != ElementType.INT64) {
            throw refuse(name, "is sparse, but its values are not numbers or its indices not int64");
        }
        long bytes = Constant.bytes(values.element(), shape);
        if (bytes > MAX_DENSE) {
            throw refuse(
                    name,
                    "is sparse and would take " + bytes + " bytes when dense; at most " + MAX_DENSE + " are supported");
        }
        long[] flat = flat(name, indices, values.elements(), shape);
        byte[] dense = new byte[Math.toIntExact(bytes)];
        int width = values.element().bytes();
        for (int i = 0; i < flat.length; i++) {
            MemorySegment.copy(
                    values.segment(), ValueLayout.JAVA_BYTE, (long) i * width, dense, (int) flat[i] * width, width);
        }
        return Constant.of(values.element(), MemorySegment.ofArray(dense), shape);
    }

    private static long[] flat(String name, Constant indices, long count, long... shape) {
        boolean coordinates = indices.shape().length == 2;
        long width = coordinates ? shape.length : 1;
        if (indices.elements() != Math.multiplyExact(count, width)) {
            throw refuse(name, "is sparse with " + count + " values, but its indices are " + indices);
        }
        long[] all = indices.toNdArray().toLongs();
        long total = Constant.bytes(ElementType.INT8, shape);
        long[] out = new long[Math.toIntExact(count)];
        for (int i = 0; i < out.length; i++) {
            long at = coordinates ? 0 : all[i];
            for (int axis = 0; coordinates && axis < shape.length; axis++) {
                long index = all[i * shape.length + axis];
                at = index < 0 || index >= shape[axis] ? -1 : at * shape[axis] + index;
                if (at < 0) {
                    break;
                }
            }
            if (at < 0 || at >= total) {
                throw refuse(name, "is sparse and has an index outside its shape " + Arrays.toString(shape));
            }
            out[i] = at;
        }
        return out;
    }

    static WhenceException refuse(String tensor, String what) {
        return new WhenceException(ErrorCode.MODEL_INVALID, "tensor '" + tensor + "' " + what);
    }
}
