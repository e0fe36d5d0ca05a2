package dev.whence.quantize.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.whence.graph.Graph;
import dev.whence.quantize.calibration.Calibration;
import dev.whence.quantize.calibration.CalibrationSettings;
import dev.whence.quantize.export.Format;
import dev.whence.quantize.export.LayerReport;
import dev.whence.quantize.export.QuantizationReport;
import dev.whence.quantize.export.QuantizedExport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How large quantized networks are: the files that run today, and the bits that their codes really hold. */
@Tag("slow")
@Tag("golden")
class SizeExperimentTest {
    private static final int IMAGES = 32;
    private static final double MOST_OF_FILE = 0.36;
    private static final String STATED = "vit";
    private static final int NARROW = 4;

    @Test
    void files_of_eight_bits_are_a_third_and_four_bits_an_eighth(@TempDir Path folder) throws IOException {
        List<Subject> subjects = Subject.all();
        assumeTrue(!subjects.isEmpty(), "no golden networks");
        Table table = new Table(
                "network",
                "float file",
                "8 bits, int8-qdq file",
                "ratio",
                "weights in float32",
                "weights of 4 bits, packed",
                "their scales and biases");
        List<String> missed = new ArrayList<>();
        for (Subject subject : subjects) {
            Path file = folder.resolve(subject.name() + ".onnx");
            QuantizedExport.write(file, graph(subject, CalibrationSettings.INTEGER, 8, Format.INT8_QDQ));
            double ratio = (double) Files.size(file) / Files.size(subject.file());
            QuantizationReport report = QuantizationReport.of(
                            graph(subject, CalibrationSettings.USUAL, NARROW, Format.FAKE_QUANT))
                    .orElseThrow();
            long weights = 0;
            long packed = 0;
            long others = 0;
            for (LayerReport layer : report.layers()) {
                weights += layer.parameters() * Float.BYTES;
                packed += layer.size().weights();
                others += layer.size().total() - layer.size().weights();
            }
            table.cells(
                    subject.name(),
                    bytes(Files.size(subject.file())),
                    bytes(Files.size(file)),
                    Table.text(ratio),
                    bytes(weights),
                    bytes(packed),
                    bytes(others));
            assertThat(packed).isEqualTo(weights * NARROW / Float.SIZE);
            if (subject.name().equals(STATED) && ratio > MOST_OF_FILE) {
                missed.add(subject.name() + ": " + ratio);
            }
        }
        table.print("Sizes in bytes");
        assertThat(missed).isEmpty();
    }

    private static String bytes(long count) {
        return String.format(java.util.Locale.ROOT, "%,d", count);
    }

    private static Graph graph(Subject subject, CalibrationSettings settings, int bits, Format format) {
        try (Calibration calibration = Calibration.of(subject.model(), settings)) {
            return QuantizedExport.graph(
                    calibration.quantize(subject.uniform(bits), subject.calibration(IMAGES)),
                    format,
                    Map.of(),
                    Map.of());
        }
    }
}
