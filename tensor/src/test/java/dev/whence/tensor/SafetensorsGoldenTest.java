package dev.whence.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.WhenceException;
import dev.whence.testkit.GoldenTable;
import dev.whence.testkit.Shared;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("golden")
class SafetensorsGoldenTest {
    private static final String FOLDER = "fixtures/easy-ep/safetensors_cases";

    static List<Path> cases() {
        return Shared.list(FOLDER, ".safetensors");
    }

    @Test
    void theFolderIsThere() {
        Assumptions.assumeFalse(cases().isEmpty(), "no shared safetensors cases");
        assertThat(cases()).allMatch(path -> path.getFileName().toString().matches("(ok|bad)_.*"));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("cases")
    void goodFilesLoadAndBadOnesAreRefused(Path path) throws Exception {
        String name = path.getFileName().toString();
        GoldenTable.check("easy-ep/safetensors_cases", name, () -> {
            if (name.startsWith("ok_")) {
                try (TensorScope _ = TensorScope.open();
                        Safetensors file = Safetensors.open(path)) {
                    assertThat(file.names()).isNotEmpty();
                    for (Safetensors.Entry entry : file.entries()) {
                        assertThat(file.tensor(entry.name()).toNdArray()).isEqualTo(file.read(entry.name()));
                    }
                }
            } else {
                assertThatThrownBy(() -> Safetensors.open(path).close())
                        .isInstanceOf(WhenceException.class)
                        .hasMessageStartingWith("Cannot read '" + path + "': ")
                        .hasMessageEndingWith(".");
            }
        });
    }
}
