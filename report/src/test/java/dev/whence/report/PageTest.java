package dev.whence.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PageTest {
    static final String HOSTILE = "</title><script>alert('1')</script>\"'&\u0000\u202e\ud800";

    @Test
    void a_page_is_well_formed_and_has_landmarks_and_headings() {
        var document = Xml.parse(Page.titled("A title")
                .lead("A lead")
                .section("One", Block.paragraph("text"))
                .build()
                .html());
        assertThat(document.getDocumentElement().getAttribute("lang")).isEqualTo("en");
        for (String landmark : List.of("header", "main", "footer", "h1", "title")) {
            assertThat(Xml.elements(document, landmark)).as(landmark).hasSize(1);
        }
        var section = Xml.elements(document, "section").getFirst();
        assertThat(section.getAttribute("aria-labelledby"))
                .isEqualTo(Xml.elements(document, "h2").getFirst().getAttribute("id"));
    }

    @Test
    void hostile_text_stays_text() {
        String html = Page.titled(HOSTILE)
                .lead(HOSTILE)
                .section(HOSTILE, Block.note(HOSTILE))
                .build()
                .html();
        var document = Xml.parse(html);
        assertThat(Xml.elements(document, "script")).hasSize(1);
        assertThat(Xml.elements(document, "h1").getFirst().getTextContent()).startsWith("</title><script>alert('1')");
        assertThat(html).doesNotContain("\u202e").doesNotContain("\u0000");
    }

    @Test
    void a_page_forbids_every_connection_and_allows_only_its_own_script() throws Exception {
        var document = Xml.parse(Page.titled("A title").build().html());
        String policy = Xml.elements(document, "meta").stream()
                .filter(meta -> meta.getAttribute("http-equiv").equals("Content-Security-Policy"))
                .findFirst()
                .orElseThrow()
                .getAttribute("content");
        String script = Xml.elements(document, "script").getFirst().getTextContent();
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
        assertThat(policy)
                .startsWith("default-src 'none'")
                .contains("script-src 'sha256-" + Base64.getEncoder().encodeToString(hash) + "'");
    }

    @Test
    void the_same_content_gives_the_same_bytes() {
        assertThat(Page.titled("t").section("s", Block.note("n")).build().html())
                .isEqualTo(
                        Page.titled("t").section("s", Block.note("n")).build().html());
    }

    @Test
    void an_anchor_is_used_once_and_cannot_hold_markup() {
        var page = Page.titled("t").section("one", "One", List.of());
        assertThatThrownBy(() -> page.section("one", "Two", List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> page.section("a\"b", "Two", List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_page_that_cannot_be_written_is_one_sentence_and_leaves_nothing(@TempDir Path folder) throws Exception {
        Page page = Page.titled("t").build();
        assertThatThrownBy(() -> page.write(folder.resolve("missing/page.html")))
                .isInstanceOfSatisfying(
                        WhenceException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STORE_UNWRITABLE));
        page.write(folder.resolve("page.html"));
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(folder.resolve("page.html"));
        }
        assertThat(Files.readString(folder.resolve("page.html"))).isEqualTo(page.html());
    }
}
