package dev.whence.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineTest {
    @TempDir
    Path folder;

    @Test
    void factsNameTheEngineAndItsPlace() {
        Map<String, String> facts = Engine.facts();
        assertThat(facts.get("libtorch")).startsWith("2.");
        assertThat(facts.get("cache")).isEqualTo(NativeCache.chosenPlace().toString());
        assertThat(Integer.parseInt(String.valueOf(facts.get("threads")))).isPositive();
        assertThat(facts).doesNotContainValue("unknown");
        assertThat(Engine.version()).isEqualTo(facts.get("libtorch"));
        assertThat(Engine.isUnpacked()).isTrue();
    }

    @Test
    void aStartedEngineReportsNoUnpacking() {
        Engine.start();
        Engine.start((done, total, label) -> {
            throw new AssertionError(label);
        });
    }

    @Test
    void missingNativesNameTheClassifierToAdd() throws IOException {
        try (var empty = new URLClassLoader(new URL[0], null)) {
            assertThatThrownBy(() -> NativeCache.find(folder, "linux-riscv64", empty))
                    .isInstanceOf(WhenceException.class)
                    .extracting(e -> ((WhenceException) e).code())
                    .isEqualTo(ErrorCode.DEVICE_UNAVAILABLE);
            assertThatThrownBy(() -> NativeCache.find(folder, "linux-riscv64", empty))
                    .hasMessageContaining("with the classifier linux-riscv64");
        }
    }

    @Test
    void anEmptyFolderIsCold() {
        NativeCache cache =
                NativeCache.find(folder, org.bytedeco.javacpp.Loader.getPlatform(), EngineTest.class.getClassLoader());
        assertThat(cache.isWarm()).isFalse();
        assertThat(cache.unpacked()).isZero();
        assertThat(cache.total()).isGreaterThan(300_000_000);
    }

    @Test
    void aPlaceThatIsAFileIsRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");
        assertThatThrownBy(() -> new NativeCache(file, Map.of()).choose())
                .isInstanceOf(WhenceException.class)
                .hasMessageContaining("WHENCE_CACHE");
    }

    @Test
    void theDriversFilesNameTheDevices() throws IOException {
        Path information =
                Files.createDirectories(folder.resolve("0000:01:00.0")).resolve("information");
        Files.writeString(information, "Model: \t\t Some Card 5\nIRQ: 3\n");
        assertThat(CudaDevices.names(folder)).containsExactly("Some Card 5");
    }

    /** Starts another Java process with an empty cache: progress is told, and the second start is silent. */
    @Test
    @Tag("slow")
    void theFirstUseUnpacksOnceAndTellsHowFar() throws IOException, InterruptedException {
        assertThat(run()).contains("unpacked into " + folder).contains("started");
        assertThat(run()).doesNotContain("unpacked").contains("started");
    }

    private String run() throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = new ProcessBuilder(
                        java,
                        "-Xmx256m",
                        "-Dwhence.cache=" + folder,
                        "-cp",
                        System.getProperty("java.class.path"),
                        StartedElsewhere.class.getName())
                .redirectErrorStream(true)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        return text;
    }
}
