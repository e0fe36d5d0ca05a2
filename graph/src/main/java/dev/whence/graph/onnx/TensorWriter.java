package dev.whence.graph.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.whence.graph.Constant;
import dev.whence.graph.ElementType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Where the numbers of a constant go when a model is written. */
interface TensorWriter {
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

    /** The bytes as the format has them: 4-bit numbers lie two in a byte, the first in the lower half. */
    static MemorySegment bytes(Constant constant) {
        if (constant.element() != ElementType.INT4 && constant.element() != ElementType.UINT4) {
            return constant.segment();
        }
        int count = Math.toIntExact(constant.elements());
        byte[] out = new byte[count / 2 + count % 2];
        for (int i = 0; i < count; i++) {
            int half = constant.segment().get(ValueLayout.JAVA_BYTE, i) & 15;
            out[i / 2] |= (byte) (i % 2 == 0 ? half : half << 4);
        }
        return MemorySegment.ofArray(out);
    }
}
