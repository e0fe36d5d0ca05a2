package dev.whence.graph.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.graph.Constant;
import dev.whence.graph.ValueType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A value in a data file of the ONNX format, such as the {@code input_0.pb} of a test case: a tensor, a list of values,
 * or a value that may be absent. The file does not say which of them it holds, the model's declared type does.
 */
public sealed interface OnnxData {
    /** How deep lists may lie in each other. */
    int MAX_DEPTH = 32;

    /** One tensor. */
    record Tensor(Constant value) implements OnnxData {}

    /** A list of values. */
    record Sequence(List<OnnxData> values) implements OnnxData {
        public Sequence {
            values = List.copyOf(values);
        }
    }

    /** A value, or null where there is none. */
    record Maybe(@Nullable OnnxData value) implements OnnxData {}

    /**
     * Reads one value.
     *
     * @param bytes the content of a data file
     * @param type what the model declares the value to be
     * @throws WhenceException {@link ErrorCode#INPUT_UNREADABLE} if the bytes are no such value, {@link
     *     ErrorCode#MODEL_INVALID} if a tensor contradicts itself or has a type Whence cannot keep
     */
    static OnnxData read(byte[] bytes, ValueType type) {
        try {
            return read(ByteString.copyFrom(bytes), kind(type), 0);
        } catch (IOException e) {
            throw new WhenceException(ErrorCode.INPUT_UNREADABLE, "the data are not a " + type + " in ONNX's form", e);
        }
    }

    /** The kinds that data files number. */
    private static int kind(ValueType type) {
        return switch (type) {
            case ValueType.Tensor t -> 1;
            case ValueType.Unknown u -> 1;
            case ValueType.Sequence s -> 3;
            case ValueType.Maybe m -> 5;
            case ValueType.Dictionary d ->
                throw new WhenceException(ErrorCode.INPUT_INVALID, "data of type " + type + " are not supported");
        };
    }

    private static OnnxData read(ByteString bytes, int kind, int depth) throws IOException {
        if (depth > MAX_DEPTH) {
            throw new InvalidProtocolBufferException("too deep");
        }
        return switch (kind) {
            case 1 -> new Tensor(new TensorReader(new ExternalData(null)).read(TensorProto.parseFrom(bytes)));
            case 3 -> new Sequence(elements(bytes, depth));
            case 5 -> {
                List<OnnxData> all = elements(bytes, depth);
                yield new Maybe(all.isEmpty() ? null : all.getFirst());
            }
            default -> throw new InvalidProtocolBufferException("kind " + kind);
        };
    }

    /** The values in a list or optional: fields 3 to 7 hold those of kinds 1 to 5, other fields are notes. */
    private static List<OnnxData> elements(ByteString bytes, int depth) throws IOException {
        List<OnnxData> out = new ArrayList<>();
        CodedInputStream in = bytes.newCodedInput();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            int kind = WireFormat.getTagFieldNumber(tag) - 2;
            boolean message = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
            if (message && kind >= 1 && kind <= 5) {
                out.add(read(in.readBytes(), kind, depth + 1));
            } else {
                in.skipField(tag);
            }
        }
        return out;
    }
}
