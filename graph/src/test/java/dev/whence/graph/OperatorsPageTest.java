package dev.whence.graph;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.graph.operators.StandardOperators;
import dev.whence.testkit.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class OperatorsPageTest {
    @Test
    void thePageOfOperatorsTellsWhatTheCodeDoes() throws IOException {
        Path page = Shared.projectRoot().resolve("docs/reference/operators.md");
        String now = OperatorsPage.of(StandardOperators.SET);
        if (Boolean.getBoolean("whence.write")) {
            Files.writeString(page, now);
        }
        assertThat(page)
                .as("write it with -Dtest=OperatorsPageTest -Dwhence.write=true")
                .hasContent(now);
    }
}
