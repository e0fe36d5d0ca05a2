package dev.whence.quantize.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.WhenceException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RunReportTest {
    @Test
    void JSON_holds_every_number_but_no_pictures() {
        JsonNode json = JsonMapper.shared().readTree(SampleReport.small().toJson());

        JsonNode layer = json.get("layers").get(1);
        assertThat(layer.get("candidates").get(0).get("bits").asInt()).isEqualTo(2);
        assertThat(layer.get("contribution").get("rank").asInt()).isPositive();
        assertThat(layer.get("decibels").isNumber()).isTrue();
        assertThat(json.get("layers").get(2).get("decibels").asString()).isEqualTo("NaN");
        assertThat(json.get("quantization")
                        .get("totals")
                        .get("averageWeightBits")
                        .isNumber())
                .isTrue();
        JsonNode example = json.get("drift").get("examples").get(0);
        assertThat(example.propertyNames()).containsExactlyInAnyOrder("target", "cosine", "maps");
        assertThat(example.get("maps").get(0).propertyNames()).containsExactlyInAnyOrder("unit", "cosine");
        assertThat(json.get("evaluation")
                        .get("classification")
                        .get("agreement")
                        .get("hits")
                        .asInt())
                .isPositive();
        assertThat(json.get("latency").get("quantized").get("milliseconds")).hasSize(30);
        assertThat(json.get("certificate")
                        .get("budgets")
                        .get(0)
                        .get("shadowPrice")
                        .isNumber())
                .isTrue();
    }

    @Test
    void warnings_of_its_parts_stand_once() {
        RunReport report = SampleReport.small();

        assertThat(report.warnings()).hasSize(2).last().asString().contains("smaller but slower");
        assertThat(report.withWarnings(List.of("x", report.warnings().getFirst()))
                        .warnings())
                .hasSize(3)
                .endsWith("x");
    }

    @Test
    void a_missing_file_is_named() {
        assertThatThrownBy(() -> RunReport.of(Path.of("no.onnx"), Path.of("no.onnx")))
                .isInstanceOf(WhenceException.class)
                .hasMessageContaining("no.onnx");
    }
}
