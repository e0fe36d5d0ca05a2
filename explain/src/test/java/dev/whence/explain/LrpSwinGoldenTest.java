package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import dev.whence.core.Npy;
import dev.whence.graph.Network;
import dev.whence.graph.Precision;
import dev.whence.testkit.Close;
import dev.whence.testkit.GoldenJson;
import dev.whence.testkit.Shared;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** Relevance at every layer of a Swin transformer, against another implementation of AttnLRP. */
@Tag("golden")
class LrpSwinGoldenTest {
    @TestFactory
    List<DynamicTest> swinTransformer() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path json : Shared.list(LrpGoldens.FOLDER, "lrp_swin.json")) {
            JsonNode file = GoldenJson.read(json);
            for (String model : List.of("swin_op17.onnx", "swin_op13.onnx")) {
                for (Precision precision : List.of(Precision.FLOAT64, Precision.FLOAT32)) {
                    Swin swin = new Swin(json, file, model, precision);
                    tests.add(LrpGoldens.test(model + " attnlrp " + precision, swin::layers));
                    tests.add(LrpGoldens.test(model + " contribution " + precision, swin::contribution));
                }
            }
        }
        return tests;
    }

    private record Swin(Path json, JsonNode file, String model, Precision precision) {
        /** The exporter fixed a batch of one. */
        void layers() {
            try (Network network = LrpGoldens.load(json.resolveSibling(model), precision)) {
                JsonNode images = file.get("images");
                for (int n = 0; n < images.size(); n++) {
                    JsonNode image = images.get(n);
                    Map<String, String> values =
                            LrpGoldens.values(network.graph(), LrpGoldens.names(image.get("attnlrp")));
                    Set<String> wanted = new java.util.LinkedHashSet<>(values.values());
                    wanted.add("image");
                    Map<String, NdArray> found = LrpWalk.relevance(
                            network,
                            Lrp.ATTENTION,
                            "image",
                            LrpGoldens.images(json.getParent(), LrpGoldens.IMAGES, n, 1, 2),
                            new TargetChoice.Index(image.get("target").asLong()),
                            wanted);
                    for (Map.Entry<String, String> entry : values.entrySet()) {
                        double[] sums = LrpGoldens.sums(found.get(entry.getValue()), 0, 1);
                        LrpGoldens.check(
                                "image " + n + " " + entry.getKey(),
                                image.get("attnlrp").get(entry.getKey()),
                                sums,
                                LrpGoldens.ATTN_LRP);
                    }
                    if (image.has("pixel")) {
                        double[] wantedPixels = LrpGoldens.flat(image.get("pixel"));
                        Close.assertRelativeToMax(
                                "pixel",
                                found.get("image").toDoubles(),
                                wantedPixels,
                                LrpGoldens.ATTN_LRP,
                                wantedPixels.length);
                    }
                }
            }
        }

        /** The mean over calibration images of absolute relevance over the absolute logit. */
        void contribution() {
            JsonNode expected = file.get("contribution_abs_16_calibration_images");
            NdArray labels = Npy.read(json.resolveSibling("mnist_calib256_labels.npy"));
            try (Network network = LrpGoldens.load(json.resolveSibling(model), precision)) {
                Map<String, String> values = LrpGoldens.values(network.graph(), LrpGoldens.names(expected));
                Map<String, Double> means = new LinkedHashMap<>();
                int count = 16;
                for (int n = 0; n < count; n++) {
                    NdArray x = LrpGoldens.images(json.getParent(), "mnist_calib256_images.npy", n, 1, 2);
                    long target = labels.getLong(n);
                    double logit = network.evaluate(Map.of("image", x), "logits")
                            .get("logits")
                            .getDouble((int) target);
                    Map<String, NdArray> found = LrpWalk.relevance(
                            network,
                            Lrp.ATTENTION,
                            "image",
                            x,
                            new TargetChoice.Index(target),
                            new java.util.LinkedHashSet<>(values.values()));
                    values.forEach((entry, value) -> means.merge(
                            entry, LrpGoldens.sums(found.get(value), 0, 1)[1] / Math.abs(logit) / count, Double::sum));
                }
                means.forEach((entry, mean) -> assertThat(mean)
                        .as(entry)
                        .isCloseTo(
                                expected.get(entry).asDouble(),
                                org.assertj.core.data.Percentage.withPercentage(100 * LrpGoldens.ATTN_LRP)));
            }
        }
    }
}
