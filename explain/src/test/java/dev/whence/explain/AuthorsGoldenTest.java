package dev.whence.explain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.Attribution;
import dev.whence.core.Completeness;
import dev.whence.core.NdArray;
import dev.whence.core.Npy;
import dev.whence.explain.Gradient.Factor;
import dev.whence.graph.Precision;
import dev.whence.graph.onnx.OnnxModel;
import dev.whence.tensor.Engine;
import dev.whence.testkit.Close;
import dev.whence.testkit.GoldenJson;
import dev.whence.testkit.GoldenTable;
import dev.whence.testkit.Shared;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.stream.LongStream;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** Check 6 of the method's acceptance list: scores of the DeepLIFT authors' own networks. */
@Tag("golden")
class AuthorsGoldenTest {
    private static final String FOLDER = "fixtures/deeplift/authors";

    /** The files hold float32, rounded from sums in float64. */
    private static final double ROUNDED_TO_FLOAT32 = 1e-6;

    private static final double FLOAT32 = 1e-4;
    private static final double LOGITS_OF_SIX_DIGITS = 1e-5;
    private static final double[] BACKGROUND = {0.3, 0.2, 0.2, 0.3};
    private static final int PIXELS = 28 * 28;
    private static final int IMAGE_HEADER = 16;

    private static int threads;

    /** On a busy machine several threads of small operators mostly wait for each other. */
    @BeforeAll
    static void useOneThread() {
        threads = Engine.threads();
        Engine.setThreads(1);
    }

    @AfterAll
    static void useAllThreads() {
        Engine.setThreads(threads);
    }

    @TestFactory
    List<DynamicTest> every_array_of_the_authors_networks_agrees() {
        List<DynamicTest> tests = new ArrayList<>();
        for (Path json : Shared.list(FOLDER, ".json")) {
            JsonNode file = GoldenJson.read(json);
            for (Precision precision : List.of(Precision.FLOAT64, Precision.FLOAT32)) {
                Data mnist = new Data(json, "mnist_cnn_allconv.onnx", "image", file.path("mnist"), precision);
                Data genomics = new Data(json, "genomics_tal_gata.onnx", "sequence", file.path("genomics"), precision);
                BiConsumer<String, Runnable> add = (name, check) -> tests.add(DynamicTest.dynamicTest(
                        name + " " + precision, () -> GoldenTable.check(FOLDER, name + " " + precision, check::run)));
                mnist.files().forEach(name -> add.accept(name, () -> scores(mnist, mnistInput(mnist), name)));
                genomics.files()
                        .forEach(name -> add.accept(name, () -> scores(genomics, genomicsInput(genomics), name)));
                several(genomics, add);
            }
        }
        return tests;
    }

    private static void several(Data genomics, BiConsumer<String, Runnable> add) {
        JsonNode section = genomics.section.path("multiref");
        for (JsonNode entry : section.path("files")) {
            String name = entry.asString().split(" ", 2)[0];
            add.accept(name, () -> severalReferences(genomics, section, name));
        }
        if (genomics.section.has("ism")) {
            String name = genomics.section.get("ism").asString().split(" ", 2)[0];
            add.accept(name, () -> mutagenesis(genomics, name));
        }
    }

    /** One network with its part of the golden file. */
    private record Data(Path json, String model, String input, JsonNode section, Precision precision) {
        List<String> files() {
            return List.copyOf(section.path("files").propertyNames());
        }

        Path modelFile() {
            Path file = json.resolveSibling("..").resolve(model).normalize();
            Assumptions.assumeTrue(Files.exists(file), () -> file + " is not there");
            return file;
        }

        double tolerance() {
            return precision == Precision.FLOAT64 ? ROUNDED_TO_FLOAT32 : FLOAT32;
        }

        NdArray expected(String name) {
            Path file = json.resolveSibling(name);
            Assumptions.assumeTrue(Files.exists(file), () -> file + " is not there");
            return Npy.read(file);
        }

        NdArray typed(double[] values, long... shape) {
            NdArray doubles = NdArray.of(values, shape);
            return precision == Precision.FLOAT64 ? doubles : NdArray.of(doubles.toFloats(), shape);
        }
    }

    private static NdArray mnistInput(Data data) {
        Path images = data.json
                .resolveSibling("..")
                .resolve("t10k-images-idx3-ubyte.gz")
                .normalize();
        Assumptions.assumeTrue(Files.exists(images), () -> images + " is not there");
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(images))) {
            byte[] all = in.readAllBytes();
            long[] wanted = GoldenJson.integers(data.section.get("image_index"));
            double[] out = new double[wanted.length * PIXELS];
            for (int i = 0; i < out.length; i++) {
                int at = IMAGE_HEADER + (int) wanted[i / PIXELS] * PIXELS + i % PIXELS;
                out[i] = (float) ((all[at] & 0xFF) / 255.0);
            }
            return data.typed(out, wanted.length, 1, 28, 28);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static NdArray genomicsInput(Data data) {
        return oneHot(data, data.section.get("sequences"));
    }

    private static NdArray oneHot(Data data, JsonNode sequences) {
        int length = sequences.get(0).asString().length();
        double[] out = new double[sequences.size() * length * 4];
        for (int n = 0; n < sequences.size(); n++) {
            for (int i = 0; i < length; i++) {
                int letter = "ACGT".indexOf(sequences.get(n).asString().charAt(i));
                if (letter >= 0) {
                    out[(n * length + i) * 4 + letter] = 1;
                }
            }
        }
        return data.typed(out, sequences.size(), length, 4);
    }

    private static ReferenceInputs reference(Data data, NdArray input) {
        return data.input.equals("image")
                ? ReferenceInputs.zeros(Map.of(data.input, input))
                : ReferenceInputs.of("background", Map.of(data.input, References.constant(input, 2, BACKGROUND)));
    }

    private static void scores(Data data, NdArray input, String name) {
        AttributionMethod method = method(name.substring(name.indexOf('_') + 1, name.lastIndexOf('.')));
        Assumptions.assumeTrue(method != null, () -> "method of " + name + " is not offered");
        NdArray expected = data.expected(name);
        String axes = data.section.get("files").get(name).get("axes").asString();
        Request request = Request.of(Map.of(data.input, input), method)
                .output("logits")
                .reference(reference(data, input))
                .target(targets(axes, expected.dimension(1)));
        try (Explainer explainer = explainer(data)) {
            List<Attribution> found = explainer.explain(request).stream()
                    .map(Explanation::attribution)
                    .toList();
            logitsAgree(data, found, axes);
            double[] byClass = stacked(found, expected);
            Close.assertRelativeToMax(name, byClass, expected.toDoubles(), data.tolerance(), expected.shape());
            if (method.completeness() == Completeness.EXACT) {
                double limit = data.precision == Precision.FLOAT64 ? 1e-9 : 1e-3;
                found.forEach(a -> {
                    for (int i = 0; i < a.examples(); i++) {
                        double change = a.target().values()[i] - a.reference().values()[i];
                        assertThat(Math.abs(a.delta()[i])).isLessThanOrEqualTo(limit * Math.max(1, Math.abs(change)));
                    }
                });
            }
        }
    }

    private static Explainer explainer(Data data) {
        return Explainer.of(OnnxModel.load(data.modelFile()).graph(), data.precision);
    }

    /** All classes, or those that the description of the axes lists, such as {@code class in [8,3,6]}. */
    private static TargetChoice[] targets(String axes, long count) {
        int open = axes.indexOf('[');
        LongStream chosen = open < 0
                ? LongStream.range(0, count)
                : java.util.Arrays.stream(
                                axes.substring(open + 1, axes.indexOf(']')).split(",", -1))
                        .mapToLong(Long::parseLong);
        return chosen.mapToObj(TargetChoice.Index::new).toArray(TargetChoice[]::new);
    }

    private static void logitsAgree(Data data, List<Attribution> found, String axes) {
        if (axes.indexOf('[') >= 0) {
            return;
        }
        JsonNode logits = data.section.get("logits");
        for (int c = 0; c < found.size(); c++) {
            double[] values = found.get(c).target().values();
            for (int n = 0; n < values.length; n++) {
                double wanted = logits.get(n).get(c).doubleValue();
                assertThat(values[n])
                        .isCloseTo(
                                wanted,
                                org.assertj.core.data.Offset.offset(
                                        LOGITS_OF_SIX_DIGITS * Math.max(1, Math.abs(wanted)) * 10));
            }
        }
    }

    /** The scores as the files hold them: example, then target, then the input's axes. */
    private static double[] stacked(List<Attribution> found, NdArray expected) {
        double[] out = new double[expected.size()];
        int examples = found.getFirst().examples();
        int row = out.length / examples / found.size();
        for (int c = 0; c < found.size(); c++) {
            NdArray scores = found.get(c).units().getFirst().scores();
            for (int n = 0; n < examples; n++) {
                for (int i = 0; i < row; i++) {
                    out[(n * found.size() + c) * row + i] = scores.getDouble(n * row + i);
                }
            }
        }
        return out;
    }

    private static @Nullable AttributionMethod method(String name) {
        return switch (name) {
            case "rescale" -> DeepLift.RESCALE;
            case "revealcancel" -> DeepLift.REVEAL_CANCEL;
            case "convrescale_fcrevealcancel" -> DeepLift.GENOMICS_DEFAULT;
            case "gradient_times_input", "gradient_times_delta" -> Gradient.TIMES_INPUT.times(Factor.DIFFERENCE);
            case "guidedbackprop_times_input", "guidedbackprop_times_delta" ->
                Gradient.GUIDED_BACKPROP.times(Factor.DIFFERENCE);
            case "deconvnet_times_input" -> Gradient.DECONVNET.times(Factor.DIFFERENCE);
            case "ig10_midpoint" -> new IntegratedGradients(10, Quadrature.RIEMANN_MIDDLE);
            default -> null;
        };
    }

    /** Means over several references of contributions, or of what each letter would contribute in each place. */
    private static void severalReferences(Data data, JsonNode section, String name) {
        NdArray expected = data.expected(name);
        boolean hypothetical = name.contains("hypothetical");
        int tasks = (int) expected.dimension(1);
        NdArray inputs = genomicsInput(data);
        long[] used = GoldenJson.integers(section.get("sequences_used"));
        double[] out = new double[expected.size()];
        int row = out.length / used.length / tasks;
        try (Explainer explainer = explainer(data)) {
            for (int n = 0; n < used.length; n++) {
                NdArray input = inputs.rows((int) used[n], (int) used[n] + 1);
                NdArray references = oneHot(data, section.get("references").get(n));
                Request request = Request.of(Map.of(data.input, input), DeepLift.RESCALE)
                        .output("logits")
                        .target(targets("", tasks));
                double[] scores = hypothetical
                        ? hypothetical(explainer, request, data.input, references)
                        : stacked(
                                explainer
                                        .explain(
                                                request.reference(ReferenceInputs.rows("file", data.input, references)))
                                        .stream()
                                        .map(Explanation::attribution)
                                        .toList(),
                                NdArray.of(new double[tasks * row], 1, tasks, row));
                System.arraycopy(scores, 0, out, n * tasks * row, scores.length);
            }
        }
        Close.assertRelativeToMax(name, out, expected.toDoubles(), data.tolerance(), expected.shape());
    }

    /** For each letter k the sum over letters c of (1 at k - reference) times c's multiplier, mean over references. */
    private static double[] hypothetical(Explainer explainer, Request request, String input, NdArray references) {
        int count = (int) references.dimension(0);
        int tasks = request.targets().size();
        int row = references.size() / count;
        double[] out = new double[tasks * row];
        for (int k = 0; k < count; k++) {
            NdArray one = references.rows(k, k + 1);
            List<Explanation> found = explainer.explain(request.with(DeepLift.RESCALE.withMultipliers(true))
                    .reference(ReferenceInputs.of("file", Map.of(input, one))));
            for (int task = 0; task < tasks; task++) {
                NdArray multipliers =
                        found.get(task).attribution().units().getFirst().scores();
                for (int i = 0; i < row; i += 4) {
                    double atReference = 0;
                    for (int c = 0; c < 4; c++) {
                        atReference += one.getDouble(i + c) * multipliers.getDouble(i + c);
                    }
                    for (int c = 0; c < 4; c++) {
                        out[task * row + i + c] += (multipliers.getDouble(i + c) - atReference) / count;
                    }
                }
            }
        }
        return out;
    }

    private static void mutagenesis(Data data, String name) {
        NdArray expected = data.expected(name);
        Request request = Request.of(Map.of(data.input, genomicsInput(data).rows(0, 1)), new InSilicoMutagenesis(2))
                .output("logits")
                .target(targets("", expected.dimension(0)));
        try (Explainer explainer = explainer(data)) {
            List<Attribution> found = explainer.explain(request).stream()
                    .map(Explanation::attribution)
                    .toList();
            long[] shape = expected.shape();
            NdArray one = expected.reshape(
                    LongStream.concat(LongStream.of(1), LongStream.of(shape)).toArray());
            Close.assertRelativeToMax(name, stacked(found, one), expected.toDoubles(), data.tolerance(), shape);
        }
    }
}
