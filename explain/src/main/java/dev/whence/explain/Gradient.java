package dev.whence.explain;

import dev.whence.core.Completeness;
import java.util.Map;

/**
 * The gradient of the target and its variants.
 *
 * @param name the method's name
 * @param rectifiers what happens at rectifiers
 * @param factor what the gradient is multiplied by
 * @param absolute whether the absolute value is taken
 * @param masked whether scores are zero where the input is zero
 */
public record Gradient(String name, RectifierRule rectifiers, Factor factor, boolean absolute, boolean masked)
        implements AttributionMethod {

    /** What a gradient is multiplied by. */
    public enum Factor {
        /** Nothing. */
        ONE,
        /** The input. */
        INPUT,
        /** The input's difference from the reference. */
        DIFFERENCE
    }

    /** The gradient itself. */
    public static final Gradient PLAIN = new Gradient("gradient", RectifierRule.GRADIENT, Factor.ONE, false, false);

    /** Its absolute value (Simonyan, Vedaldi, Zisserman 2014). */
    public static final Gradient SALIENCY = new Gradient("saliency", RectifierRule.GRADIENT, Factor.ONE, true, false);

    /** Gradient times input. */
    public static final Gradient TIMES_INPUT =
            new Gradient("gradient-x-input", RectifierRule.GRADIENT, Factor.INPUT, false, false);

    /** Guided backpropagation (Springenberg et al. 2015). */
    public static final Gradient GUIDED_BACKPROP =
            new Gradient("guided-backprop", RectifierRule.GUIDED_BACKPROP, Factor.ONE, false, false);

    /** Deconvnet (Zeiler and Fergus 2014). */
    public static final Gradient DECONVNET =
            new Gradient("deconvnet", RectifierRule.DECONVNET, Factor.ONE, false, false);

    /** The same multiplied by the input or its difference from the reference. */
    public Gradient times(Factor other) {
        return new Gradient(name, rectifiers, other, absolute, masked);
    }

    /** The same with scores of zero where the input is zero, as for digits on blank paper. */
    public Gradient onlyWhereInputIsNotZero() {
        return new Gradient(name, rectifiers, factor, absolute, true);
    }

    @Override
    public Map<String, String> parameters() {
        return Map.of(
                "factor", factor.name(),
                "absolute", String.valueOf(absolute),
                "masked", String.valueOf(masked),
                "rectifiers", rectifiers.name());
    }

    @Override
    public Completeness completeness() {
        return Completeness.NONE;
    }

    @Override
    public boolean usesReference() {
        return factor == Factor.DIFFERENCE;
    }
}
