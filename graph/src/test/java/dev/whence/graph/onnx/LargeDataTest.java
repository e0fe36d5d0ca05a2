package dev.whence.graph.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.GraphProto;
import dev.whence.core.NdArray;
import dev.whence.graph.Graph;
import dev.whence.graph.Network;
import dev.whence.graph.Precision;
import dev.whence.graph.operators.StandardOperators;
import dev.whence.tensor.TensorScope;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights in a data file of more than 2 GB, most of it a hole that takes no room on the disk. */
@Tag("slow")
class LargeDataTest {
    private static final long WIDTH = 1024;
    private static final long ROWS = (1L << 31) / (4 * WIDTH) + 1000;
    private static final long TABLE = 4 * WIDTH * ROWS;

    @TempDir
    Path folder;

    @Test
    void weightsBeyondTwoGigabytesAreReadAndRun() throws IOException {
        long before = TensorScope.liveTensors();
        Graph graph = OnnxModel.load(model()).graph();
        assertThat(graph.constants().get("table").shape()).containsExactly(ROWS, WIDTH);
        NdArray ids = NdArray.of(new long[] {ROWS - 1, 0, -2}, 3);
        try (Network network = StandardOperators.network(graph, Precision.FLOAT32)) {
            NdArray y = network.evaluate(Map.of("ids", ids)).get("y");
            assertThat(y.shape()).containsExactly(3, 2);
            // The last row ends in 3, 5; the one before holds 7 at its start; the first is empty.
            assertThat(y.toDoubles()).containsExactly(3 * 10 + 5 * 100, 3 * 20 + 5 * 200, 0, 0, 7, 14);
        }
        assertThat(TensorScope.liveTensors()).isEqualTo(before);
    }

    /** A file that names both weights: {@code y = table[ids] weights}. */
    private Path model() throws IOException {
        Path data = folder.resolve("weights.bin");
        long weights = 2 * WIDTH * 4;
        try (FileChannel out = FileChannel.open(
                data, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            write(out, TABLE - 8, 3, 5);
            write(out, TABLE - 2 * 4 * WIDTH, 7);
            write(out, TABLE, 1, 2);
            write(out, TABLE + weights - 16, 10, 20, 100, 200);
        }
        assertThat(Files.size(data)).isEqualTo(TABLE + weights).isGreaterThan(1L << 31);
        GraphProto.Builder graph = Models.graph("rows = Gather table ids", "y = MatMul rows weights")
                .addInitializer(Models.external(Models.tensor("table", 1, ROWS, WIDTH), "location", "weights.bin"))
                .addInitializer(Models.external(
                        Models.tensor("weights", 1, WIDTH, 2),
                        "location",
                        "weights.bin",
                        "offset",
                        Long.toString(TABLE)))
                .addOutput(Models.value("y"));
        var ids = Models.value("ids", 3).toBuilder();
        ids.getTypeBuilder().getTensorTypeBuilder().setElemType(7);
        Path file = folder.resolve("model.onnx");
        Files.write(file, Models.model(graph.addInput(ids)).build().toByteArray());
        return file;
    }

    private static void write(FileChannel out, long at, float... values) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putFloat(value);
        }
        out.write(bytes.flip(), at);
    }
}
