package dev.whence.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.testkit.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The pages a user reads first lead nowhere wrong. */
class DocumentsTest {
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)(#[^)]*)?\\)");
    private static final Pattern CODE = Pattern.compile("(?s)```.*?```");
    private static final int LONGEST_README = 120;

    static List<Path> pages() throws IOException {
        Path root = Shared.projectRoot();
        try (Stream<Path> top = Files.list(root);
                Stream<Path> docs = Files.walk(root.resolve("docs"))) {
            return Stream.concat(top, docs)
                    .filter(file -> file.toString().endsWith(".md"))
                    .map(root::relativize)
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void every_link_leads_to_a_file(Path page) throws IOException {
        Path file = Shared.projectRoot().resolve(page);
        String text = CODE.matcher(Files.readString(file)).replaceAll("");

        assertThat(LINK.matcher(text).results().map(link -> link.group(1)))
                .allSatisfy(link -> assertThat(file.resolveSibling(link)).exists());
    }

    @Test
    void every_page_is_in_the_index() throws IOException {
        String index = Files.readString(Shared.projectRoot().resolve("docs/README.md"));

        assertThat(pages().stream()
                        .filter(page -> page.startsWith("docs") && !page.endsWith("README.md"))
                        .map(page -> Path.of("docs").relativize(page).toString()))
                .allSatisfy(page -> assertThat(index).contains("(" + page + ")"));
    }

    @Test
    void the_first_page_is_short() throws IOException {
        assertThat(Files.readAllLines(Shared.projectRoot().resolve("README.md")))
                .hasSizeLessThan(LONGEST_README);
    }
}
