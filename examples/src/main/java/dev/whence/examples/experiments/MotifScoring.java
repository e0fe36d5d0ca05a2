package dev.whence.examples.experiments;

import dev.whence.core.NdArray;
import dev.whence.examples.Detection;
import dev.whence.examples.experiments.MotifHits.Hit;
import dev.whence.examples.experiments.MotifHits.Window;
import dev.whence.examples.genomics.Motif;
import dev.whence.examples.genomics.SequenceSimulator;
import dev.whence.explain.AttributionMethod;
import dev.whence.explain.DeepLift;
import dev.whence.explain.Explainer;
import dev.whence.explain.Explanation;
import dev.whence.explain.Gradient;
import dev.whence.explain.Gradient.Factor;
import dev.whence.explain.IntegratedGradients;
import dev.whence.explain.Quadrature;
import dev.whence.explain.ReferenceInputs;
import dev.whence.explain.References;
import dev.whence.explain.Request;
import dev.whence.explain.TargetChoice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Looks whether scores find the motifs that are in a sequence (Shrikumar et al. 2017, section 4.2): the scores of the
 * letters of each motif are added up, and in a sequence that holds both motifs a sum of 0 or less for the task "both" means
 * that the method has missed one.
 */
final class MotifScoring {
    /** All methods of the table by the name of their row. */
    static final Map<String, AttributionMethod> METHODS = methods();

    /** The row of the authors' rules for genomics against ten shuffled references. */
    static final String SHUFFLED = "rescale_conv_revealcancel_fc_multiref_10";

    /** How many questions the network answers: both motifs, GATA1's, TAL1's. */
    static final int TASKS = 3;

    private static final String INPUT = "sequence";
    private static final String LOGITS = "logits";
    private static final int LETTERS = 4;
    private static final int BATCH = 100;
    private static final int REFERENCES = 10;
    private static final long SEED = 1;

    private final Explainer explainer;
    private final TalGataTest data;
    private final NdArray encoded;

    /**
     * The experiment on one network.
     *
     * @param explainer the network, with the input {@code sequence [N, 200, 4]} and the value {@code logits [N, 3]}
     * @param data the sequences
     */
    MotifScoring(Explainer explainer, TalGataTest data) {
        this.explainer = explainer;
        this.data = data;
        this.encoded = data.encoded();
    }

    /**
     * The sums of scores over the hits of a motif in all sequences of one content.
     *
     * @param count how many hits
     * @param mean the mean sum
     * @param median the median
     * @param missed how many sums are 0 or less
     */
    record Sums(int count, double mean, double median, int missed) {
        private static Sums of(List<Double> sums) {
            double[] all = sums.stream().mapToDouble(Double::doubleValue).toArray();
            return new Sums(
                    all.length,
                    Arrays.stream(all).average().orElse(Double.NaN),
                    all.length == 0 ? Double.NaN : DigitConversion.median(all),
                    (int) Arrays.stream(all).filter(sum -> sum <= 0).count());
        }

        /** The share of sums that are 0 or less. */
        double missedShare() {
            return (double) missed / count;
        }
    }

    private static Map<String, AttributionMethod> methods() {
        Map<String, AttributionMethod> all = new LinkedHashMap<>();
        all.put("guided_backprop", Gradient.GUIDED_BACKPROP.times(Factor.DIFFERENCE));
        all.put("grad_times_inp", Gradient.TIMES_INPUT.times(Factor.DIFFERENCE));
        all.put("integrated_gradients10", new IntegratedGradients(10, Quadrature.RIEMANN_MIDDLE));
        all.put("rescale_all_layers", DeepLift.RESCALE);
        all.put("revealcancel_all_layers", DeepLift.REVEAL_CANCEL);
        all.put("rescale_conv_revealcancel_fc", DeepLift.GENOMICS_DEFAULT);
        all.put(SHUFFLED, DeepLift.GENOMICS_DEFAULT);
        return Collections.unmodifiableMap(all);
    }

    /** How well the network itself answers each question. */
    List<Detection> performance() {
        double[][] logits = new double[TASKS][data.count()];
        for (int first = 0; first < data.count(); first += BATCH) {
            NdArray some = encoded.rows(first, Math.min(data.count(), first + BATCH));
            NdArray found = Objects.requireNonNull(
                    explainer.network().evaluate(Map.of(INPUT, some), LOGITS).get(LOGITS));
            for (int i = 0; i < found.size(); i++) {
                logits[i % TASKS][first + i / TASKS] = found.getDouble(i);
            }
        }
        List<Detection> out = new ArrayList<>();
        for (int task = 0; task < TASKS; task++) {
            out.add(Detection.of(logits[task], data.ofTask(task), 0));
        }
        return out;
    }

    /**
     * The scores of a method.
     *
     * @return {@code [task][sequence][position]}, each the sum over the four letters
     */
    float[][][] scores(String row) {
        TargetChoice[] tasks = new TargetChoice[TASKS];
        Arrays.setAll(tasks, TargetChoice.Index::new);
        Request request = Request.of(Map.of(INPUT, encoded), Objects.requireNonNull(METHODS.get(row), row))
                .output(LOGITS)
                .batch(BATCH)
                .target(tasks)
                .reference(reference(row));
        float[][][] out = new float[TASKS][][];
        List<Explanation> found = explainer.explain(request);
        for (int task = 0; task < TASKS; task++) {
            out[task] =
                    byPosition(found.get(task).attribution().units().getFirst().scores());
        }
        return out;
    }

    private ReferenceInputs reference(String row) {
        if (row.equals(SHUFFLED)) {
            NdArray shuffled = References.dinucleotideShuffled(encoded, 2, REFERENCES, SEED);
            return ReferenceInputs.several("dinucleotide-shuffled", INPUT, shuffled);
        }
        NdArray background = References.constant(encoded, 2, SequenceSimulator.background());
        return ReferenceInputs.of("background", Map.of(INPUT, background));
    }

    private static float[][] byPosition(NdArray scores) {
        int length = (int) scores.dimension(1);
        float[][] out = new float[(int) scores.dimension(0)][length];
        for (int i = 0; i < scores.size(); i++) {
            out[i / LETTERS / length][i / LETTERS % length] += (float) scores.getDouble(i);
        }
        return out;
    }

    /**
     * The sums over the hits of a motif.
     *
     * @param scores of one task, as {@link #scores} gives them
     * @return by what the sequences hold
     */
    Map<String, Sums> sums(Motif motif, float[][] scores, Window window) {
        Map<String, List<Double>> byContent = new LinkedHashMap<>();
        for (int n = 0; n < data.count(); n++) {
            List<Double> sums = byContent.computeIfAbsent(data.content(n), key -> new ArrayList<>());
            for (Hit hit : MotifHits.find(motif, data.sequences().get(n), window)) {
                double sum = 0;
                for (int i = hit.from(); i < hit.from() + motif.length(); i++) {
                    sum += scores[n][i];
                }
                sums.add(sum);
            }
        }
        Map<String, Sums> out = new LinkedHashMap<>();
        byContent.forEach((content, sums) -> out.put(content, Sums.of(sums)));
        return out;
    }
}
