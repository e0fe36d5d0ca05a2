package dev.whence.explain;

import java.util.ArrayList;
import java.util.List;

/**
 * Which layer gets which rule: the first assignment that fits decides, and layers that none fits get the epsilon rule with a
 * stabiliser of 1e-6.
 *
 * @param assignments in order
 * @param conventions what happens where there are no weights
 */
public record LrpComposite(List<LrpAssignment> assignments, LrpConventions conventions) {
    /** The epsilon rule everywhere. */
    public static final LrpComposite EPSILON = of(line(new LrpPlace.Everywhere(), LrpRule.epsilon(1e-6)));

    /** Z-plus for every layer with weights. */
    public static final LrpComposite Z_PLUS = weights(LrpRule.zPlus());

    /** Alpha 2 beta 1 for every layer with weights. */
    public static final LrpComposite ALPHA2_BETA1 = weights(LrpRule.alphaBeta(2, 1));

    /** Gamma 0.25 for every layer with weights. */
    public static final LrpComposite GAMMA = weights(LrpRule.gamma(0.25));

    /** The flat rule for every layer with weights: where the network looks at all. */
    public static final LrpComposite FLAT = weights(LrpRule.flat());

    /** Z-plus for convolutions, epsilon for dense layers. */
    public static final LrpComposite EPSILON_PLUS = convolutions(LrpRule.zPlus(), 1e-6);

    /** The same with the flat rule for first layers. */
    public static final LrpComposite EPSILON_PLUS_FLAT = EPSILON_PLUS.with(LrpPlace.first(), LrpRule.flat());

    /** Alpha 2 beta 1 for convolutions, epsilon for dense layers. */
    public static final LrpComposite EPSILON_ALPHA2_BETA1 = convolutions(LrpRule.alphaBeta(2, 1), 1e-6);

    /** The same with the flat rule for first layers. */
    public static final LrpComposite EPSILON_ALPHA2_BETA1_FLAT =
            EPSILON_ALPHA2_BETA1.with(LrpPlace.first(), LrpRule.flat());

    /** Gamma 0.25 for convolutions, epsilon for dense layers, the box rule for a first layer that is a convolution. */
    public static final LrpComposite EPSILON_GAMMA_BOX = convolutions(LrpRule.gamma(0.25), 1e-6)
            .with(new LrpPlace.All(List.of(LrpPlace.first(), LrpPlace.convolutions())), LrpRule.box());

    /** Preset A: z-plus for convolutions, epsilon 0.1 for dense layers. */
    public static final LrpComposite PRESET_A = convolutions(LrpRule.zPlus(), 0.1);

    /** Preset B: alpha 2 beta 1 for convolutions, epsilon 0.1 for dense layers. */
    public static final LrpComposite PRESET_B = convolutions(LrpRule.alphaBeta(2, 1), 0.1);

    /** AttnLRP (Achtibat et al. 2024): epsilon 1e-6, and 1e-8 for sums. */
    public static final LrpComposite ATTENTION = EPSILON.with(new LrpPlace.OfKind(LrpLayer.SUM), LrpRule.epsilon(1e-8));

    /** AttnLRP with the gamma rule, as its authors advise for pictures: 0.25 for convolutions, 0.05 for dense layers. */
    public static final LrpComposite ATTENTION_GAMMA =
            ATTENTION.with(LrpPlace.dense(), LrpRule.gamma(0.05)).with(LrpPlace.convolutions(), LrpRule.gamma(0.25));

    /** CP-LRP (Ali et al. 2022): as AttnLRP, with attention weights as constants. */
    public static final LrpComposite ATTENTION_VALUES = ATTENTION.with(LrpConventions.CP_LRP);

    /** The rule set of Chefer, Gur, Wolf 2021, alpha 1, with its totals taken for each example. */
    public static final LrpComposite CHEFER = of(
                    line(LrpPlace.convolutions(), new LrpRule.PositiveProducts(true, 1e-9)),
                    line(LrpPlace.dense(), new LrpRule.PositiveProducts(false, 1e-9)),
                    line(new LrpPlace.Everywhere(), LrpRule.epsilon(1e-9)))
            .with(LrpConventions.CHEFER);

    /** Copies the assignments in. */
    public LrpComposite {
        assignments = List.copyOf(assignments);
    }

    /** Assignments with the conventions of AttnLRP. */
    public static LrpComposite of(LrpAssignment... assignments) {
        return new LrpComposite(List.of(assignments), LrpConventions.ATTN_LRP);
    }

    /** The same with one more assignment, before all others. */
    public LrpComposite with(LrpPlace place, LrpRule rule) {
        List<LrpAssignment> more = new ArrayList<>(List.of(line(place, rule)));
        more.addAll(assignments);
        return new LrpComposite(more, conventions);
    }

    /** The same with other conventions. */
    public LrpComposite with(LrpConventions other) {
        return new LrpComposite(assignments, other);
    }

    /** The rule of a layer. */
    LrpRule rule(LrpLayer kind, String node, int depth) {
        for (LrpAssignment assignment : assignments) {
            if (assignment.place().holds(kind, node, depth)) {
                return assignment.rule(kind);
            }
        }
        return kind == LrpLayer.MAXIMUM ? new LrpRule.Pass() : LrpRule.epsilon(LrpRule.STABILIZER);
    }

    /** Whether some maximum may get another rule than that the winner takes all. */
    boolean hasRulesForMaxima() {
        return assignments.stream().anyMatch(a -> switch (a.place()) {
            case LrpPlace.OfKind(LrpLayer kind) -> kind == LrpLayer.MAXIMUM;
            case LrpPlace.AtNode _, LrpPlace.All _ -> true;
            case LrpPlace.Everywhere _, LrpPlace.AtDepth _ -> false;
        });
    }

    /** Whether some convolution may get a rule that reads the layer's own sum. */
    boolean readsConvolutionOutputs() {
        boolean isSettled = false;
        boolean reads = false;
        for (LrpAssignment assignment : assignments) {
            boolean isElsewhere =
                    assignment.place() instanceof LrpPlace.OfKind(LrpLayer kind) && kind != LrpLayer.CONVOLUTION;
            boolean readsSum =
                    assignment.rule() instanceof LrpRule.Epsilon || assignment.rule() instanceof LrpRule.Gamma;
            reads |= !isSettled && !isElsewhere && readsSum;
            isSettled |= assignment.place().equals(LrpPlace.convolutions())
                    || assignment.place() instanceof LrpPlace.Everywhere;
        }
        return reads || !isSettled;
    }

    private static LrpComposite weights(LrpRule rule) {
        return of(line(LrpPlace.convolutions(), rule), line(LrpPlace.dense(), rule));
    }

    private static LrpComposite convolutions(LrpRule rule, double epsilon) {
        return of(line(LrpPlace.convolutions(), rule), line(LrpPlace.dense(), LrpRule.epsilon(epsilon)));
    }

    private static LrpAssignment line(LrpPlace place, LrpRule rule) {
        return new LrpAssignment(place, rule);
    }
}
