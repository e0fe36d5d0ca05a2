package dev.whence.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class GoldenJsonTest {
    @TempDir
    private Path folder;

    @Test
    void arraysAreReadWithShapeAndFullPrecision() throws IOException {
        JsonNode file = read("{\"x\": {\"shape\": [2, 2], \"data\": [0.1, -1e-300, \"NaN\", 3]}}");
        assertThat(GoldenJson.isArray(file.get("x"))).isTrue();
        GoldenJson.Array x = GoldenJson.array(file.get("x"));
        assertThat(x.shape()).containsExactly(2, 2);
        assertThat(x.data()).containsExactly(0.1, -1e-300, Double.NaN, 3);
    }

    @Test
    void aPlainListIsAnArrayOfOneAxis() throws IOException {
        GoldenJson.Array x = GoldenJson.array(read("[1, 2, 3]"));
        assertThat(x.shape()).containsExactly(3);
        assertThat(x.data()).containsExactly(1, 2, 3);
    }

    @Test
    void aShapeThatDoesNotFitIsRefused() throws IOException {
        JsonNode node = read("{\"shape\": [3], \"data\": [1]}");
        assertThatThrownBy(() -> GoldenJson.array(node)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void packedFilesAreUnpacked() throws IOException {
        Path file = folder.resolve("a.json.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write("[7]".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(GoldenJson.numbers(GoldenJson.read(file))).containsExactly(7);
    }

    private JsonNode read(String text) throws IOException {
        Path file = folder.resolve("a.json");
        Files.writeString(file, text);
        return GoldenJson.read(file);
    }
}
