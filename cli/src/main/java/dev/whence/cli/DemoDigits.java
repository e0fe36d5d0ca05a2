package dev.whence.cli;

import dev.whence.core.Attribution;
import dev.whence.core.NdArray;
import dev.whence.core.Npy;
import dev.whence.examples.Bundled;
import dev.whence.explain.AttributionMethod;
import dev.whence.explain.DeepLift;
import dev.whence.explain.Explainer;
import dev.whence.explain.IntegratedGradients;
import dev.whence.explain.Quadrature;
import dev.whence.explain.ReferenceInputs;
import dev.whence.explain.References;
import dev.whence.explain.Request;
import dev.whence.explain.TargetChoice;
import dev.whence.graph.Precision;
import dev.whence.report.Example;
import dev.whence.report.InputView;
import dev.whence.report.Layout;
import dev.whence.tensor.Device;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The part of the demo about handwritten digits: which pixels make it this digit and not the next likely one? */
final class DemoDigits {
    private static final String INPUT = "image";
    private static final int CLASSES = 10;

    /** The digits that are easiest to mistake; all ten come as files. */
    private static final int[] SHOWN = {3, 8, 9, 4, 7};

    private static final List<AttributionMethod> METHODS =
            List.of(DeepLift.REVEAL_CANCEL, DeepLift.RESCALE, new IntegratedGradients(1000, Quadrature.RIEMANN_MIDDLE));

    private final Explainer explainer;
    private final NdArray images;
    private final List<Long> winners = new ArrayList<>();
    private final List<Long> rivals = new ArrayList<>();
    private final List<DemoPart.Prediction> predictions = new ArrayList<>();

    private DemoDigits(Explainer explainer, NdArray all) {
        this.explainer = explainer;
        images = joined(Arrays.stream(SHOWN)
                .mapToObj(digit -> all.rows(digit, digit + 1))
                .toArray(NdArray[]::new));
        NdArray logits = Objects.requireNonNull(
                explainer.network().evaluate(Map.of(INPUT, images), "logits").get("logits"));
        for (int i = 0; i < SHOWN.length; i++) {
            NdArray row = logits.rows(i, i + 1);
            int winner = largest(row, -1);
            winners.add((long) winner);
            rivals.add((long) largest(row, winner));
            predictions.add(new DemoPart.Prediction(
                    "image of a " + SHOWN[i], Integer.toString(SHOWN[i]), Integer.toString(winner)));
        }
    }

    /** Explains the bundled network, of which a copy lies in {@code folder} beside its inputs. */
    static DemoPart run(Path folder) {
        NdArray all = Npy.read(Bundled.DIGITS_INPUTS.copyTo(folder));
        Path model = Bundled.DIGITS_MODEL.copyTo(folder);
        try (Explainer explainer = Explainer.load(model, Precision.FLOAT32, Device.CPU)) {
            DemoDigits digits = new DemoDigits(explainer, all);
            return new DemoPart(
                    "digits",
                    "Handwritten digits",
                    "Which pixels make it this digit and not the next likely one? What is explained is the difference of"
                            + " two logits, compared with a blank image.",
                    List.copyOf(digits.predictions),
                    digits.examples(),
                    METHODS.stream().map(digits::attribution).toList());
        }
    }

    private static int largest(NdArray logits, int except) {
        int best = except == 0 ? 1 : 0;
        for (int i = 0; i < CLASSES; i++) {
            best = i != except && logits.getDouble(i) > logits.getDouble(best) ? i : best;
        }
        return best;
    }

    private List<Example> examples() {
        List<Example> out = new ArrayList<>();
        for (int i = 0; i < SHOWN.length; i++) {
            out.add(new Example(
                    "Why a " + winners.get(i) + " and not a " + rivals.get(i) + "?",
                    "A score above 0 (orange) speaks for the " + winners.get(i) + ", one below 0 (blue) for the "
                            + rivals.get(i) + ".",
                    Map.of(INPUT, InputView.image(onPaper(images.rows(i, i + 1)), Layout.CHW))));
        }
        return out;
    }

    /** Dark ink on white paper, as people know it. */
    private static NdArray onPaper(NdArray ink) {
        double[] light = ink.toDoubles();
        Arrays.setAll(light, i -> 1 - light[i]);
        return NdArray.of(light, ink.shape());
    }

    /** All images under one method; each image has its own pair of classes. */
    private Attribution attribution(AttributionMethod method) {
        Request request = Request.of(Map.of(INPUT, images), method)
                .output("logits")
                .target(new TargetChoice.DifferencePerExample(winners, rivals))
                .reference(ReferenceInputs.of("a blank image", Map.of(INPUT, References.zeros(images))));
        return explainer.explain(request).getFirst().attribution();
    }

    private static NdArray joined(NdArray... rows) {
        int row = rows[0].size();
        float[] all = new float[rows.length * row];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i].toFloats(), 0, all, i * row, row);
        }
        long[] shape = rows[0].shape();
        shape[0] = rows.length;
        return NdArray.of(all, shape);
    }
}
