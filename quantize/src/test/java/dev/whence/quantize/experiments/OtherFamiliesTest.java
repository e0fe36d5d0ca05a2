package dev.whence.quantize.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.whence.core.NdArray;
import dev.whence.core.Npy;
import dev.whence.core.Progress;
import dev.whence.graph.Graph;
import dev.whence.graph.onnx.OnnxModel;
import dev.whence.quantize.allocation.Objective;
import dev.whence.quantize.calibration.Calibration;
import dev.whence.quantize.calibration.CalibrationSettings;
import dev.whence.quantize.pipeline.Outcome;
import dev.whence.quantize.pipeline.Plan;
import dev.whence.quantize.pipeline.Quantization;
import dev.whence.testkit.Shared;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Networks that are no vision transformers, at eight bits. */
@Tag("golden")
class OtherFamiliesTest {
    private static final double MOST = 0.02;

    /** Random weights of some architectures enlarge every error. */
    private static final double MOST_OF_ANY = 0.1;

    private static final int CALIBRATED = 32;

    @Test
    void eight_bits_change_the_answers_by_less_than_a_fiftieth() {
        List<Path> folders = Shared.list("fixtures/zoo", "").stream()
                .filter(folder -> folder.resolve("model.onnx").toFile().exists())
                .toList();
        assumeTrue(!folders.isEmpty(), "no golden networks");
        Table table = new Table("network", "layers", "weights evenly around zero", "any zero point");
        List<String> missed = new ArrayList<>();
        for (Path folder : folders) {
            Quantized symmetric = quantize(folder, CalibrationSettings.INTEGER);
            Quantized usual = quantize(folder, CalibrationSettings.USUAL);
            String name = folder.getFileName().toString();
            table.cells(name, Integer.toString(usual.layers()), percent(symmetric), percent(usual));
            if (Math.max(symmetric.error(), usual.error()) >= (isStated(folder) ? MOST : MOST_OF_ANY)) {
                missed.add(name + ": " + symmetric.error() + ", " + usual.error());
            }
        }
        table.print("Relative error at eight bits");
        assertThat(missed).isEmpty();
    }

    private record Quantized(int layers, double error) {}

    private static String percent(Quantized quantized) {
        return String.format(Locale.ROOT, "%.2f %%", 100 * quantized.error());
    }

    private static Quantized quantize(Path folder, CalibrationSettings settings) {
        Graph graph = OnnxModel.load(folder.resolve("model.onnx")).graph();
        String name = graph.inputs().getFirst().name();
        NdArray input = Npy.read(folder.resolve("input.npy"));
        Map<String, NdArray> inputs = Map.of(name, input);
        Plan plan = new Plan(8, List.of(8), List.of(Objective.UNIFORM), Map.of(), true, settings);
        Outcome outcome = Quantization.run(graph, Map.of(name, like(input)), plan, Progress.SILENT);
        try (Calibration calibration = Calibration.of(outcome.quantized().model(), settings)) {
            double[] exact = values(calibration.runFloat(inputs));
            double[] found = values(calibration.run(outcome.quantized(), inputs));
            double error = 0;
            double power = 0;
            for (int i = 0; i < exact.length; i++) {
                error += (exact[i] - found[i]) * (exact[i] - found[i]);
                power += exact[i] * exact[i];
            }
            return new Quantized(outcome.quantized().layers().size(), Math.sqrt(error / power));
        }
    }

    private static boolean isStated(Path folder) {
        String name = folder.getFileName().toString();
        return name.startsWith("resnet") || name.startsWith("bert");
    }

    /** Other examples of the same sort: numbers of the same mean and spread, or other tokens. */
    private static NdArray like(NdArray input) {
        long[] shape = input.shape();
        int copies = Math.toIntExact((CALIBRATED + shape[0] - 1) / shape[0]);
        shape[0] *= copies;
        double[] values = input.toDoubles();
        double mean = Arrays.stream(values).average().orElseThrow();
        double deviation = Math.sqrt(Arrays.stream(values)
                .map(value -> (value - mean) * (value - mean))
                .average()
                .orElseThrow());
        Random random = new Random(1);
        if (!input.type().isFloating()) {
            int most = (int) Arrays.stream(values).max().orElseThrow();
            long[] tokens = new long[values.length * copies];
            Arrays.setAll(tokens, i -> random.nextInt(most + 1));
            return NdArray.ofIntegers(input.type(), tokens, shape);
        }
        float[] floats = new float[values.length * copies];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) (mean + deviation * random.nextGaussian());
        }
        return NdArray.of(floats, shape);
    }

    private static double[] values(Map<String, NdArray> outputs) {
        return outputs.values().iterator().next().toDoubles();
    }
}
