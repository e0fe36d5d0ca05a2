package dev.whence.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.whence.testkit.GoldenJson;
import dev.whence.testkit.Shared;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/** Every quantizer and fit against numbers of the reference implementations. */
@Tag("golden")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QuantizersGoldenTest {
    private static final double MOST_TIES = 1e-3;

    private final List<JsonNode> files = new ArrayList<>();

    @BeforeAll
    void list() {
        for (Path file : Shared.list("fixtures/lrp-qvit", ".json")) {
            JsonNode tree = GoldenJson.read(file);
            if (tree.has("inputs") && tree.has("cases")) {
                files.add(tree);
            }
        }
        assumeTrue(!files.isEmpty(), "no golden files of quantizers");
    }

    @Test
    void every_case_is_reproduced() {
        Map<String, Integer> seen = new TreeMap<>();
        for (JsonNode file : files) {
            for (JsonNode example : file.get("cases")) {
                NestedArray input = NestedArray.of(
                        file.get("inputs").get(example.get("input").stringValue()));
                String kind = example.get("kind").stringValue();
                switch (kind) {
                    case "uniform" -> uniform(example, input);
                    case "logsqrt2" -> logSqrt2(example, input);
                    case "log2" ->
                        close(example, input, new Log2Quantizer(bits(example), scale(example), ZeroCode.BESIDE));
                    case "adalog" ->
                        close(
                                example,
                                input,
                                new AdaLogQuantizer(
                                        bits(example),
                                        scale(example),
                                        example.get("q").intValue(),
                                        0,
                                        ZeroCode.BESIDE));
                    case "twin_uniform" ->
                        close(
                                example,
                                input,
                                new TwinUniformQuantizer(
                                        bits(example),
                                        example.get("scale_pos").floatValue(),
                                        example.get("scale_neg").floatValue()));
                    default -> throw new AssertionError("no quantizer for the kind " + kind);
                }
                seen.merge(kind, 1, Integer::sum);
            }
        }
        assertThat(seen.keySet()).contains("uniform", "logsqrt2", "log2", "adalog", "twin_uniform");
    }

    private static void uniform(JsonNode example, NestedArray input) {
        Granularity granularity = !example.get("channel_wise").booleanValue()
                ? Granularity.perTensor()
                : Granularity.perAxis(input.shape().length == 3 ? 2 : 0);
        UniformQuantizer fitted = new UniformFit(bits(example), granularity).fit(input.floats(), input.shape());
        assertThat(worstRelative(
                        fitted.scales(), NestedArray.of(example.get("delta")).floats(), fitted.scales().length))
                .as("scales of %s", name(example))
                .isLessThanOrEqualTo(1e-6);
        float[] zeros = NestedArray.of(example.get("zero_point")).floats();
        for (int i = 0; i < zeros.length; i++) {
            assertThat(fitted.zeroPoints()[i] == zeros[i])
                    .as("zero point of %s", name(example))
                    .isTrue();
        }
        codes(example, example.get("codes"), input, fitted);
        float[] out = fitted.apply(input.floats(), input.shape());
        float[] expected = NestedArray.of(example.get("output")).floats();
        float widest = Levels.extremes(fitted.scales())[1];
        for (int i = 0; i < out.length; i++) {
            assertThat(Math.abs(out[i] - expected[i])).isLessThanOrEqualTo(widest * 1.0001f);
        }
    }

    private static void logSqrt2(JsonNode example, NestedArray input) {
        LogSqrt2Quantizer fitted = new LogFit(bits(example), ZeroCode.BESIDE).sqrt2(input.floats());
        float expected = example.get("delta").floatValue();
        assertThat(Math.abs(fitted.scale() - expected)).isLessThanOrEqualTo(1e-6f * expected);
        codes(example, example.get("codes_with_2pow_b_meaning_zero"), input, fitted);
        close(example, input, fitted);
    }

    private static void codes(JsonNode example, JsonNode golden, NestedArray input, Quantizer quantizer) {
        int[] codes = quantizer.codes(input.floats(), input.shape());
        float[] expected = NestedArray.of(golden).floats();
        int differing = 0;
        for (int i = 0; i < codes.length; i++) {
            assertThat(Math.abs(codes[i] - expected[i])).isLessThanOrEqualTo(1);
            differing += codes[i] == expected[i] ? 0 : 1;
        }
        assertThat(differing).as("codes of %s", name(example)).isLessThanOrEqualTo((int) (MOST_TIES * codes.length));
    }

    private static void close(JsonNode example, NestedArray input, Quantizer quantizer) {
        float[] out = quantizer.apply(input.floats(), input.shape());
        float[] expected = NestedArray.of(example.get("output")).floats();
        int differing = 0;
        for (int i = 0; i < out.length; i++) {
            differing += Math.abs(out[i] - expected[i]) <= 1e-5f * Math.abs(expected[i]) ? 0 : 1;
            if (expected[i] == 0) {
                assertThat(out[i]).as("zero of %s", name(example)).isZero();
            }
        }
        assertThat(differing).as("values of %s", name(example)).isLessThanOrEqualTo((int) (MOST_TIES * out.length));
    }

    private static double worstRelative(float[] found, float[] expected, int count) {
        double worst = 0;
        assertThat(expected).hasSize(count);
        for (int i = 0; i < count; i++) {
            worst = Math.max(worst, Math.abs(found[i] - expected[i]) / Math.abs((double) expected[i]));
        }
        return worst;
    }

    private static int bits(JsonNode example) {
        return example.get("bits").intValue();
    }

    private static float scale(JsonNode example) {
        return example.get("scale").floatValue();
    }

    private static String name(JsonNode example) {
        return example.get("kind") + " " + example.get("input") + " at " + bits(example) + " bits";
    }
}
