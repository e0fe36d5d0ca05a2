package dev.whence.cli;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.explain.Lrp;
import dev.whence.explain.LrpComposite;
import dev.whence.explain.LrpLayer;
import dev.whence.explain.LrpPlace;
import dev.whence.explain.LrpRule;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Reads {@code --rule PLACE=RULE} for the LRP methods. */
final class LrpRules {
    private static final Map<String, LrpPlace> PLACES = new TreeMap<>(Map.of(
            "@first", LrpPlace.first(),
            "@convolutions", LrpPlace.convolutions(),
            "@dense", LrpPlace.dense(),
            "@sums", new LrpPlace.OfKind(LrpLayer.SUM),
            "@normalization", new LrpPlace.OfKind(LrpLayer.NORMALIZATION),
            "@maxima", new LrpPlace.OfKind(LrpLayer.MAXIMUM),
            "@all", new LrpPlace.Everywhere()));

    private LrpRules() {}

    /**
     * The method with rules before its own; of those given, the first has the first word.
     *
     * @param requireNode refuses a node that the model does not have
     */
    static Lrp given(Lrp plain, List<String> rules, Consumer<String> requireNode) {
        LrpComposite composite = plain.composite();
        for (String rule : rules.reversed()) {
            int equals = rule.lastIndexOf('=');
            if (equals <= 0) {
                throw new WhenceException(
                        ErrorCode.USAGE,
                        "Option --rule wants PLACE=RULE, such as @first=flat or conv_3=gamma:0.1; found '" + rule
                                + "'.");
            }
            composite = composite.with(
                    place(rule.substring(0, equals), requireNode), LrpRule.parse(rule.substring(equals + 1)));
        }
        return plain.withComposite(composite);
    }

    private static LrpPlace place(String text, Consumer<String> requireNode) {
        if (!text.startsWith("@")) {
            requireNode.accept(text);
            return new LrpPlace.AtNode(text);
        }
        LrpPlace place = PLACES.get(text.toLowerCase(Locale.ROOT));
        if (place == null) {
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "Option --rule: there is no place '" + text + "'" + Suggestions.ending(text, PLACES.keySet())
                            + " There are " + String.join(", ", PLACES.keySet()) + ", and every node by its name.");
        }
        return place;
    }
}
