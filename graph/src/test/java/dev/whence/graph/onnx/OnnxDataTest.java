package dev.whence.graph.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Constant;
import dev.whence.graph.ElementType;
import dev.whence.graph.ValueType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class OnnxDataTest {
    private static final ValueType TENSOR = new ValueType.Tensor(ElementType.FLOAT32, null);
    private static final TensorProto ONE =
            Models.tensor("t", 1, 1).addFloatData(1).build();
    private static final OnnxData READ_ONE = new OnnxData.Tensor(Constant.of(NdArray.of(new float[] {1}, 1)));

    /** A list or optional that holds one value in the field of its kind. */
    private static byte[] holding(int field, byte[]... values) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        out.writeString(1, "name");
        out.writeInt32(2, field - 2);
        for (byte[] value : values) {
            out.writeBytes(field, ByteString.copyFrom(value));
        }
        out.flush();
        return bytes.toByteArray();
    }

    @Test
    void tensorsListsAndOptionalsAreRead() throws IOException {
        byte[] tensor = ONE.toByteArray();
        assertThat(OnnxData.read(tensor, TENSOR)).isEqualTo(READ_ONE);
        byte[] list = holding(3, tensor, tensor);
        OnnxData readList = new OnnxData.Sequence(List.of(READ_ONE, READ_ONE));
        assertThat(OnnxData.read(list, new ValueType.Sequence(TENSOR))).isEqualTo(readList);
        assertThat(OnnxData.read(holding(5, list), new ValueType.Maybe(new ValueType.Sequence(TENSOR))))
                .isEqualTo(new OnnxData.Maybe(readList));
        assertThat(OnnxData.read(holding(3), new ValueType.Maybe(TENSOR))).isEqualTo(new OnnxData.Maybe(null));
    }

    @Test
    void otherBytesAreRefused() {
        assertThatThrownBy(() -> OnnxData.read("no".getBytes(StandardCharsets.UTF_8), TENSOR))
                .isInstanceOfSatisfying(
                        WhenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INPUT_UNREADABLE))
                .hasMessage("the data are not a float32 in ONNX's form");
    }

    @Test
    void damagedDataAreReadOrRefused() throws IOException {
        byte[] seed = holding(3, ONE.toByteArray(), ONE.toByteArray());
        for (int i = 0; i < 3_000; i++) {
            SplittableRandom random = new SplittableRandom(i);
            byte[] bytes = seed.clone();
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            bytes = Arrays.copyOf(bytes, random.nextBoolean() ? bytes.length : random.nextInt(bytes.length));
            try {
                OnnxData.read(bytes, new ValueType.Sequence(TENSOR));
            } catch (WhenceException e) {
                assertThat(e.getMessage()).isNotBlank();
            } catch (RuntimeException e) {
                fail("variant " + i, e);
            }
        }
    }
}
