package dev.whence.quantize.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.whence.report.Page;
import java.io.StringReader;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

class QuantizationPageTest {
    private static final String[] SECTIONS = {
        "summary", "contributions", "budget", "evidence", "results", "latency", "layers", "settings"
    };

    @TempDir
    private Path folder;

    @Test
    void a_full_report_has_every_section() {
        String html = QuantizationPage.of(SampleReport.of(4, 6)).html().replace("<wbr/>", "");

        assertThat(SECTIONS).allSatisfy(section -> assertThat(html).contains("<section id=\"" + section + "\""));
        assertThat(html)
                .contains("smaller but slower", "blocks.3.mlp.fc2", "cosine 0.9", "may be chance", "this is proved")
                .contains("wider ones were clipped to");
    }

    @Test
    void the_page_is_well_formed_and_the_same_each_time() {
        Page page = QuantizationPage.of(SampleReport.small());

        assertThatCode(() -> DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new InputSource(new StringReader(page.html().replaceFirst("<!DOCTYPE html>", "")))))
                .doesNotThrowAnyException();
        assertThat(QuantizationPage.of(SampleReport.small()).html()).isEqualTo(page.html());
    }

    @Test
    void what_is_not_known_is_left_out() throws java.io.IOException {
        Path file = java.nio.file.Files.writeString(folder.resolve("a.onnx"), "some bytes");
        String html = QuantizationPage.of(RunReport.of(file, file)).html();

        assertThat(html).contains("<section id=\"summary\"").doesNotContain("<section id=\"budget\"");
        assertThat(html).doesNotContain("<section id=\"evidence\"", "<section id=\"layers\"");
    }

    @Test
    void a_file_alone_tells_whether_its_budgets_are_kept() throws java.io.IOException {
        Path file = java.nio.file.Files.writeString(folder.resolve("a.onnx"), "some bytes");
        RunReport report = RunReport.of(file, file)
                .with(java.util.Objects.requireNonNull(SampleReport.small().quantization()));
        String html = QuantizationPage.of(report).html();

        assertThat(html)
                .contains("Is the budget kept?", "average bits of an operation")
                .contains("Not counted in average bits of an operation: patch_embed.proj");
    }
}
