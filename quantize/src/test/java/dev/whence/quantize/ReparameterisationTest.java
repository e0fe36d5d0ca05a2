package dev.whence.quantize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.whence.quantize.Reparameterisation.CommonZeroPoint;
import dev.whence.testkit.Cases;
import dev.whence.testkit.Close;
import dev.whence.testkit.GoldenJson;
import dev.whence.testkit.Shared;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ReparameterisationTest {
    @Test
    @Tag("golden")
    void every_golden_case_is_reproduced() {
        int seen = 0;
        for (Path file : Shared.list("fixtures/lrp-qvit", ".json")) {
            JsonNode tree = GoldenJson.read(file);
            if (tree.has("reparameterisation")) {
                JsonNode example = tree.get("reparameterisation");
                float[] x = normalised(example);
                for (JsonNode variant : example.get("variants")) {
                    check(example, variant, x);
                    seen++;
                }
            }
        }
        assumeTrue(seen > 0, "no golden files of reparameterisations");
    }

    private static void check(JsonNode example, JsonNode variant, float[] x) {
        int bits = variant.get("bits").intValue();
        float[] weight = floats(example, "W");
        float[] bias = floats(example, "bias");
        int channels = floats(example, "gamma").length;
        LinearLayout layout = LinearLayout.outputsFirst(bias.length, channels);
        long[] shape = {x.length / channels, channels};

        UniformQuantizer byChannel = new UniformFit(bits, Granularity.perAxis(-1)).fit(x, shape);
        boolean whole = variant.get("rounded_target_zero_point").booleanValue();
        Reparameterisation found =
                Reparameterisation.of(byChannel, whole ? CommonZeroPoint.WHOLE : CommonZeroPoint.FRACTIONAL);

        close("scales", byChannel.scales(), variant, "act_delta");
        close("zero points", byChannel.zeroPoints(), variant, "act_zero_point");
        close("ratios", found.ratios(), variant, "r");
        close("offsets", found.offsets(), variant, "b");
        close("gamma", found.gamma(floats(example, "gamma")), variant, "gamma2");
        close("beta", found.beta(floats(example, "beta")), variant, "beta2");
        float[] weight2 = found.weight(weight, layout);
        float[] bias2 = found.bias(bias, weight, layout);
        close("weight", weight2, variant, "W2");
        close("bias", bias2, variant, "bias2");
        close("common scale", found.quantizer().scales(), variant, "target_delta");
        close("common zero point", found.quantizer().zeroPoints(), variant, "target_zero_point");
        UniformQuantizer weights = new UniformFit(bits, layout.perOutput()).fit(weight2, layout.shape());
        close("weight scales", weights.scales(), variant, "W2_delta");
        close("weight zero points", weights.zeroPoints(), variant, "W2_zero_point");

        float[] x2 = found.activations(x);
        float[] expected = floats(variant, "float_output");
        Close.assertRelativeToMax("float", doubles(linear(x2, weight2, bias2)), doubles(expected), 1e-5);
        float[] quantized = linear(found.quantizer().apply(x2, shape), weights.apply(weight2, layout.shape()), bias2);
        Close.assertRelativeToMax("quantized", doubles(quantized), doubles(floats(variant, "quantized_output")), 1e-4);
        if (whole) {
            float[] other = byChannel.apply(x, shape);
            Close.assertRelativeToMax(
                    "channel by channel",
                    doubles(linear(found.quantizer().apply(x2, shape), weight2, bias2)),
                    doubles(linear(other, weight, bias)),
                    1e-5);
        }
    }

    @Test
    void a_whole_zero_point_quantizes_as_single_channels_do_whatever_their_signs() {
        Cases.check(30, draw -> {
            int channels = draw.size(1, 12);
            float[] x = draw.floats(50 * channels);
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) (x[i] * Math.pow(10, i % channels % 5 - 2) + (i % channels % 3 - 1) * 5);
            }
            long[] shape = {50, channels};
            UniformQuantizer byChannel = new UniformFit(4, Granularity.perAxis(-1)).fit(x, shape);
            Reparameterisation moved = Reparameterisation.of(byChannel, CommonZeroPoint.WHOLE);
            float[] quantized = moved.quantizer().apply(moved.activations(x), shape);
            float[] expected = byChannel.apply(x, shape);
            int differing = 0;
            for (int i = 0; i < x.length; i++) {
                float ratio = moved.ratios()[i % channels];
                float back = (quantized[i] + moved.offsets()[i % channels]) * ratio;
                float scale = byChannel.scales()[i % channels];
                differing += Math.abs(back - expected[i]) > 0.01f * scale ? 1 : 0;
            }
            assertThat(differing).isLessThanOrEqualTo(x.length / 50);
            assertThat(moved.quantizer().hasWholeZeroPoints()).isTrue();
            assertThat(moved.quantizer().zeroPoints()[0]).isBetween(0f, 15f);
        });
    }

    @Test
    void a_dead_channel_keeps_a_ratio_and_the_function() {
        float[] scales = {1, 1, 1, 1e-12f};
        UniformQuantizer byChannel =
                new UniformQuantizer(4, Granularity.perAxis(-1), scales, new float[] {7, 8, 7, 15});
        Reparameterisation moved = Reparameterisation.of(byChannel, CommonZeroPoint.WHOLE);
        LinearLayout layout = LinearLayout.inputsFirst(4, 2);
        float[] weight = {1, 2, 3, 4, 5, 6, 7, 8};
        float[] x = {0.5f, -1, 2, -1e-11f};

        float[] before = new float[2];
        float[] after = moved.bias(null, weight, layout);
        float[] weight2 = moved.weight(weight, layout);
        float[] x2 = moved.activations(x);
        for (int o = 0; o < 2; o++) {
            for (int c = 0; c < 4; c++) {
                before[o] += x[c] * weight[layout.place(o, c)];
                after[o] += x2[c] * weight2[layout.place(o, c)];
            }
        }

        assertThat(moved.ratios()[3]).isPositive();
        assertThat(after).containsExactly(before, within(1e-5f));
    }

    @Test
    void channels_that_never_change_become_zero_and_leave_the_weights_alone() {
        float[] x = {0, 5, 1, -2, 0, 5, 2, -1, 0, 5, 3, 4};
        UniformQuantizer byChannel = new UniformFit(4, Granularity.perAxis(-1)).fit(x, 3, 4);
        float[] constants = Reparameterisation.constants(x, 4);

        Reparameterisation moved = Reparameterisation.of(byChannel, CommonZeroPoint.WHOLE, constants);

        assertThat(constants).containsExactly(0, 5, Float.NaN, Float.NaN);
        assertThat(moved.ratios()).startsWith(1, 1);
        assertThat(moved.activations(x)).startsWith(0, 0);
        assertThat(moved.quantizer().apply(moved.activations(x), 3, 4)).startsWith(0, 0);
        LinearLayout layout = LinearLayout.inputsFirst(4, 1);
        float[] weight = {1, 2, 3, 4};
        assertThat(linear(moved.activations(x), moved.weight(weight, layout), moved.bias(null, weight, layout)))
                .containsExactly(linear(x, weight, new float[1]), within(1e-5f));
    }

    private static float[] linear(float[] x, float[] weight, float[] bias) {
        int inputs = weight.length / bias.length;
        float[] out = new float[x.length / inputs * bias.length];
        for (int i = 0; i < out.length; i++) {
            double sum = bias[i % bias.length];
            for (int c = 0; c < inputs; c++) {
                sum += (double) x[i / bias.length * inputs + c] * weight[i % bias.length * inputs + c];
            }
            out[i] = (float) sum;
        }
        return out;
    }

    private static float[] normalised(JsonNode example) {
        float[] h = floats(example, "H");
        float[] gamma = floats(example, "gamma");
        float[] beta = floats(example, "beta");
        double epsilon = example.get("eps").doubleValue();
        int channels = gamma.length;
        float[] out = new float[h.length];
        for (int row = 0; row < h.length; row += channels) {
            double[] part = doubles(Arrays.copyOfRange(h, row, row + channels));
            double mean = Arrays.stream(part).average().orElseThrow();
            double variance = Arrays.stream(part)
                    .map(value -> (value - mean) * (value - mean))
                    .average()
                    .orElseThrow();
            for (int c = 0; c < channels; c++) {
                out[row + c] = (float) ((part[c] - mean) / Math.sqrt(variance + epsilon) * gamma[c] + beta[c]);
            }
        }
        return out;
    }

    private static void close(String what, float[] found, JsonNode variant, String golden) {
        Close.assertElementwise(what, doubles(found), doubles(floats(variant, golden)), 1e-5, 1e-6);
    }

    private static float[] floats(JsonNode node, String name) {
        return NestedArray.of(node.get(name)).floats();
    }

    private static double[] doubles(float[] values) {
        double[] out = new double[values.length];
        Arrays.setAll(out, i -> values[i]);
        return out;
    }
}
