package dev.whence.quantize.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.Progress;
import dev.whence.core.WhenceException;
import dev.whence.graph.Constant;
import dev.whence.graph.Graph;
import dev.whence.graph.onnx.OnnxExport;
import dev.whence.quantize.VisionTransformerShape;
import dev.whence.quantize.allocation.Objective;
import dev.whence.quantize.calibration.CalibrationSettings;
import dev.whence.quantize.export.Format;
import dev.whence.quantize.export.QuantizedExport;
import dev.whence.quantize.pieces.PieceCache;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A cache changes how long a quantization takes, and nothing else. */
class CachedQuantizationTest {
    private static final VisionTransformerShape SHAPE = new VisionTransformerShape(8, 1, 4, 16, 2, 2, 5);
    private static final int EXAMPLES = 50;
    private static final Plan PLAN = Plan.of(3);

    private final Graph graph = SHAPE.graph(1);
    private final Map<String, NdArray> examples = Map.of("image", SHAPE.images(EXAMPLES, 2));

    @TempDir
    Path folder;

    @TempDir
    Path other;

    private Outcome run(Plan plan, PieceCache cache) {
        return Quantization.run(graph, examples, plan, cache, Progress.SILENT);
    }

    /** The file, and every number that decided. */
    private static List<Object> all(Outcome outcome) {
        byte[] file =
                OnnxExport.toBytes(QuantizedExport.graph(outcome.quantized(), Format.FAKE_QUANT, Map.of(), Map.of()));
        List<Double> contributions = outcome.contributions().layers().stream()
                .map(one -> one.mean() + one.deviation() + one.signedMean() + one.positiveMean())
                .toList();
        return List.of(
                List.of(java.nio.ByteBuffer.wrap(file)),
                outcome.trials().stream()
                        .map(one -> one.objective() + " " + one.allocation().widths() + " " + one.divergence())
                        .toList(),
                outcome.sensitivities(),
                contributions,
                outcome.contributions().target(),
                outcome.warnings());
    }

    private static void requireSame(Outcome found, Outcome expected) {
        assertThat(all(found)).isEqualTo(all(expected));
    }

    @Test
    void a_repeated_run_makes_nothing_and_gives_the_same_bytes() {
        Outcome plain = Quantization.run(graph, examples, PLAN, Progress.SILENT);
        PieceCache cold = PieceCache.in(folder);
        requireSame(run(PLAN, cold), plain);
        PieceCache warm = PieceCache.in(folder);
        requireSame(run(PLAN, warm), plain);
        assertThat(cold.made()).isPositive();
        assertThat(warm.made()).isZero();
        assertThat(warm.read()).isPositive();
    }

    @Test
    void clipped_channels_and_other_levels_come_back_as_they_were() {
        Plan plan = PLAN.with(CalibrationSettings.USUAL
                .with(CalibrationSettings.AttentionLevels.ADAPTIVE)
                .with(CalibrationSettings.GeluLevels.TWIN)
                .clippingChannels(true));
        Outcome plain = Quantization.run(graph, examples, plan, Progress.SILENT);
        requireSame(run(plan, PieceCache.in(folder)), plain);
        PieceCache warm = PieceCache.in(folder);
        Outcome again = run(plan, warm);
        requireSame(again, plain);
        assertThat(warm.made()).isZero();
        assertThat(again.quantized().clippings())
                .isNotEmpty()
                .isEqualTo(plain.quantized().clippings());
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 60, 120})
    void a_stopped_run_goes_on_where_it_stopped(int steps) {
        PieceCache whole = PieceCache.in(other);
        Outcome plain = run(PLAN, whole);
        int[] left = {steps};
        PieceCache stopped = PieceCache.in(folder);
        assertThatThrownBy(() -> Quantization.run(graph, examples, PLAN, stopped, (done, all, label) -> {
                    if (left[0]-- == 0) {
                        throw new WhenceException(ErrorCode.CANCELLED, "stopped");
                    }
                }))
                .hasMessage("stopped");
        PieceCache resumed = PieceCache.in(folder);
        requireSame(run(PLAN, resumed), plain);
        assertThat(stopped.made() + resumed.made()).isEqualTo(whole.made());
    }

    @Test
    void another_budget_makes_only_what_is_different() {
        PieceCache first = PieceCache.in(folder);
        run(PLAN, first);
        Plan tighter = new Plan(2.5, PLAN.candidates(), PLAN.objectives(), Map.of(), true, CalibrationSettings.USUAL);
        PieceCache cache = PieceCache.in(folder);
        Outcome found = run(tighter, cache);
        int answers = found.contributions().layers().size() * PLAN.candidates().size();
        assertThat(cache.read()).as("contributions and layers tried alone").isGreaterThan(answers);
        assertThat(cache.made()).isLessThan(first.made() - answers);
        requireSame(found, run(tighter, PieceCache.none()));
    }

    @Test
    void nothing_is_used_where_anything_is_different() {
        Plan plan = PLAN.with(Objective.LRP);
        run(plan, PieceCache.in(folder));
        for (Plan changed : List.of(
                plan.with(CalibrationSettings.INTEGER),
                plan.with(CalibrationSettings.PUBLISHED),
                plan.with(CalibrationSettings.USUAL.clippingChannels(true)),
                plan.with(CalibrationSettings.USUAL.layerWise()),
                new Plan(2, List.of(2), plan.objectives(), Map.of(), true, CalibrationSettings.USUAL),
                new Plan(3, plan.candidates(), plan.objectives(), Map.of("head", 2), true, plan.settings()),
                new Plan(3, plan.candidates(), plan.objectives(), Map.of(), false, plan.settings()))) {
            requireSame(run(changed, PieceCache.in(folder)), run(changed, PieceCache.none()));
        }
    }

    @Test
    void another_weight_or_another_picture_makes_everything_new() {
        Plan plan = PLAN.with(Objective.LRP);
        run(plan, PieceCache.in(folder));
        PieceCache cache = PieceCache.in(folder);
        Quantization.run(changed(graph), examples, plan, cache, Progress.SILENT);
        assertThat(cache.read()).isZero();
        float[] pixels = examples.get("image").toFloats();
        pixels[pixels.length - 1] += 1e-3f;
        NdArray others = NdArray.of(pixels, examples.get("image").shape());
        PieceCache second = PieceCache.in(folder);
        Outcome found = Quantization.run(graph, Map.of("image", others), plan, second, Progress.SILENT);
        requireSame(found, Quantization.run(graph, Map.of("image", others), plan, Progress.SILENT));
    }

    /** One number a little larger. */
    private static Graph changed(Graph graph) {
        Graph.Builder out = Graph.builder(graph.name());
        graph.inputs().forEach(out::input);
        graph.constants()
                .forEach((name, constant) -> out.constant(name, name.equals("head.bias") ? up(constant) : constant));
        graph.nodes().forEach(out::node);
        graph.outputs().forEach(out::output);
        return out.build();
    }

    private static Constant up(Constant constant) {
        float[] values = constant.toNdArray().toFloats();
        values[0] = Math.nextUp(values[0]);
        return Constant.of(values, constant.shape());
    }

    @Test
    void damaged_files_are_made_again_with_a_warning() throws IOException {
        Plan plan = PLAN.with(Objective.LRP);
        Outcome plain = run(plan, PieceCache.in(folder));
        int turn = 0;
        for (Path file : files()) {
            byte[] bytes = Files.readAllBytes(file);
            switch (turn++ % 3) {
                case 0 -> bytes[bytes.length - 1] ^= 1;
                case 1 -> bytes = java.util.Arrays.copyOf(bytes, bytes.length / 2);
                default -> bytes = new byte[0];
            }
            Files.write(file, bytes);
        }
        PieceCache cache = PieceCache.in(folder);
        Outcome found = run(plan, cache);
        assertThat(cache.read()).isZero();
        assertThat(found.warnings()).anyMatch(one -> one.contains("could not be used"));
        assertThat(all(found).subList(0, 5)).isEqualTo(all(plain).subList(0, 5));
        PieceCache mended = PieceCache.in(folder);
        requireSame(run(plan, mended), plain);
        assertThat(mended.made()).isZero();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.sorted().toList();
        }
    }
}
