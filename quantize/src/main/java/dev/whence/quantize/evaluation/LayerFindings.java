package dev.whence.quantize.evaluation;

import dev.whence.quantize.calibration.QuantizedLayer;
import dev.whence.quantize.model.LayerContribution;
import dev.whence.quantize.model.LayerContributions;
import dev.whence.quantize.model.QuantizableLayer;
import dev.whence.quantize.pipeline.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a run of quantization found out about one layer.
 *
 * @param name the layer's name
 * @param contribution what it contributes to the result, or null if that was not asked for
 * @param candidates what other widths of this layer alone would do; empty if that was not asked for
 * @param meanSquaredError the mean square of what rounding its weights changed; NaN for a product of two activations
 * @param decibels the squares of its weights over the squares of that change, in decibels; NaN for a product
 */
public record LayerFindings(
        String name,
        @Nullable Contribution contribution,
        List<Candidate> candidates,
        double meanSquaredError,
        double decibels) {
    /** Copies the list. */
    public LayerFindings {
        candidates = List.copyOf(candidates);
    }

    /**
     * What a layer contributes: relevance at its output as a share of the target's.
     *
     * @param mean the mean of absolute shares over examples
     * @param deviation their standard deviation over examples
     * @param rank its place among all layers, 1 for the largest
     * @param signed the mean of signed shares: below zero where the layer speaks against the result
     */
    public record Contribution(double mean, double deviation, int rank, double signed) {}

    /**
     * A width that was tried for one layer alone.
     *
     * @param bits bits of weights and activations
     * @param divergence of the network's output from the original's, in nats for class scores
     */
    public record Candidate(int bits, double divergence) {}

    /** The findings of a run, one a layer of the network. */
    static List<LayerFindings> of(Outcome outcome) {
        LayerContributions contributions = outcome.contributions();
        int[] ranks = contributions == null ? new int[0] : contributions.ranks();
        List<LayerFindings> all = new ArrayList<>();
        List<QuantizableLayer> layers = outcome.quantized().model().layers();
        for (int i = 0; i < layers.size(); i++) {
            String name = layers.get(i).name();
            Contribution contribution = contributions == null
                    ? null
                    : contribution(contributions.layers().get(i), ranks[i]);
            Fidelity weights =
                    outcome.quantized().layer(name).map(LayerFindings::weights).orElse(null);
            all.add(new LayerFindings(
                    name,
                    contribution,
                    candidates(outcome.sensitivities().getOrDefault(name, Map.of())),
                    outcome.quantized()
                            .layer(name)
                            .map(LayerFindings::meanSquaredError)
                            .orElse(Double.NaN),
                    weights == null ? Double.NaN : weights.decibels()));
        }
        return all;
    }

    private static Contribution contribution(LayerContribution found, int rank) {
        return new Contribution(found.mean(), found.deviation(), rank, found.signedMean());
    }

    private static List<Candidate> candidates(Map<Integer, Double> divergences) {
        List<Candidate> all = new ArrayList<>();
        new TreeMap<>(divergences).forEach((bits, divergence) -> all.add(new Candidate(bits, divergence)));
        return all;
    }

    private static @Nullable Fidelity weights(QuantizedLayer layer) {
        float[] exact = layer.exactWeight();
        float[] rounded = layer.weight();
        if (exact == null || rounded == null) {
            return null;
        }
        Fidelity.Sums sums = new Fidelity.Sums(layer.layer().name());
        sums.add(exact, rounded);
        return sums.fidelity(layer.layer().name());
    }

    private static double meanSquaredError(QuantizedLayer layer) {
        float[] exact = layer.exactWeight();
        float[] rounded = layer.weight();
        if (exact == null || rounded == null) {
            return Double.NaN;
        }
        double sum = 0;
        for (int i = 0; i < exact.length; i++) {
            double error = (double) exact[i] - rounded[i];
            sum += error * error;
        }
        return sum / exact.length;
    }
}
