package dev.whence.explain;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;

/**
 * One line of an {@link LrpComposite}: a rule and the layers it is for.
 *
 * @param place which layers
 * @param rule what they get
 */
public record LrpAssignment(LrpPlace place, LrpRule rule) {
    /**
     * Refuses a rule for a sort of layer that it cannot be for.
     *
     * @throws WhenceException {@link ErrorCode#USAGE} if the place names such a sort
     */
    public LrpAssignment {
        for (LrpLayer layer : place.named()) {
            if (!rule.fits(layer)) {
                throw new WhenceException(
                        ErrorCode.USAGE,
                        "The rule '" + rule.name() + "' cannot be given to " + place.text() + ": " + whyNot(layer)
                                + ".");
            }
        }
    }

    /** Why some rules are not for a layer. */
    static String whyNot(LrpLayer layer) {
        return layer.hasWeights()
                ? "where there are weights, inputs are not outputs"
                : "where there are no weights, only epsilon and pass can be applied";
    }

    /** The rule with its numbers, and what it stands for where layers without weights do not know it. */
    String text() {
        boolean isReplaced = place instanceof LrpPlace.Everywhere && !rule.fits(LrpLayer.SUM);
        return isReplaced ? rule + ", without weights " + rule(LrpLayer.SUM) : rule.toString();
    }

    /** What a layer at the place gets: where the place is everywhere, layers without weights get what they know. */
    LrpRule rule(LrpLayer layer) {
        boolean isReplaced = place instanceof LrpPlace.Everywhere && !layer.hasWeights() && !rule.fits(layer);
        return isReplaced ? LrpRule.epsilon(rule.stabilizer()) : rule;
    }
}
