package dev.whence.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.testkit.Shared;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How the root script turns {@code --memory} into the largest Java heap. */
@DisabledOnOs(OS.WINDOWS)
class HeapWithinTest {
    @ParameterizedTest
    @CsvSource({
        "--memory 2g,            -Xmx524288k",
        "--memory=4G -q,         -Xmx1048576k",
        "explain m --memory 800m, -Xmx262144k",
        "--memory 2048M,         -Xmx524288k",
        "--memory=999999K,       -Xmx262144k",
        "--memory 1t,            -Xmx268435456k",
        "explain m --batch 2,    ''",
        "--memory 2x,            ''",
        "--memory,               ''",
    })
    void the_heap_gets_a_quarter_of_the_memory(String arguments, String option) throws Exception {
        Process process = new ProcessBuilder(
                        "bash", "-c", "set -euo pipefail; . scripts/memory.sh; heap_within " + arguments)
                .directory(Shared.projectRoot().toFile())
                .redirectErrorStream(true)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).isZero();
        assertThat(text.strip()).isEqualTo(option);
    }

    /** The bash of macOS is 3.2, which knows neither changed letters nor arrays by name. */
    @ParameterizedTest
    @ValueSource(strings = {"whence", "scripts/memory.sh"})
    void what_users_start_needs_no_newer_bash(String script) throws Exception {
        String text = Files.readString(Shared.projectRoot().resolve(script));

        assertThat(text)
                .doesNotContainPattern("\\$\\{\\w+[,^]")
                .doesNotContain("declare -A", "local -A", "mapfile", "readarray", "local -n", "|&", "&>>");
    }
}
