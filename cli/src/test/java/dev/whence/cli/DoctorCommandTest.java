package dev.whence.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.cli.Diagnosis.Finding;
import dev.whence.cli.Diagnosis.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {
    private static final Map<String, String> MACHINE = Map.of(
            "java.version", "25.0.3",
            "java.vendor", "somebody",
            "java.home", "/jdk",
            "os.name", "Linux",
            "os.version", "6",
            "os.arch", "amd64");

    @TempDir
    private Path folder;

    @Test
    void the_table_names_what_matters() {
        Ran ran = Ran.whence("doctor");

        assertThat(ran.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(ran.out())
                .contains("JDK", "Processors", "Memory", "Engine", "libtorch", "Threads", "GPU", "Native cache");
        assertThat(ran.err()).isEmpty();
    }

    @Test
    void json_is_one_array_of_findings() {
        Ran ran = Ran.whence("doctor", "--json");

        assertThat(ran.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(ran.out()).startsWith("[{\"name\":\"Whence\"").contains("\"state\":\"FINE\"");
    }

    @Test
    void an_old_jdk_is_bad_and_says_what_to_install() {
        Finding jdk = finding("JDK", Map.of("java.version", "25.0.1"));

        assertThat(jdk.state()).isEqualTo(State.BAD);
        assertThat(jdk.advice()).contains("25.0.3");
    }

    @Test
    void another_platform_is_noticed() {
        assertThat(finding("System", Map.of("os.name", "Mac OS X", "os.arch", "aarch64"))
                        .state())
                .isEqualTo(State.NOTICE);
    }

    @Test
    void a_driver_without_the_gpu_build_is_noticed() throws IOException {
        Path driver = folder.resolve("proc/driver/nvidia/version");
        Files.createDirectories(driver.getParent());
        Files.writeString(driver, "NVRM version: 570");

        assertThat(finding("GPU", Map.of()).state()).isEqualTo(State.NOTICE);
    }

    @Test
    void a_gpu_that_the_engine_sees_is_named() {
        assertThat(finding("GPU", Map.of(), Map.of("CUDA", "available", "devices", "cuda:0"))
                        .value())
                .isEqualTo("cuda:0");
    }

    @Test
    void the_native_cache_has_a_place_and_a_size() {
        assertThat(finding("Native cache", Map.of(), Map.of("cache", "/cache", "cache size", "440 MB"))
                        .value())
                .isEqualTo("/cache (440 MB)");
    }

    @Test
    void an_engine_that_does_not_start_is_bad_and_says_why() {
        Diagnosis diagnosis = new Diagnosis(MACHINE, Map.of(), "The libraries are missing.", folder);

        assertThat(diagnosis.findings())
                .contains(new Finding(
                        "Engine", "The libraries are missing.", State.BAD, "Without it nothing can be explained."));
    }

    private Finding finding(String name, Map<String, String> different) {
        return finding(name, different, Map.of());
    }

    private Finding finding(String name, Map<String, String> different, Map<String, String> engine) {
        Map<String, String> properties = new HashMap<>(MACHINE);
        properties.putAll(different);
        return new Diagnosis(properties, engine, "", folder)
                .findings().stream()
                        .filter(finding -> finding.name().equals(name))
                        .findFirst()
                        .orElseThrow();
    }
}
