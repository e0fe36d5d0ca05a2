package dev.whence.explain;

import dev.whence.core.Completeness;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Layer-wise relevance propagation (Bach et al. 2015, "On pixel-wise explanations for non-linear classifier decisions by
 * layer-wise relevance propagation"): the target's value is handed back layer by layer, each by the rule of a composite.
 * Scores add up to it except for what biases, constants and stabilisers keep.
 *
 * @param name the method's name
 * @param composite which layer gets which rule
 * @param isNormalizationFolded whether batch normalisation is first taken into the weights next to it, where the graph allows
 * @param start what stands at the target
 */
public record Lrp(String name, LrpComposite composite, boolean isNormalizationFolded, Start start)
        implements AttributionMethod {

    /** What stands at the target. */
    public enum Start {
        /** Its value. */
        VALUE,
        /** One. */
        ONE
    }

    /** The epsilon rule everywhere. */
    public static final Lrp EPSILON = of("lrp-epsilon", LrpComposite.EPSILON);

    /** {@link LrpComposite#EPSILON_PLUS}. */
    public static final Lrp EPSILON_PLUS = of("lrp-epsilon-plus", LrpComposite.EPSILON_PLUS);

    /** {@link LrpComposite#ATTENTION}. */
    public static final Lrp ATTENTION = of("lrp-attention", LrpComposite.ATTENTION);

    /** {@link LrpComposite#CHEFER}, from one at the target. */
    public static final Lrp CHEFER = of("lrp-chefer", LrpComposite.CHEFER).withStart(Start.ONE);

    /** Every named composite, in the order in which they are offered. */
    public static final List<Lrp> ALL = List.of(
            EPSILON,
            EPSILON_PLUS,
            of("lrp-epsilon-plus-flat", LrpComposite.EPSILON_PLUS_FLAT),
            of("lrp-epsilon-alpha2-beta1", LrpComposite.EPSILON_ALPHA2_BETA1),
            of("lrp-epsilon-alpha2-beta1-flat", LrpComposite.EPSILON_ALPHA2_BETA1_FLAT),
            of("lrp-epsilon-gamma-box", LrpComposite.EPSILON_GAMMA_BOX),
            of("lrp-preset-a", LrpComposite.PRESET_A),
            of("lrp-preset-b", LrpComposite.PRESET_B),
            of("lrp-z-plus", LrpComposite.Z_PLUS),
            of("lrp-alpha2-beta1", LrpComposite.ALPHA2_BETA1),
            of("lrp-gamma", LrpComposite.GAMMA),
            of("lrp-flat", LrpComposite.FLAT),
            ATTENTION,
            of("lrp-attention-gamma", LrpComposite.ATTENTION_GAMMA),
            of("lrp-attention-values", LrpComposite.ATTENTION_VALUES),
            CHEFER);

    /** A composite of one's own, with batch normalisation folded, from the target's value. */
    public static Lrp of(String name, LrpComposite composite) {
        return new Lrp(name, composite, true, Start.VALUE);
    }

    /** The same with another composite. */
    public Lrp withComposite(LrpComposite other) {
        return new Lrp(name, other, isNormalizationFolded, start);
    }

    /** The same with a rule for one layer, by the name of its node. */
    public Lrp withRule(String node, LrpRule rule) {
        return withComposite(composite.with(new LrpPlace.AtNode(node), rule));
    }

    /** The same with or without folding. */
    public Lrp withFolding(boolean isFolded) {
        return new Lrp(name, composite, isFolded, start);
    }

    /** The same from another start. */
    public Lrp withStart(Start other) {
        return new Lrp(name, composite, isNormalizationFolded, other);
    }

    @Override
    public Map<String, String> parameters() {
        Map<String, String> all = new TreeMap<>();
        int i = 1;
        for (LrpAssignment assignment : composite.assignments()) {
            all.put(
                    String.format(
                            java.util.Locale.ROOT,
                            "rule %02d: %s",
                            i++,
                            assignment.place().text()),
                    assignment.text());
        }
        LrpConventions conventions = composite.conventions();
        all.put("attention", conventions.attention().name());
        all.put("gates", conventions.gates().name());
        all.put("sums", conventions.sums().name());
        all.put("layer normalisation", conventions.isNormalizationPassed() ? "PASSED" : "SCALING_PASSED");
        all.put("batch normalisation", isNormalizationFolded ? "FOLDED" : "AS_IT_IS");
        all.put("start", start.name());
        return all;
    }

    @Override
    public Completeness completeness() {
        return Completeness.NONE;
    }

    @Override
    public boolean usesReference() {
        return false;
    }
}
