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
    @TempDir
    private Path folder;

    @Test
    void the_table_names_what_matters() {
        Ran ran = Ran.whence("doctor");

        assertThat(ran.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(ran.out()).contains("JDK", "Processors", "Memory", "GPU", "Native cache");
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
    void the_cache_has_a_place_and_a_size() throws IOException {
        Files.write(folder.resolve("library.so"), new byte[3_000_000]);

        assertThat(finding("Native cache", Map.of()).value()).isEqualTo(folder + " (3 MB)");
    }

    @Test
    void a_cache_that_does_not_exist_yet_says_what_will_happen() {
        Finding cache = finding(
                "Native cache",
                Map.of(Diagnosis.CACHE_PROPERTY, folder.resolve("later").toString()));

        assertThat(cache.value()).contains("not made yet");
    }

    private Finding finding(String name, Map<String, String> different) {
        Map<String, String> properties = new HashMap<>(Map.of(
                "java.version",
                "25.0.3",
                "java.vendor",
                "somebody",
                "java.home",
                "/jdk",
                "os.name",
                "Linux",
                "os.version",
                "6",
                "os.arch",
                "amd64",
                Diagnosis.CACHE_PROPERTY,
                folder.toString()));
        properties.putAll(different);
        return Diagnosis.of(properties, folder).findings().stream()
                .filter(finding -> finding.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
