package dev.whence.quantize.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.whence.quantize.LayerSize;
import dev.whence.quantize.allocation.Budget.Resource;
import dev.whence.quantize.export.BudgetReport;
import dev.whence.quantize.export.LayerReport;
import dev.whence.report.Block;
import dev.whence.report.Page;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
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
                .contains("Not counted in average bits of an operation: patch_embed.proj")
                .doesNotContain("The budget is exceeded", "The file says that");
    }

    @Test
    void a_budget_that_the_layers_exceed_or_that_the_file_adds_up_otherwise_is_told() {
        List<LayerReport> layers = List.of(new LayerReport(
                "fc", "linear", -1, 100, 100, 8, 8, null, List.of(), null, null, LayerSize.of(100, 8, 0, 0)));

        assertThat(blocks(new BudgetReport(Resource.AVERAGE_WEIGHT_BITS, 3, 8, List.of()), layers))
                .contains(
                        "The budget is exceeded: the limit is 3 average bits of a weight, and the layers add up to 8.")
                .doesNotContain("The file says that");
        assertThat(blocks(new BudgetReport(Resource.AVERAGE_WEIGHT_BITS, 10, 2.5, List.of()), layers))
                .contains("The file says that 2.5 average bits of a weight are used, but its layers add up to 8.")
                .doesNotContain("The budget is exceeded");
    }

    private static String blocks(BudgetReport budget, List<LayerReport> layers) {
        return BudgetBlocks.of(List.of(budget), layers).stream()
                .map(Block::html)
                .collect(Collectors.joining());
    }
}
