package dev.whence.explain;

import dev.whence.core.Completeness;
import java.util.Map;
import java.util.TreeMap;

/**
 * DeepLIFT against many references: contributions are the mean over all of them, which approximates Shapley values with the
 * references as the background (Lundberg and Lee 2017, "A Unified Approach to Interpreting Model Predictions", section 4.2).
 * The references are shared by all inputs or made for each. How well the contributions of every single reference add up
 * stands in the result.
 *
 * @param rules DeepLIFT's own settings
 */
public record DeepLiftShap(DeepLift rules) implements AttributionMethod {
    /** With Rescale at every activation. */
    public static final DeepLiftShap RESCALE = new DeepLiftShap(DeepLift.RESCALE);

    @Override
    public String name() {
        return "deeplift-shap";
    }

    @Override
    public Map<String, String> parameters() {
        Map<String, String> all = new TreeMap<>(rules.parameters());
        all.put("inner", rules.name());
        return all;
    }

    @Override
    public Completeness completeness() {
        return rules.completeness();
    }

    @Override
    public boolean usesReference() {
        return true;
    }
}
