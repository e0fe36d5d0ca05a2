package dev.whence.quantize.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.whence.core.NdArray;
import dev.whence.explain.Explainer;
import dev.whence.explain.Lrp;
import dev.whence.explain.LrpConventions;
import dev.whence.explain.RelevanceSums;
import dev.whence.explain.Request;
import dev.whence.explain.TargetChoice;
import dev.whence.graph.Graph;
import dev.whence.graph.Node;
import dev.whence.graph.Precision;
import dev.whence.quantize.QuantizeFixtures;
import dev.whence.testkit.GoldenJson;
import dev.whence.testkit.GoldenTable;
import dev.whence.testkit.Shared;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** What layers of vision transformers contribute, against the code of the authors of two rule sets. */
@Tag("golden")
class ContributionGoldenTest {
    private static final double ATTN_LRP = 1e-2;

    /**
     * Where the two sides of a sum nearly cancel, the rule magnifies float32's rounding: images of which our own float64 and
     * float32 runs differ by more than this are compared as closely as those two agree.
     */
    private static final double CHEFER = 1e-3;

    private static final int IMAGES = 16;

    private static DynamicTest test(String name, GoldenTable.Check check) {
        return DynamicTest.dynamicTest(name, () -> GoldenTable.check(QuantizeFixtures.FOLDER, name, check));
    }

    /** A network with what it was recognised to be. */
    private record Loaded(Path file, Graph graph, QuantizableModel model) {
        static Loaded of(Path file) {
            Graph graph = QuantizeFixtures.graph(file);
            return new Loaded(file, graph, QuantizableModel.of(graph));
        }

        NdArray images(String split, int count) {
            return QuantizeFixtures.images(file.getParent(), split, 0, count, QuantizeFixtures.Family.of(file));
        }

        LayerContributions contributions(String split, int count, Lrp method, TargetChoice target) {
            return contributions(split, count, method, target, Precision.FLOAT64);
        }

        LayerContributions contributions(
                String split, int count, Lrp method, TargetChoice target, Precision precision) {
            try (Explainer explainer = Explainer.of(graph, precision)) {
                return LayerContributions.of(explainer, model, Map.of("image", images(split, count)), method, target);
            }
        }

        TargetChoice labels(String split, int count) {
            return new TargetChoice.PerExample(QuantizeFixtures.labels(file.getParent(), split, 0, count));
        }
    }

    private static List<Path> models(String prefix) {
        return QuantizeFixtures.floatModels().stream()
                .filter(p -> p.getFileName().toString().startsWith(prefix))
                .toList();
    }

    @TestFactory
    List<DynamicTest> layersOfSingleImages() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path json : Shared.list(QuantizeFixtures.FOLDER, ".json")) {
            String name = json.getFileName().toString();
            if (name.startsWith("lrp_")) {
                for (Path file : models(name.substring(4, name.length() - 5) + "_op")) {
                    tests.add(test(file.getFileName() + " attnlrp layers", () -> single(json, file, "attnlrp")));
                    if (GoldenJson.read(json).get("images").get(0).has("chefer")) {
                        tests.add(test(file.getFileName() + " chefer layers", () -> single(json, file, "chefer")));
                    }
                }
            }
        }
        return tests;
    }

    private static void single(Path json, Path file, String key) {
        JsonNode images = GoldenJson.read(json).get("images");
        Loaded loaded = Loaded.of(file);
        List<Long> targets = new ArrayList<>();
        images.forEach(image -> targets.add(image.get("target").asLong()));
        boolean isChefer = key.equals("chefer");
        Lrp method = isChefer ? Lrp.CHEFER : Lrp.ATTENTION;
        TargetChoice target = new TargetChoice.PerExample(targets);
        LayerContributions found = loaded.contributions(QuantizeFixtures.TEST, images.size(), method, target);
        LayerContributions narrow =
                loaded.contributions(QuantizeFixtures.TEST, images.size(), method, target, Precision.FLOAT32);
        for (int n = 0; n < images.size(); n++) {
            double limit = isChefer ? Math.max(CHEFER, 3 * spread(found, narrow, n)) : ATTN_LRP;
            double start = isChefer ? 1 : Math.abs(found.values()[n]);
            int compared = 0;
            for (LayerContribution layer : found.layers()) {
                String suffix = isChefer ? ".out" : "";
                JsonNode wanted = images.get(n).get(key).get(layer.layer() + suffix);
                if (wanted != null) {
                    double size = wanted.get("abs_sum").asDouble();
                    double tolerance = limit * Math.max(size, 1e-3);
                    String what = "image " + n + " " + layer.layer();
                    assertThat(layer.absolute()[n] * start).as(what).isCloseTo(size, within(tolerance));
                    assertThat(layer.signed()[n] * start)
                            .as(what)
                            .isCloseTo(wanted.get("sum").asDouble(), within(tolerance));
                    assertThat(layer.positive()[n] * start)
                            .as(what)
                            .isCloseTo(wanted.get("pos_sum").asDouble(), within(tolerance));
                    compared++;
                }
            }
            assertThat(compared).isGreaterThanOrEqualTo(found.layers().size() - 1);
        }
        if (isChefer) {
            branchesConserve(loaded, found);
        }
    }

    private static double spread(LayerContributions wide, LayerContributions narrow, int example) {
        double most = 0;
        for (int i = 0; i < wide.layers().size(); i++) {
            LayerContribution a = wide.layers().get(i);
            LayerContribution b = narrow.layers().get(i);
            double apart = Math.abs(a.signed()[example] - b.signed()[example])
                    + Math.abs(a.absolute()[example] - b.absolute()[example]);
            most = Math.max(most, apart / a.absolute()[example]);
        }
        return most;
    }

    /** Signed sums rank branches, not layers: all of a branch have the same, and the first product half of it. */
    private static void branchesConserve(Loaded loaded, LayerContributions found) {
        Map<Integer, List<QuantizableLayer>> blocks = new TreeMap<>();
        loaded.model().layers().stream()
                .filter(l -> l.block() >= 0)
                .forEach(l -> blocks.computeIfAbsent(l.block(), b -> new ArrayList<>())
                        .add(l));
        blocks.values().forEach(layers -> {
            double[] qkv = signed(found, layers, LayerKind.QKV);
            double[] second = signed(found, layers, LayerKind.MATMUL2);
            assertThat(signed(found, layers, LayerKind.PROJ)).containsExactly(second, within(CHEFER));
            assertThat(qkv).containsExactly(second, within(CHEFER));
            assertThat(signed(found, layers, LayerKind.FC1))
                    .containsExactly(signed(found, layers, LayerKind.FC2), within(CHEFER));
            assertThat(signed(found, layers, LayerKind.MATMUL1))
                    .containsExactly(Arrays.stream(second).map(s -> s / 2).toArray(), within(CHEFER));
        });
    }

    private static double[] signed(LayerContributions found, List<QuantizableLayer> block, LayerKind kind) {
        QuantizableLayer layer =
                block.stream().filter(l -> l.kind() == kind).findFirst().orElseThrow();
        return found.layer(layer.name()).orElseThrow().signed();
    }

    @TestFactory
    List<DynamicTest> residualSumsKeepOneHundredPercentUnderChefersRules() {
        return models("vit_op").stream()
                .map(file -> test(file.getFileName() + " chefer residual sums", () -> residuals(Loaded.of(file))))
                .toList();
    }

    private static void residuals(Loaded loaded) {
        List<String> sums = loaded.graph().nodes().stream()
                .filter(n -> n.name().matches("/blocks/blocks\\.\\d+/Add(_1)?"))
                .map((Node n) -> n.outputs().getFirst())
                .toList();
        assertThat(sums).isNotEmpty();
        try (Explainer explainer = Explainer.of(loaded.graph(), Precision.FLOAT64)) {
            Request request = Request.of(Map.of("image", loaded.images(QuantizeFixtures.TEST, 2)), Lrp.CHEFER)
                    .batch(1);
            RelevanceSums found = explainer.relevance(request, Set.copyOf(sums)).getFirst();
            found.values().forEach((value, at) -> {
                for (double signed : at.signed()) {
                    assertThat(signed).as(value).isCloseTo(1, within(CHEFER));
                }
            });
        }
    }

    @TestFactory
    List<DynamicTest> meansOverCalibrationImages() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path file : models("")) {
            String model = QuantizeFixtures.modelName(file);
            String key = model.startsWith("swin") ? "lrp_swin.json" : "results_" + model + ".json";
            QuantizeFixtures.json(key)
                    .filter(j -> j.has("attnlrp_score") || j.has("contribution_abs_16_calibration_images"))
                    .ifPresent(j -> tests.add(test(file.getFileName() + " attnlrp means", () -> means(j, file))));
        }
        return tests;
    }

    private static void means(JsonNode json, Path file) {
        Loaded loaded = Loaded.of(file);
        TargetChoice labels = loaded.labels(QuantizeFixtures.CALIBRATION, IMAGES);
        LayerContributions found = loaded.contributions(QuantizeFixtures.CALIBRATION, IMAGES, Lrp.ATTENTION, labels);
        boolean isSwin = json.has("contribution_abs_16_calibration_images");
        JsonNode wanted = json.get(isSwin ? "contribution_abs_16_calibration_images" : "attnlrp_score");
        int compared = 0;
        for (LayerContribution layer : found.layers()) {
            JsonNode expected = wanted.get(layer.layer());
            if (expected != null) {
                double absolute = isSwin ? expected.asDouble() : expected.get(1).asDouble();
                assertThat(layer.mean()).as(layer.layer()).isCloseTo(absolute, within(ATTN_LRP * absolute));
                compared++;
            }
        }
        assertThat(compared).isGreaterThanOrEqualTo(found.layers().size() - 1);
    }

    @TestFactory
    List<DynamicTest> opsetsGiveTheSame() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path old : models("")) {
            Path young = old.resolveSibling(old.getFileName().toString().replace("_op13", "_op17"));
            if (!young.equals(old) && young.toFile().exists()) {
                tests.add(test(old.getFileName() + " as opset 17", () -> {
                    LayerContributions first = Loaded.of(old)
                            .contributions(QuantizeFixtures.TEST, 2, Lrp.ATTENTION, new TargetChoice.ArgMax());
                    LayerContributions second = Loaded.of(young)
                            .contributions(QuantizeFixtures.TEST, 2, Lrp.ATTENTION, new TargetChoice.ArgMax());
                    assertThat(first.layers().stream().map(LayerContribution::layer))
                            .containsExactlyElementsOf(second.layers().stream()
                                    .map(LayerContribution::layer)
                                    .toList());
                    double[] wanted = second.means();
                    for (int i = 0; i < wanted.length; i++) {
                        assertThat(first.means()[i]).isCloseTo(wanted[i], within(1e-3 * wanted[i]));
                    }
                }));
            }
        }
        return tests;
    }

    @TestFactory
    List<DynamicTest> rescaledNormalisationsChangeNothing() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path outlier : models("vit_outlier")) {
            Path plain = outlier.resolveSibling(outlier.getFileName().toString().replace("_outlier", ""));
            if (plain.toFile().exists()) {
                tests.add(test(outlier.getFileName() + " ranks as without outliers", () -> {
                    double agreement = identity(outlier).agreement(identity(plain));
                    assertThat(agreement).isGreaterThanOrEqualTo(0.97);
                }));
            }
        }
        return tests;
    }

    /** With layer normalisation passed unchanged. */
    private static LayerContributions identity(Path file) {
        Loaded loaded = Loaded.of(file);
        LrpConventions attention = Lrp.ATTENTION.composite().conventions();
        LrpConventions passed = new LrpConventions(attention.attention(), attention.gates(), attention.sums(), true);
        return loaded.contributions(
                QuantizeFixtures.CALIBRATION,
                IMAGES,
                Lrp.ATTENTION.withComposite(Lrp.ATTENTION.composite().with(passed)),
                loaded.labels(QuantizeFixtures.CALIBRATION, IMAGES));
    }
}
