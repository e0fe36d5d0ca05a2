package dev.whence.graph.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import com.google.protobuf.ByteString;
import dev.whence.core.WhenceException;
import dev.whence.graph.Graph;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Damaged files are refused with a sentence, or read; nothing else ever happens. */
class OnnxMutationTest {
    private static final int VARIANTS = 6_000;

    /** A model with something of everything that the format has. */
    static byte[] seed() {
        var f = Models.function("Fa", List.of("a"), List.of("b"), "t = Relu a");
        f.addNode(Models.node("b = Softmax t").addAttribute(Models.reference("axis", "where", AttributeType.INT)));
        f.addAttributeProto(Models.whole("where", 1));
        var sparse = SparseTensorProto.newBuilder()
                .setValues(Models.tensor("s", 1, 2).addFloatData(1).addFloatData(2))
                .setIndices(Models.tensor("", 7, 2, 2).addAllInt64Data(List.of(0L, 1L, 1L, 0L)))
                .addAllDims(List.of(2L, 2L));
        var branch = Models.graph("z = Exp h").addOutput(Models.value("z", 2));
        var graph = Models.graph("h = Add x w", "c = ReduceMax x")
                .addNode(Models.node("i = If c")
                        .addAttribute(Models.subgraph("then_branch", branch))
                        .addAttribute(Models.subgraph("else_branch", branch)))
                .addNode(Models.node("y = Fa i").setDomain("f").addAttribute(Models.whole("where", 0)))
                .addNode(Models.node("q = Conv x w").addAttribute(Models.whole("group", 1)))
                .addInput(Models.value("x", 2, 3))
                .addOutput(Models.value("y", 2, 3))
                .addValueInfo(Models.value("h", 2, 3))
                .addInitializer(Models.tensor("w", 1, 1, 3)
                        .addFloatData(1)
                        .addFloatData(2)
                        .addFloatData(3))
                .addInitializer(Models.tensor("r", 7, 1).setRawData(ByteString.copyFrom(new byte[8])))
                .addInitializer(Models.tensor("p", 22, 3).setRawData(ByteString.copyFrom(new byte[2])))
                .addInitializer(Models.tensor("v", 8, 1).addStringData(ByteString.copyFromUtf8("v")))
                .addSparseInitializer(sparse);
        return Models.model(graph)
                .addOpsetImport(Models.opset("f", 1))
                .addFunctions(f)
                .build()
                .toByteArray();
    }

    private static byte[] mutate(byte[] seed, SplittableRandom random) {
        byte[] out = seed.clone();
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(out.length);
            switch (random.nextInt(5)) {
                case 0 -> out[at] = (byte) random.nextInt(256);
                case 1 -> out[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> out = Arrays.copyOf(out, Math.max(1, at));
                case 3 -> System.arraycopy(seed, 0, out, at, Math.min(out.length - at, random.nextInt(40)));
                default -> Arrays.fill(out, at, Math.min(out.length, at + random.nextInt(10)), (byte) 0xff);
            }
        }
        return out;
    }

    @Test
    void aDamagedModelIsReadOrRefused() {
        byte[] seed = seed();
        assertThat(OnnxModel.read(seed, null).graph().nodes()).hasSize(6);
        int read = 0;
        for (int i = 0; i < VARIANTS; i++) {
            read += check(mutate(seed, new SplittableRandom(i)), i);
        }
        assertThat(read).as("variants that could still be read").isBetween(VARIANTS / 100, VARIANTS / 2);
    }

    @Test
    void aModelCutAnywhereIsReadOrRefused() {
        byte[] seed = seed();
        for (int i = 0; i < seed.length; i++) {
            check(Arrays.copyOf(seed, i), i);
        }
    }

    private static int check(byte[] bytes, int variant) {
        try {
            Graph graph = OnnxModel.read(bytes, null).graph();
            graph.toText();
            OnnxExport.toBytes(graph);
            return 1;
        } catch (WhenceException e) {
            assertThat(e.getMessage()).isNotBlank();
            return 0;
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
            return fail("variant " + variant + ": " + HexFormat.of().formatHex(bytes), e);
        }
    }
}
