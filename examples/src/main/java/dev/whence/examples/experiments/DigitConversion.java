package dev.whence.examples.experiments;

import dev.whence.core.NdArray;
import dev.whence.explain.AttributionMethod;
import dev.whence.explain.DeepLift;
import dev.whence.explain.Explainer;
import dev.whence.explain.Explanation;
import dev.whence.explain.Gradient;
import dev.whence.explain.Gradient.Factor;
import dev.whence.explain.IntegratedGradients;
import dev.whence.explain.Quadrature;
import dev.whence.explain.Request;
import dev.whence.explain.TargetChoice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;

/**
 * Turns digits into others by erasing pixels (Shrikumar et al. 2017, section 4.1). Of an image of class {@code from} up to
 * 157 pixels (a fifth) are erased: those whose score for {@code from} exceeds the score for {@code to} by most. The better
 * the scores, the more the log-odds between the two classes fall.
 */
final class DigitConversion {
    /** All methods of the table by the name of their row; random pixels are no method of attribution. */
    static final Map<String, AttributionMethod> METHODS = methods();

    /** The row of random scores for pixels with ink. */
    static final String RANDOM = "random";

    private static final int MOST_ERASED = 157;
    private static final String INPUT = "image";
    private static final String LOGITS = "logits";
    private static final int CLASSES = 10;
    private static final int BATCH = 128;
    private static final long SEED = 1;

    private final Explainer explainer;
    private final MnistTest data;
    private final double fullInk;

    /**
     * The experiment on one network.
     *
     * @param explainer the network, with the input {@code image [N, 1, 28, 28]} and the value {@code logits}
     * @param data the images
     * @param fullInk 1 for pixels as the network has learnt them, 255 as in the authors' notebook
     */
    DigitConversion(Explainer explainer, MnistTest data, double fullInk) {
        this.explainer = explainer;
        this.data = data;
        this.fullInk = fullInk;
    }

    /**
     * What one method did to all images of a class.
     *
     * @param count how many images
     * @param mean by how much the log-odds fell, on average
     * @param median the median
     * @param flipped the share of images that are then rather {@code to} than {@code from}
     * @param top the places of the ten images whose log-odds fell by most
     */
    record Outcome(int count, double mean, double median, double flipped, List<Integer> top) {}

    private static Map<String, AttributionMethod> methods() {
        Map<String, AttributionMethod> all = new LinkedHashMap<>();
        all.put("simonyan_masked", Gradient.SALIENCY.onlyWhereInputIsNotZero());
        all.put("guided_backprop_masked", Gradient.GUIDED_BACKPROP.onlyWhereInputIsNotZero());
        all.put("guided_backprop_times_inp", Gradient.GUIDED_BACKPROP.times(Factor.INPUT));
        all.put("deconvnet_times_inp", Gradient.DECONVNET.times(Factor.INPUT));
        all.put("grad_times_inp", Gradient.TIMES_INPUT);
        all.put("integrated_grads_5", new IntegratedGradients(5, Quadrature.RIEMANN_MIDDLE));
        all.put("integrated_grads_10", new IntegratedGradients(10, Quadrature.RIEMANN_MIDDLE));
        all.put("rescale", DeepLift.RESCALE);
        all.put("genomics", DeepLift.GENOMICS_DEFAULT);
        all.put("revealcancel", DeepLift.REVEAL_CANCEL);
        return Collections.unmodifiableMap(all);
    }

    /** Runs one row of the table. */
    Outcome run(int from, int to, String row) {
        List<Integer> places = data.ofDigit(from);
        NdArray images = data.pixels(places, fullInk);
        float[] difference = row.equals(RANDOM)
                ? randomInk(images)
                : differences(Objects.requireNonNull(METHODS.get(row), row), images, from, to);
        double[] before = logOdds(images, from, to);
        double[] after = logOdds(erased(images, difference), from, to);
        double[] fell = new double[before.length];
        Arrays.setAll(fell, i -> before[i] - after[i]);
        List<Integer> top = IntStream.range(0, fell.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> fell[i]).reversed())
                .limit(10)
                .map(places::get)
                .toList();
        return new Outcome(
                fell.length,
                Arrays.stream(fell).average().orElseThrow(),
                median(fell),
                Arrays.stream(after).filter(odds -> odds < 0).count() / (double) after.length,
                top);
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /** Score for one class minus score for the other, a pixel. */
    private float[] differences(AttributionMethod method, NdArray images, int from, int to) {
        Request request = Request.of(Map.of(INPUT, images), method)
                .output(LOGITS)
                .batch(BATCH)
                .target(new TargetChoice.Index(from), new TargetChoice.Index(to));
        List<Explanation> found = explainer.explain(request);
        float[] out = scores(found.getFirst());
        float[] other = scores(found.getLast());
        for (int i = 0; i < out.length; i++) {
            out[i] -= other[i];
        }
        return out;
    }

    private static float[] scores(Explanation explanation) {
        return explanation.attribution().units().getFirst().scores().toFloats();
    }

    /** Scores by chance for either class where there is ink. */
    private static float[] randomInk(NdArray images) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
        float[] out = images.toFloats();
        for (int i = 0; i < out.length; i++) {
            float forOne = random.nextFloat();
            float forOther = random.nextFloat();
            out[i] = out[i] > 0 ? forOne - forOther : 0;
        }
        return out;
    }

    /** The images without the pixels whose difference is above that of the 158th, or above 0 if that is less. */
    private static NdArray erased(NdArray images, float[] difference) {
        float[] out = images.toFloats();
        for (int start = 0; start < out.length; start += MnistTest.PIXELS) {
            float[] sorted = Arrays.copyOfRange(difference, start, start + MnistTest.PIXELS);
            Arrays.sort(sorted);
            float limit = Math.max(sorted[MnistTest.PIXELS - 1 - MOST_ERASED], 0);
            for (int i = start; i < start + MnistTest.PIXELS; i++) {
                out[i] = difference[i] > limit ? 0 : out[i];
            }
        }
        return NdArray.of(out, images.shape());
    }

    private double[] logOdds(NdArray images, int from, int to) {
        List<Double> out = new ArrayList<>();
        int count = (int) images.dimension(0);
        for (int first = 0; first < count; first += BATCH) {
            NdArray some = images.rows(first, Math.min(count, first + BATCH));
            NdArray logits = Objects.requireNonNull(
                    explainer.network().evaluate(Map.of(INPUT, some), LOGITS).get(LOGITS));
            for (int n = 0; n < some.dimension(0); n++) {
                out.add(logits.getDouble(n * CLASSES + from) - logits.getDouble(n * CLASSES + to));
            }
        }
        return out.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
