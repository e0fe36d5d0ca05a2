package dev.whence.explain;

import dev.whence.core.Completeness;
import java.util.Map;
import java.util.TreeMap;

/**
 * DeepLIFT (Shrikumar, Greenside, Kundaje 2017, "Learning Important Features Through Propagating Activation Differences"):
 * contributions of the difference from a reference, carried back in one walk, that add up to the target's difference.
 *
 * @param mode which rule activations get
 * @param overrides rules for single activations by node name
 * @param differences what counts as a vanishing difference
 * @param ties which of several maxima wins
 * @param asMultipliers whether multipliers are returned instead of contributions
 * @param maxout whether a maximum of affine functions of one tensor is followed along the straight line from the reference,
 *     piece by piece (Shrikumar et al. 2016, "Not Just a Black Box"), instead of as a function of its arguments
 */
public record DeepLift(
        Mode mode,
        Map<String, ActivationRule> overrides,
        Differences differences,
        MaxTies ties,
        boolean asMultipliers,
        boolean maxout)
        implements AttributionMethod {

    /** Which rule activations get. */
    public enum Mode {
        /** Rescale everywhere. */
        RESCALE("deeplift-rescale"),
        /** RevealCancel everywhere. */
        REVEAL_CANCEL("deeplift-revealcancel"),
        /** Rescale behind convolutions, RevealCancel behind dense layers. */
        GENOMICS_DEFAULT("deeplift-genomics");

        private final String methodName;

        Mode(String methodName) {
            this.methodName = methodName;
        }
    }

    /** Rescale at every activation. */
    public static final DeepLift RESCALE = of(Mode.RESCALE);

    /** RevealCancel at every activation. */
    public static final DeepLift REVEAL_CANCEL = of(Mode.REVEAL_CANCEL);

    /** Rescale behind convolutions, RevealCancel behind dense layers: the authors' choice for genomics. */
    public static final DeepLift GENOMICS_DEFAULT = of(Mode.GENOMICS_DEFAULT);

    /** The rules of the 2016 paper: one multiplier everywhere, Maxout by pieces. */
    public static final DeepLift PAPER_2016 = RESCALE.withMaxout(true);

    /** Copies the overrides in. */
    public DeepLift {
        overrides = java.util.Collections.unmodifiableMap(new TreeMap<>(overrides));
    }

    /** A mode with default settings. */
    public static DeepLift of(Mode mode) {
        return new DeepLift(mode, Map.of(), Differences.WHENCE, MaxTies.BEST, false, false);
    }

    /** The same with a rule for one activation. */
    public DeepLift withRule(String node, ActivationRule rule) {
        Map<String, ActivationRule> more = new TreeMap<>(overrides);
        more.put(node, rule);
        return new DeepLift(mode, more, differences, ties, asMultipliers, maxout);
    }

    /** The same with another convention for vanishing differences. */
    public DeepLift withDifferences(Differences other) {
        return new DeepLift(mode, overrides, other, ties, asMultipliers, maxout);
    }

    /** The same with another winner among ties. */
    public DeepLift withTies(MaxTies other) {
        return new DeepLift(mode, overrides, differences, other, asMultipliers, maxout);
    }

    /** The same giving multipliers. */
    public DeepLift withMultipliers(boolean multipliers) {
        return new DeepLift(mode, overrides, differences, ties, multipliers, maxout);
    }

    /** The same with the 2016 rule for Maxout. */
    public DeepLift withMaxout(boolean byPieces) {
        return new DeepLift(mode, overrides, differences, ties, asMultipliers, byPieces);
    }

    @Override
    public String name() {
        return mode.methodName;
    }

    @Override
    public Map<String, String> parameters() {
        Map<String, String> all = new TreeMap<>();
        all.put("differences", differences.name());
        all.put("ties", ties.name());
        overrides.forEach((node, rule) -> all.put("rule:" + node, rule.name()));
        if (maxout) {
            all.put("maxout", "pieces");
        }
        if (asMultipliers) {
            all.put("scores", "multipliers");
        }
        return all;
    }

    @Override
    public Completeness completeness() {
        boolean complete = !asMultipliers && overrides.values().stream().allMatch(ActivationRule::isComplete);
        return complete ? Completeness.EXACT : Completeness.NONE;
    }

    @Override
    public boolean usesReference() {
        return true;
    }
}
