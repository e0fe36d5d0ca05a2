package dev.whence.quantize.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.whence.core.NdArray;
import dev.whence.core.Progress;
import dev.whence.graph.Graph;
import dev.whence.graph.onnx.OnnxExport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LatencyTest {
    private static final Latency.Settings SHORT = Latency.Settings.USUAL.withRuns(1, 5);
    private static final Map<String, NdArray> INPUTS = Map.of("x", NdArray.of(new float[] {1, -2, 3}, 1, 3));

    @TempDir
    private Path folder;

    private Path model(String name) {
        Path file = folder.resolve(name);
        Graph graph = Graph.builder("dense")
                .input("x", NdArray.Type.FLOAT32, -1, 3)
                .constant("w", NdArray.of(new float[] {1, -1, 2, 0.5f, -1, 2}, 3, 2))
                .node("MatMul", "y", "x", "w")
                .output("y")
                .build();
        OnnxExport.write(file, graph);
        return file;
    }

    @Test
    void both_files_are_timed_as_often_as_asked() throws IOException {
        Path one = model("one.onnx");
        Path other = model("other.onnx");
        Latency latency = Latency.measure(one, other, INPUTS, SHORT, Progress.SILENT);

        assertThat(latency.runtime()).startsWith("ONNX Runtime ");
        assertThat(latency.batch()).isEqualTo(1);
        for (Latency.Timing timing : List.of(latency.original(), latency.quantized())) {
            assertThat(timing.problem()).isEmpty();
            assertThat(timing.milliseconds())
                    .hasSize(5)
                    .allSatisfy(ms -> assertThat(ms).isPositive());
        }
        assertThat(latency.original().bytes()).isEqualTo(Files.size(one));
        assertThat(latency.ratio()).isPresent();
    }

    @Test
    void a_file_that_the_runtime_refuses_gives_a_sentence() throws IOException {
        Path broken = Files.writeString(folder.resolve("broken.onnx"), "no model");
        Latency latency = Latency.measure(model("one.onnx"), broken, INPUTS, SHORT, Progress.SILENT);

        assertThat(latency.original().milliseconds()).hasSize(5);
        assertThat(latency.quantized().milliseconds()).isEmpty();
        assertThat(latency.quantized().median()).isEmpty();
        assertThat(latency.ratio()).isEmpty();
        assertThat(latency.warnings())
                .singleElement()
                .asString()
                .startsWith("ONNX Runtime cannot load 'broken.onnx', so its time is not measured: ");
    }

    @Test
    void an_input_that_does_not_fit_gives_a_sentence() {
        Path one = model("one.onnx");
        Map<String, NdArray> wrong = Map.of("x", NdArray.of(new float[] {1, 2}, 1, 2));
        Latency latency = Latency.measure(one, one, wrong, SHORT, Progress.SILENT);

        assertThat(latency.warnings()).hasSize(2).allSatisfy(s -> assertThat(s).contains("cannot run 'one.onnx'"));
    }

    @Test
    void a_smaller_but_slower_model_is_named_so() {
        Latency latency = new Latency(
                "ONNX Runtime",
                SHORT,
                1,
                new Latency.Timing("a.onnx", 1000, List.of(1.0, 9.0, 1.0), ""),
                new Latency.Timing("b.onnx", 300, List.of(2.5, 2.5), ""));

        assertThat(latency.ratio().orElseThrow()).isCloseTo(2.5, within(1e-12));
        assertThat(latency.warnings())
                .containsExactly("The quantized model is smaller but slower on this machine: 2.50 ms instead of 1.00 ms"
                        + " a run in ONNX Runtime with 1 thread (2.50 times as long). Its size is the gain, not its"
                        + " speed.");
    }

    @Test
    void quantiles_lie_between_the_times() {
        Latency.Timing timing = new Latency.Timing("a.onnx", 1, List.of(4.0, 1.0, 3.0, 2.0), "");

        assertThat(timing.median().orElseThrow()).isCloseTo(2.5, within(1e-12));
        assertThat(timing.quantile(1).orElseThrow()).isEqualTo(4);
        assertThat(timing.quantile(0.1).orElseThrow()).isCloseTo(1.3, within(1e-12));
    }
}
