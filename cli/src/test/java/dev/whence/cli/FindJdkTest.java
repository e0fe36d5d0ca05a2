package dev.whence.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.testkit.Shared;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the root scripts choose a JDK, tried on folders that only look like JDKs. */
@DisabledOnOs(OS.WINDOWS)
class FindJdkTest {
    private record Answer(int exitCode, String text) {}

    @TempDir
    private Path folder;

    @Test
    void the_named_jdk_wins() throws Exception {
        Path named = jdk("named", "25.0.3");

        assertThat(find(Map.of("WHENCE_JAVA_HOME", named.toString()))).isEqualTo(new Answer(0, named.toString()));
    }

    @Test
    void a_named_jdk_that_is_too_old_is_an_error_and_not_silently_replaced() throws Exception {
        Path named = jdk("named", "17.0.15");

        Answer answer = find(Map.of("WHENCE_JAVA_HOME", named.toString()));

        assertThat(answer.exitCode()).isEqualTo(1);
        assertThat(answer.text()).contains("holds JDK 17.0.15").contains("25.0.3 or newer");
    }

    @Test
    void a_folder_without_a_jdk_is_said_to_hold_none() throws Exception {
        assertThat(find(Map.of("WHENCE_JAVA_HOME", folder.toString())).text()).contains("which holds no JDK");
    }

    @Test
    void the_java_of_the_path_is_followed_through_links() throws Exception {
        Path home = jdk("real", "26");
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Files.createSymbolicLink(bin.resolve("java"), home.resolve("bin/java"));

        Answer answer = find(Map.of("JAVA_HOME", "", "PATH", bin + ":" + System.getenv("PATH")));

        assertThat(answer).isEqualTo(new Answer(0, home.toRealPath().toString()));
    }

    @ParameterizedTest
    @CsvSource({
        "25.0.3,   0",
        "25.0.3.1, 0",
        "25.1,     0",
        "26,       0",
        "26-ea,    0",
        "25.0.2,   1",
        "25,       1",
        "24.0.9,   1",
        "1.8.0_40, 1",
        "nonsense, 1",
    })
    void versions_are_compared_as_numbers(String version, int exitCode) throws Exception {
        Path home = jdk("some", version);

        assertThat(run("jdk_suits '" + home + "'", Map.of()).exitCode()).isEqualTo(exitCode);
    }

    private Path jdk(String name, String version) throws IOException {
        Path home = folder.resolve(name);
        Files.createDirectories(home.resolve("bin"));
        for (String program : new String[] {"java", "javac"}) {
            Files.writeString(home.resolve("bin").resolve(program), "#!/bin/sh\n");
            Files.setPosixFilePermissions(
                    home.resolve("bin").resolve(program), PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"somebody\"\nJAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    private static Answer find(Map<String, String> environment) throws Exception {
        return run("find_jdk && echo \"$WHENCE_JDK\"", environment);
    }

    private static Answer run(String script, Map<String, String> environment) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder("bash", "-c", "set -euo pipefail; . scripts/find-jdk.sh; " + script);
        builder.directory(Shared.projectRoot().toFile()).redirectErrorStream(true);
        builder.environment().remove("WHENCE_JAVA_HOME");
        builder.environment().putAll(environment);
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Answer(process.waitFor(), text.strip());
    }
}
