package dev.whence.quantize.pieces;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineTest {
    @TempDir
    private Path folder;

    private Path processors(String... lines) throws IOException {
        return Files.writeString(folder.resolve("cpuinfo"), String.join("\n", lines));
    }

    @Test
    void what_chooses_kernels_counts_and_the_rest_does_not() {
        assertThat(Machine.environment(Map.of(
                        "OPENBLAS_CORETYPE", "Haswell", "ONEDNN_MAX_CPU_ISA", "AVX2", "PATH", "/bin", "HOME", "/")))
                .containsOnly(
                        Map.entry("environment OPENBLAS_CORETYPE", "Haswell"),
                        Map.entry("environment ONEDNN_MAX_CPU_ISA", "AVX2"));
    }

    @Test
    void processors_are_told_apart_by_make_and_features() throws IOException {
        Map<String, String> one = Machine.processor(processors(
                "processor\t: 0",
                "model name\t: A 1",
                "cpu MHz\t\t: 2596.1",
                "flags\t\t: fpu avx2",
                "",
                "processor\t: 1"));
        assertThat(one)
                .containsOnly(Map.entry("processor model name", "A 1"), Map.entry("processor flags", "fpu avx2"));
        assertThat(Machine.processor(processors("model name\t: A 2", "flags\t\t: fpu avx2")))
                .isNotEqualTo(one);
        assertThat(Machine.processor(processors("model name\t: A 1", "cpu MHz\t\t: 900", "flags\t\t: fpu avx2")))
                .isEqualTo(one);
    }

    @Test
    void a_machine_that_does_not_describe_its_processors_is_told_by_the_rest() {
        assertThat(Machine.processor(folder.resolve("missing"))).isEmpty();
        assertThat(Machine.facts()).containsKeys("engine libtorch", "property os.arch");
        assertThat(Machine.facts()).isEqualTo(Machine.facts());
    }
}
