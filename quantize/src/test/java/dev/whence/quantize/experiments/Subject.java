package dev.whence.quantize.experiments;

import dev.whence.core.NdArray;
import dev.whence.graph.Graph;
import dev.whence.quantize.QuantizeFixtures;
import dev.whence.quantize.allocation.Allocation;
import dev.whence.quantize.allocation.Width;
import dev.whence.quantize.calibration.Calibration;
import dev.whence.quantize.calibration.CalibrationSettings;
import dev.whence.quantize.calibration.QuantizedModel;
import dev.whence.quantize.model.QuantizableModel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A network of the goldens with its pictures.
 *
 * @param name by which results speak of it
 * @param file where it lies
 * @param graph in float32
 * @param calibration all pictures to calibrate with
 * @param images those to test with
 * @param labels their classes
 */
record Subject(
        String name,
        Path file,
        Graph graph,
        Map<String, NdArray> calibration,
        Map<String, NdArray> images,
        List<Long> labels) {
    private static final int CALIBRATION_IMAGES = 256;
    private static final int TEST_IMAGES = 1500;

    /** One of each name; of several files the last one, which has the newest operators. */
    static List<Subject> all() {
        Map<String, Path> files = new LinkedHashMap<>();
        QuantizeFixtures.floatModels().forEach(file -> files.put(QuantizeFixtures.modelName(file), file));
        return files.values().stream().map(Subject::of).toList();
    }

    static Subject of(Path file) {
        Graph graph = QuantizeFixtures.graph(file);
        String input = graph.inputs().getFirst().name();
        Path folder = Objects.requireNonNull(file.getParent());
        QuantizeFixtures.Family family = QuantizeFixtures.Family.of(file);
        return new Subject(
                QuantizeFixtures.modelName(file),
                file,
                graph,
                Map.of(
                        input,
                        QuantizeFixtures.images(folder, QuantizeFixtures.CALIBRATION, 0, CALIBRATION_IMAGES, family)),
                Map.of(input, QuantizeFixtures.images(folder, QuantizeFixtures.TEST, 0, TEST_IMAGES, family)),
                QuantizeFixtures.labels(folder, QuantizeFixtures.TEST, 0, TEST_IMAGES));
    }

    QuantizableModel model() {
        return QuantizableModel.of(graph, first(calibration, 1));
    }

    /** The first calibration pictures. */
    Map<String, NdArray> calibration(int count) {
        return first(calibration, count);
    }

    static Map<String, NdArray> first(Map<String, NdArray> inputs, int count) {
        Map<String, NdArray> out = new LinkedHashMap<>();
        inputs.forEach((name, array) -> out.put(name, array.rows(0, count)));
        return out;
    }

    /** The share of test pictures, in percent, whose class a quantized network finds, counted. */
    double accuracy(Calibration calibrated, QuantizedModel quantized) {
        return accuracy(calibrated.run(quantized, images));
    }

    /** The same of the network in float32. */
    double accuracy() {
        try (Calibration calibration = Calibration.of(model(), CalibrationSettings.USUAL)) {
            return accuracy(calibration.runFloat(images));
        }
    }

    /** One width for every layer. */
    Map<String, Width> uniform(int bits) {
        Map<String, Width> widths = new LinkedHashMap<>();
        model().layers().forEach(layer -> widths.put(layer.name(), Width.of(bits)));
        return widths;
    }

    /** The widths of an allocation by layer. */
    static Map<String, Width> widths(Allocation allocation) {
        Map<String, Width> widths = new LinkedHashMap<>();
        for (int i = 0; i < allocation.layers().size(); i++) {
            widths.put(allocation.layers().get(i).name(), allocation.widths().get(i));
        }
        return widths;
    }

    private double accuracy(Map<String, NdArray> outputs) {
        NdArray logits = outputs.values().iterator().next();
        double[] values = logits.toDoubles();
        int classes = (int) logits.dimension(1);
        int correct = 0;
        for (int i = 0; i < labels.size(); i++) {
            int best = 0;
            for (int c = 1; c < classes; c++) {
                best = values[i * classes + c] > values[i * classes + best] ? c : best;
            }
            correct += best == labels.get(i) ? 1 : 0;
        }
        return 100.0 * correct / labels.size();
    }
}
