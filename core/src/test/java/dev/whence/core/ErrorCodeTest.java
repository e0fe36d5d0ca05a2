package dev.whence.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.testkit.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ErrorCodeTest {
    @Test
    void everyCodeIsDocumentedWithCauseAndCureAndNoOther() throws IOException {
        String page = Files.readString(Shared.projectRoot().resolve("docs/reference/errors.md"));
        List<String> sections = Arrays.stream(page.split("\n## ", -1)).skip(1).toList();
        assertThat(sections.stream().map(s -> s.lines().findFirst().orElse("")))
                .containsExactlyElementsOf(
                        Arrays.stream(ErrorCode.values()).map(ErrorCode::code).toList());
        assertThat(sections).allSatisfy(s -> assertThat(s).contains("**Cause.** ", "**Cure.** "));
    }

    @Test
    void codesAreUniqueAndWellFormed() {
        List<String> codes =
                Arrays.stream(ErrorCode.values()).map(ErrorCode::code).toList();
        assertThat(codes).doesNotHaveDuplicates().allMatch(c -> c.matches("WH(-[A-Z]+)+"));
    }
}
