package dev.whence.quantize.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import dev.whence.graph.Graph;
import dev.whence.quantize.VisionTransformerShape;
import dev.whence.quantize.allocation.Budget;
import dev.whence.quantize.allocation.Objective;
import dev.whence.quantize.export.Format;
import dev.whence.quantize.export.QuantizedExport;
import dev.whence.quantize.pipeline.Outcome;
import dev.whence.quantize.pipeline.Plan;
import dev.whence.quantize.pipeline.Quantization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A network of a size in which they are used goes the whole way; prints the time and the memory of each step. */
@Tag("slow")
class FullSizeTest {
    private static final int IMAGES = 32;
    private static final double BITS = 4;
    private static final int LAYERS = 74;

    @Test
    void a_transformer_of_full_size_is_quantized_by_relevance_and_written(@TempDir Path folder) throws IOException {
        VisionTransformerShape shape = VisionTransformerShape.SMALL_16;
        Graph graph = shape.graph(1);
        Map<String, NdArray> images = Map.of("image", shape.images(IMAGES, 2));
        Map<String, Long> begun = new LinkedHashMap<>();
        begun.put("layers found", System.nanoTime());
        Outcome outcome = Quantization.run(
                graph,
                images,
                Plan.of(BITS).with(Objective.LRP),
                (done, all, label) -> begun.putIfAbsent(label, System.nanoTime()));
        begun.put("answers compared, frontier; file written", System.nanoTime());
        Path file = folder.resolve("quantized.onnx");
        QuantizedExport.write(file, QuantizedExport.graph(outcome.quantized(), Format.FAKE_QUANT, Map.of(), Map.of()));
        begun.put("", System.nanoTime());
        Table table = new Table("step", "seconds");
        String last = null;
        for (Map.Entry<String, Long> one : begun.entrySet()) {
            if (last != null) {
                table.cells(last, String.format(Locale.ROOT, "%.1f", (one.getValue() - begun.get(last)) / 1e9));
            }
            last = one.getKey();
        }
        table.cells("most memory", mostMemory());
        table.print("ViT-S/16, " + IMAGES + " images");
        assertThat(outcome.quantized().layers()).hasSize(LAYERS);
        assertThat(outcome.chosen().allocation().used(Budget.Resource.AVERAGE_WEIGHT_BITS))
                .isLessThanOrEqualTo(BITS);
        assertThat(Files.size(file)).isPositive();
    }

    private static String mostMemory() throws IOException {
        Path status = Path.of("/proc/self/status");
        return Files.exists(status)
                ? Files.readAllLines(status).stream()
                        .filter(line -> line.startsWith("VmHWM:"))
                        .findFirst()
                        .orElse("?")
                        .replaceAll("\\s+", " ")
                : "?";
    }
}
