package dev.whence.graph.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.whence.core.WhenceException;
import dev.whence.graph.Graph;
import dev.whence.testkit.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever network lies in the shared data comes back equal after writing, and ONNX Runtime takes what we wrote. */
@Tag("golden")
class OnnxRoundTripTest {

    @TempDir
    private Path folder;

    private static List<Path> models() throws IOException {
        Path shared = Shared.find("fixtures").orElse(null);
        if (shared == null) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(shared)) {
            return all.filter(p -> p.getFileName().toString().endsWith(".onnx"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void everyModelComesBackEqual() throws IOException {
        List<Path> models = models();
        assumeFalse(models.isEmpty(), "not tested: no models beside the project");
        for (Path model : models) {
            Graph graph = OnnxModel.load(model).graph();
            assertThat(OnnxModel.read(OnnxExport.toBytes(graph), null).graph())
                    .as(model.toString())
                    .isEqualTo(graph);
            Path copy = folder.resolve("copy.onnx");
            OnnxExport.write(copy, graph, 256);
            assertThat(OnnxModel.load(copy).graph())
                    .as(model + " with a data file")
                    .isEqualTo(graph);
        }
    }

    @Test
    void everyConformanceModelComesBackEqual() {
        List<ConformanceCases.Case> cases = ConformanceCases.list();
        assumeFalse(cases.isEmpty(), "not tested: no conformance cases beside the project");
        for (ConformanceCases.Case c : cases) {
            Graph graph;
            try {
                graph = OnnxModel.read(c.model(), null).graph();
            } catch (WhenceException e) {
                continue;
            }
            assertThat(OnnxModel.read(OnnxExport.toBytes(graph), null).graph())
                    .as(c.name())
                    .isEqualTo(graph);
        }
    }

    @Test
    void onnxRuntimeTakesWhatWeWrite() throws IOException, OrtException {
        List<Path> models = models();
        assumeFalse(models.isEmpty(), "not tested: no models beside the project");
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        for (Path model : models) {
            Path copy = folder.resolve("copy.onnx");
            OnnxExport.write(copy, OnnxModel.load(model).graph(), 256);
            try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
                    OrtSession original = environment.createSession(model.toString(), options);
                    OrtSession session = environment.createSession(copy.toString(), options)) {
                assertThat(session.getInputInfo().keySet())
                        .as(model.toString())
                        .isEqualTo(original.getInputInfo().keySet());
                assertThat(session.getOutputInfo().keySet())
                        .as(model.toString())
                        .isEqualTo(original.getOutputInfo().keySet());
            }
        }
    }
}
