package dev.whence.quantize.pipeline;

import dev.whence.quantize.allocation.Allocation;
import dev.whence.quantize.allocation.Objective;
import dev.whence.quantize.allocation.ParetoFrontier;
import dev.whence.quantize.calibration.QuantizedModel;
import dev.whence.quantize.model.LayerContributions;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A quantized network, and why it is as it is.
 *
 * @param quantized the network
 * @param contributions what each layer contributes; null where that cannot be told and no objective needed it
 * @param sensitivities the divergence of the float network's answers with one layer alone at one width, by layer and bits;
 *     in the order of the layers; empty if no objective needed it
 * @param trials every objective that was tried, in order
 * @param chosen the trial that was taken
 * @param frontier what other budgets would cost, by the objective that was taken; null where all layers have one width
 * @param warnings what the user should know
 */
public record Outcome(
        QuantizedModel quantized,
        @Nullable LayerContributions contributions,
        Map<String, Map<Integer, Double>> sensitivities,
        List<Trial> trials,
        Trial chosen,
        @Nullable ParetoFrontier frontier,
        List<String> warnings) {
    /**
     * One objective tried.
     *
     * @param objective what decided
     * @param allocation the widths, with the proof that they are the cheapest
     * @param divergence of the network's answers from the float ones. Where enough examples were given, on a share of them that
     *     neither scores nor fits had seen; the network that is kept is then corrected once more, on all
     */
    public record Trial(Objective objective, Allocation allocation, double divergence) {}

    /** Copies the collections in; maps keep their order. */
    public Outcome {
        Map<String, Map<Integer, Double>> ordered = new LinkedHashMap<>();
        sensitivities.forEach(
                (layer, byBits) -> ordered.put(layer, Collections.unmodifiableMap(new LinkedHashMap<>(byBits))));
        sensitivities = Collections.unmodifiableMap(ordered);
        trials = List.copyOf(trials);
        warnings = List.copyOf(warnings);
    }
}
