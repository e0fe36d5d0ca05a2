package dev.whence.quantize.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class QuantizationReportTest {
    private final QuantizationReport report = SampleReport.small();

    @Test
    void totals_can_be_computed_again_from_the_JSON() {
        JsonNode json = JsonMapper.shared().readTree(report.toJson());
        double weights = 0;
        double weightBits = 0;
        double operations = 0;
        long bytes = 0;
        for (JsonNode layer : json.get("layers")) {
            double parameters = layer.get("parameters").asDouble();
            weights += parameters;
            weightBits += parameters * layer.get("weightBits").asInt();
            operations += layer.get("multiplyAccumulates").asDouble()
                    * layer.get("weightBits").asInt()
                    * layer.get("activationBits").asInt();
            bytes += layer.get("storage").get("bytes").asLong();
        }
        JsonNode totals = json.get("totals");
        assertThat(totals.get("averageWeightBits").asDouble()).isCloseTo(weightBits / weights, within(1e-12));
        assertThat(totals.get("bitOperations").asDouble()).isEqualTo(operations);
        assertThat(totals.get("layerBytes").asLong()).isEqualTo(bytes);
    }

    @Test
    void JSON_holds_every_number_but_no_pictures() {
        JsonNode json = JsonMapper.shared().readTree(report.toJson());

        JsonNode layer = json.get("layers").get(1);
        assertThat(layer.get("candidates").get(0).get("width").get("weightBits").asInt())
                .isEqualTo(2);
        assertThat(layer.get("contribution").get("rank").asInt()).isPositive();
        assertThat(layer.get("storage").get("decibels").isNumber()).isTrue();
        JsonNode example = json.get("drift").get("examples").get(0);
        assertThat(example.propertyNames()).containsExactlyInAnyOrder("target", "cosine");
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
}
