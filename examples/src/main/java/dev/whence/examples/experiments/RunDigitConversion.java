package dev.whence.examples.experiments;

import dev.whence.examples.experiments.DigitConversion.Outcome;
import dev.whence.explain.Explainer;
import dev.whence.graph.Precision;
import dev.whence.tensor.Device;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The program that prints the table of {@linkplain DigitConversion converted digits}, one row a method: mean fall of the
 * log-odds and, in parentheses, the share of images that change sides.
 */
public final class RunDigitConversion {
    private static final int[][] CONVERSIONS = {{8, 3}, {8, 6}, {9, 1}, {4, 1}};
    private static final double RAW = 255;

    private RunDigitConversion() {}

    /**
     * Runs all methods on all conversions.
     *
     * @param arguments the folder with {@code mnist_cnn_allconv.onnx} and the test files of MNIST; then {@code raw}, if
     *     pixels shall go from 0 to 255
     */
    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) {
        if (arguments.length == 0) {
            System.err.println("Expected: the folder with mnist_cnn_allconv.onnx and the test files of MNIST [raw]");
            return;
        }
        Path folder = Path.of(arguments[0]);
        boolean raw = arguments.length > 1 && arguments[1].equals("raw");
        List<String> rows = new ArrayList<>(DigitConversion.METHODS.keySet());
        rows.add(DigitConversion.RANDOM);
        try (Explainer explainer =
                Explainer.load(folder.resolve("mnist_cnn_allconv.onnx"), Precision.FLOAT32, Device.CPU)) {
            DigitConversion experiment = new DigitConversion(explainer, MnistTest.read(folder), raw ? RAW : 1);
            System.out.println("| method | 8→3 | 8→6 | 9→1 | 4→1 |\n|---|---|---|---|---|");
            for (String row : rows) {
                StringBuilder line = new StringBuilder("| " + row + " |");
                for (int[] conversion : CONVERSIONS) {
                    Outcome outcome = experiment.run(conversion[0], conversion[1], row);
                    line.append(String.format(
                            Locale.ROOT, raw ? " %.0f (%.3f) |" : " %.2f (%.3f) |", outcome.mean(), outcome.flipped()));
                }
                System.out.println(line);
            }
        }
    }
}
