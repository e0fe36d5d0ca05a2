package dev.whence.graph.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Constant;
import dev.whence.graph.ElementType;
import dev.whence.graph.Graph;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxModelTest {
    private static final int FLOAT = 1;
    private static final int INT4 = 22;

    @TempDir
    private Path folder;

    private Graph read(ModelProto.Builder model) {
        return OnnxModel.read(model.build().toByteArray(), folder).graph();
    }

    private Constant constant(TensorProto.Builder tensor) {
        return read(Models.model(Models.graph().addInitializer(tensor)))
                .constants()
                .values()
                .iterator()
                .next();
    }

    private void assertRefused(TensorProto.Builder tensor, ErrorCode code, String message) {
        assertRefused(Models.model(Models.graph().addInitializer(tensor)), code, message);
    }

    private void assertRefused(ModelProto.Builder model, ErrorCode code, String message) {
        assertThatThrownBy(() -> read(model))
                .isInstanceOfSatisfying(
                        WhenceException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessage("Cannot read model 'in memory': " + message);
    }

    private void assertUnreadable(byte[] bytes, String message) throws IOException {
        Path file = folder.resolve("m.onnx");
        Files.write(file, bytes);
        assertThatThrownBy(() -> OnnxModel.load(file))
                .isInstanceOfSatisfying(
                        WhenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.MODEL_UNREADABLE))
                .hasMessage("Cannot read model '" + file + "': " + message);
    }

    @Test
    void aModelKnowsWhatItIs() throws IOException {
        byte[] bytes = Models.model(Models.graph("y = Relu x").addInput(Models.value("x", 2)))
                .setProducerName("pytorch")
                .setProducerVersion("2.0")
                .addOpsetImport(Models.opset("ai.onnx.ml", 3))
                .build()
                .toByteArray();
        Files.write(folder.resolve("m.onnx"), bytes);
        OnnxModel model = OnnxModel.load(folder.resolve("m.onnx"));
        assertThat(model.producer()).isEqualTo("pytorch 2.0");
        assertThat(model.irVersion()).isEqualTo(8);
        assertThat(model.opsets()).containsEntry("", 17).containsEntry("ai.onnx.ml", 3);
        assertThat(model.sha256())
                .hasSize(64)
                .isEqualTo(OnnxModel.read(bytes, null).sha256());
    }

    @Test
    void constantsAreNotInputs() {
        Graph graph = read(Models.model(Models.graph("y = Add x w")
                .addInput(Models.value("w", 1))
                .addInput(Models.value("x", 1))
                .addInitializer(Models.tensor("w", FLOAT, 1).addFloatData(2))));
        assertThat(graph.inputs()).extracting("name").containsExactly("x");
        assertThat(graph.constants().get("w").toNdArray()).isEqualTo(NdArray.of(new float[] {2}, 1));
    }

    @Test
    void nodesWithoutANameOrWithOneThatIsTakenGetOne() {
        var graph = Models.graph("a = Relu x", "b = Relu x", "- = Relu x").addInput(Models.value("x", 1));
        graph.getNodeBuilder(1).setName("Relu_a");
        graph.addNode(Models.node("c = Relu x").setName("Relu_a"));
        assertThat(read(Models.model(graph)).nodes())
                .extracting("name")
                .containsExactly("Relu_a_2", "Relu_a", "Relu_-", "Relu_a_3");
    }

    @Test
    void everyWayToStoreNumbersIsRead() {
        assertThat(constant(Models.tensor("t", 10, 2).addInt32Data(0x3c00).addInt32Data(0xc000))
                        .toNdArray())
                .isEqualTo(NdArray.ofHalves(NdArray.Type.FLOAT16, new float[] {1, -2}, 2));
        assertThat(constant(Models.tensor("t", 16, 1).addInt32Data(0xbf80)).toNdArray())
                .isEqualTo(NdArray.ofHalves(NdArray.Type.BFLOAT16, new float[] {-1}, 1));
        assertThat(constant(Models.tensor("t", 11).addDoubleData(0.1)).toNdArray())
                .isEqualTo(NdArray.of(new double[] {0.1}));
        assertThat(constant(Models.tensor("t", 12, 1).addUint64Data(4_000_000_000L))
                        .toNdArray())
                .isEqualTo(NdArray.ofIntegers(NdArray.Type.UINT32, new long[] {4_000_000_000L}, 1));
        assertThat(constant(Models.tensor("t", 9, 2).addInt32Data(1).addInt32Data(0))
                        .toNdArray())
                .isEqualTo(NdArray.ofIntegers(NdArray.Type.BOOL, new long[] {1, 0}, 2));
        assertThat(constant(Models.tensor("t", 7, 1)
                                .setRawData(ByteString.copyFrom(new byte[] {1, 1, 0, 0, 0, 0, 0, 0})))
                        .toNdArray())
                .isEqualTo(NdArray.of(new long[] {257}, 1));
        assertThat(constant(Models.tensor("t", 8, 1).addStringData(ByteString.copyFromUtf8("é")))
                        .texts())
                .containsExactly("é");
        assertThat(constant(Models.tensor("t", FLOAT, 0)).elements()).isZero();
    }

    @Test
    void fourBitNumbersAreUnpackedAndPackedAgain() {
        Constant c = constant(Models.tensor("t", INT4, 3).setRawData(ByteString.copyFrom(new byte[] {(byte) 0x8f, 7})));
        assertThat(c.element()).isEqualTo(ElementType.INT4);
        assertThat(c.toNdArray()).isEqualTo(NdArray.ofIntegers(NdArray.Type.INT8, new long[] {-1, -8, 7}, 3));
        Graph graph = Graph.builder("g").constant("t", c).build();
        assertThat(OnnxModel.read(OnnxExport.toBytes(graph), null).graph()).isEqualTo(graph);
        assertThat(constant(Models.tensor("t", 21, 3).addInt32Data(0x8f).addInt32Data(7))
                        .toNdArray())
                .isEqualTo(NdArray.ofIntegers(NdArray.Type.UINT8, new long[] {15, 8, 7}, 3));
    }

    @Test
    void narrowNumbersAreUnpackedAndPackedAgain() {
        ByteString bytes = ByteString.copyFrom(new byte[] {0x38, (byte) 0xfe, 1, (byte) 0x80});
        Constant eight = constant(Models.tensor("t", 17, 4).setRawData(bytes));
        assertThat(eight.element()).isEqualTo(ElementType.FLOAT8E4M3FN);
        assertThat(eight.toNdArray().toDoubles()).containsExactly(1, -448, Math.scalb(1, -9), -0.0);
        Constant four =
                constant(Models.tensor("t", 23, 3).setRawData(ByteString.copyFrom(new byte[] {(byte) 0x97, 2})));
        assertThat(four.toNdArray().toDoubles()).containsExactly(6, -0.5, 1);
        Constant two =
                constant(Models.tensor("t", 26, 5).setRawData(ByteString.copyFrom(new byte[] {(byte) 0b00100111, 1})));
        assertThat(two.toNdArray()).isEqualTo(NdArray.ofIntegers(NdArray.Type.INT8, new long[] {-1, 1, -2, 0, 1}, 5));
        for (Constant c : List.of(eight, four, two)) {
            Graph graph = Graph.builder("g").constant("t", c).build();
            assertThat(OnnxModel.read(OnnxExport.toBytes(graph), null).graph()).isEqualTo(graph);
        }
    }

    @Test
    void sparseConstantsAreMadeDense() {
        var sparse = SparseTensorProto.newBuilder()
                .setValues(Models.tensor("s", FLOAT, 2).addFloatData(1).addFloatData(2))
                .setIndices(Models.tensor("", 7, 2, 2).addAllInt64Data(List.of(0L, 1L, 1L, 0L)))
                .addAllDims(List.of(2L, 2L));
        Constant c = read(Models.model(Models.graph().addSparseInitializer(sparse)))
                .constants()
                .get("s");
        assertThat(c.toNdArray()).isEqualTo(NdArray.of(new float[] {0, 1, 2, 0}, 2, 2));
        sparse.getIndicesBuilder().setInt64Data(1, 2);
        assertRefused(
                Models.model(Models.graph().addSparseInitializer(sparse)),
                ErrorCode.MODEL_INVALID,
                "tensor 's' is sparse and has an index outside its shape [2, 2]");
        sparse.clearDims().addAllDims(List.of(100_000L, 100_000L));
        assertRefused(
                Models.model(Models.graph().addSparseInitializer(sparse)),
                ErrorCode.MODEL_INVALID,
                "tensor 's' is sparse and would take 40000000000 bytes when dense; at most 67108864 are supported");
    }

    @Test
    void filesThatAreNoModelsAreRefusedInOneSentence() throws IOException {
        assertUnreadable(new byte[0], "it is empty");
        assertUnreadable("{\"a\": 1}\n".getBytes(StandardCharsets.UTF_8), "it is text, not an ONNX file");
        assertUnreadable(
                "version https://git-lfs.github.com/spec/v1\noid sha256:00".getBytes(StandardCharsets.UTF_8),
                "it is a pointer of Git LFS; fetch the file itself first");
        byte[] model = Models.model(Models.graph("y = Relu x").addInput(Models.value("x", 2)))
                .build()
                .toByteArray();
        assertUnreadable(
                java.util.Arrays.copyOf(model, model.length - 3), "it is not an ONNX file, or damaged or cut short");
        assertUnreadable(new byte[] {8, 3}, "it holds no graph, so it is not an ONNX model");
        Path missing = folder.resolve("missing.onnx");
        assertThatThrownBy(() -> OnnxModel.load(missing))
                .hasMessage("Cannot read model '" + missing + "': there is no such file");
        assertThatThrownBy(() -> OnnxModel.load(folder)).hasMessageContaining("it is a folder or a device");
    }

    @Test
    void absurdTensorsAreRefusedBeforeAnythingIsAllocated() {
        assertRefused(
                Models.tensor("w", FLOAT, 1L << 40).setRawData(ByteString.copyFrom(new byte[4])),
                ErrorCode.MODEL_INVALID,
                "tensor 'w' of float32[1099511627776] takes 4398046511104 bytes, but 4 are given");
        assertRefused(
                Models.tensor("w", FLOAT, 1L << 40, 1L << 40),
                ErrorCode.MODEL_INVALID,
                "tensor 'w': a tensor of shape [1099511627776, 1099511627776] cannot exist");
        assertRefused(
                Models.tensor("w", FLOAT, -1),
                ErrorCode.MODEL_INVALID,
                "tensor 'w': a tensor of shape [-1] cannot exist");
        assertRefused(
                Models.tensor("w", FLOAT, 1L << 33),
                ErrorCode.MODEL_INVALID,
                "tensor 'w' takes 8589934592 numbers, but 0 are given");
        assertRefused(Models.tensor("w", 99, 1), ErrorCode.MODEL_INVALID, "tensor 'w' has the unknown element type 99");
        assertRefused(
                Models.tensor("w", 14, 1),
                ErrorCode.MODEL_INVALID,
                "tensor 'w' is of type complex64, which is not supported");
    }

    @Test
    void namesFromTheFileCannotForgeLinesOfTheMessage() {
        assertRefused(
                Models.tensor("w\n\u001b[31mOK", 99, 1),
                ErrorCode.MODEL_INVALID,
                "tensor 'w??[31mOK' has the unknown element type 99");
        assertThatThrownBy(() -> constant(Models.tensor("w".repeat(100_000), 99)))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(1000).endsWith(" ..."));
    }

    @Test
    void tensorsOfTooManyAxesAreRefused() {
        assertRefused(
                Models.tensor("w", FLOAT, new long[65]),
                ErrorCode.MODEL_INVALID,
                "tensor 'w' has 65 axes; at most 64 are possible");
    }

    @Test
    void contradictionsAreRefused() {
        assertRefused(
                Models.model(Models.graph("y = Relu x")),
                ErrorCode.MODEL_INVALID,
                "graph \"g\" has a node \"Relu_y\" (Relu-17) that reads \"x\", which nothing makes");
        assertRefused(
                Models.model(Models.graph().addNode(Models.node("y = Gelu").setDomain("com.microsoft"))),
                ErrorCode.MODEL_INVALID,
                "node 'Gelu_y' is of domain 'com.microsoft', of which no version is imported");
        assertRefused(
                Models.model(Models.graph("y = Add")).clearOpsetImport().addOpsetImport(Models.opset("ai.onnx", 6)),
                ErrorCode.OPERATOR_UNSUPPORTED,
                "node 'Add_y' uses Add of version 6 of the ONNX operators; versions 7 to 25 are supported");
        assertRefused(
                Models.model(Models.graph()
                        .addNode(Models.node("y = A")
                                .addAttribute(Models.whole("k", 1))
                                .addAttribute(Models.whole("k", 2)))),
                ErrorCode.MODEL_INVALID,
                "node 'A_y' has the attribute 'k' twice");
        assertRefused(
                Models.model(Models.graph()
                        .addNode(Models.node("y = A")
                                .addAttribute(Models.reference("k", "r", AttributeProto.AttributeType.INT)))),
                ErrorCode.MODEL_INVALID,
                "node 'A_y' refers to the attribute 'r' of a function, but stands in none");
    }

    @Test
    void graphsInGraphsInGraphsEndSomewhere() {
        var inner = Models.graph("y = Relu x");
        for (int i = 0; i < 20; i++) {
            inner = Models.graph().addNode(Models.node("y = If x").addAttribute(Models.subgraph("then_branch", inner)));
        }
        Graph graph = read(Models.model(inner.addInput(Models.value("x", 1))));
        assertThat(graph.nodes().getFirst().attributes().graph("then_branch").captured())
                .containsExactly("x");
        for (int i = 0; i < 40; i++) {
            inner = Models.graph().addNode(Models.node("y = If x").addAttribute(Models.subgraph("then_branch", inner)));
        }
        ModelProto.Builder deep = Models.model(inner);
        assertThatThrownBy(() -> read(deep))
                .isInstanceOf(WhenceException.class)
                .hasMessageEndingWith("it is not an ONNX file, or damaged or cut short");
    }

    @Test
    void dataFilesAreMapped() throws IOException {
        Files.createDirectory(folder.resolve("sub"));
        Files.write(folder.resolve("sub/w.bin"), new byte[] {9, 9, 9, 9, 0, 0, (byte) 0x80, 0x3f});
        Constant c = constant(
                Models.external(Models.tensor("w", FLOAT, 1), "location", "sub/w.bin", "offset", "4", "length", "4"));
        assertThat(c.toNdArray()).isEqualTo(NdArray.of(new float[] {1}, 1));
        assertThat(c.segment().isMapped()).isTrue();
        assertThat(c.segment().isReadOnly()).isTrue();
        Constant rest = constant(Models.external(Models.tensor("w", FLOAT, 2), "location", "sub/w.bin"));
        assertThat(rest.elements()).isEqualTo(2);
    }

    @Test
    void dataFilesMayNotLieOutsideTheFolder() throws IOException {
        Path outside = Files.createTempFile("outside", ".bin");
        Files.createSymbolicLink(folder.resolve("link.bin"), outside);
        for (String location : List.of("/etc/passwd", "../w.bin", "a/../../w.bin", "..\\w.bin", "C:w.bin")) {
            assertRefused(
                    Models.external(Models.tensor("w", FLOAT, 1), "location", location),
                    ErrorCode.MODEL_EXTERNAL_DATA,
                    "tensor 'w' names the file '" + location + "'; only files in the model's folder are read");
        }
        assertRefused(
                Models.external(Models.tensor("w", FLOAT, 1), "location", "link.bin"),
                ErrorCode.MODEL_EXTERNAL_DATA,
                "tensor 'w' names the file 'link.bin', a link that leads out of the model's folder");
        Files.delete(outside);
    }

    @Test
    void dataFilesMustHoldWhatTheTensorNeeds() throws IOException {
        Files.write(folder.resolve("w.bin"), new byte[8]);
        assertRefused(
                Models.external(Models.tensor("w", FLOAT, 1), "location", "none.bin"),
                ErrorCode.MODEL_EXTERNAL_DATA,
                "tensor 'w' needs the file 'none.bin' in '" + folder + "', which does not exist");
        assertRefused(
                Models.external(Models.tensor("w", FLOAT, 3), "location", "w.bin"),
                ErrorCode.MODEL_EXTERNAL_DATA,
                "tensor 'w' takes 12 bytes from byte 0 of 'w.bin', which has only 8");
        assertRefused(
                Models.external(Models.tensor("w", FLOAT, 1), "location", "w.bin", "offset", "9223372036854775807"),
                ErrorCode.MODEL_EXTERNAL_DATA,
                "tensor 'w' takes 4 bytes from byte 9223372036854775807 of 'w.bin', which has only 8");
        assertRefused(
                Models.external(Models.tensor("w", FLOAT, 1), "location", "w.bin", "offset", "-4"),
                ErrorCode.MODEL_EXTERNAL_DATA,
                "tensor 'w' has the offset '-4', where a whole number is expected");
        assertRefused(
                Models.external(Models.tensor("w", FLOAT, 1), "location", "w.bin", "length", "8"),
                ErrorCode.MODEL_EXTERNAL_DATA,
                "tensor 'w' takes 4 bytes, but its entry for 'w.bin' says 8");
        assertRefused(
                Models.external(Models.tensor("w", FLOAT, 1), "location", "."),
                ErrorCode.MODEL_EXTERNAL_DATA,
                "tensor 'w' names '.', which is not a file");
        assertRefused(
                Models.external(Models.tensor("w", FLOAT, 1)),
                ErrorCode.MODEL_EXTERNAL_DATA,
                "tensor 'w' lies in another file, but the model does not say in which");
    }
}
