package dev.whence.graph.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.whence.graph.Constant;
import dev.whence.graph.ElementType;
import dev.whence.graph.NarrowFloats;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Where the numbers of a constant go when a model is written. */
interface TensorWriter {
    ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /** Into the model file itself. */
    TensorWriter INSIDE = (name, constant) -> {
        TensorProto.Builder out = head(name, constant);
        if (constant.isText()) {
            constant.texts().forEach(t -> out.addStringData(ByteString.copyFromUtf8(t)));
        } else {
            out.setRawData(UnsafeByteOperations.unsafeWrap(bytes(constant).asByteBuffer()));
        }
        return out.build();
    };

    TensorProto write(String name, Constant constant) throws IOException;

    /** Name, type and shape. */
    static TensorProto.Builder head(String name, Constant constant) {
        TensorProto.Builder out =
                TensorProto.newBuilder().setDataType(constant.element().code());
        if (!name.isEmpty()) {
            out.setName(name);
        }
        for (long d : constant.shape()) {
            out.addDims(d);
        }
        return out;
    }

    /** The bytes as the format has them: narrow numbers lie several in a byte, the first lowest. */
    static MemorySegment bytes(Constant constant) {
        ElementType element = constant.element();
        if (!element.isNarrow()) {
            return constant.segment();
        }
        int count = Math.toIntExact(constant.elements());
        int perByte = 8 / element.bits();
        byte[] out = new byte[Math.ceilDiv(count, perByte)];
        for (int i = 0; i < count; i++) {
            int pattern = NarrowFloats.isNarrow(element)
                    ? NarrowFloats.of(element).encode(constant.segment().getAtIndex(FLOAT, i))
                    : constant.segment().get(ValueLayout.JAVA_BYTE, i);
            int kept = pattern & ((1 << element.bits()) - 1);
            out[i / perByte] |= (byte) (kept << (i % perByte * element.bits()));
        }
        return MemorySegment.ofArray(out);
    }
}
