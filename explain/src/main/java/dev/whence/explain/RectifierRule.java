package dev.whence.explain;

/** What a gradient does at a rectifier. */
public enum RectifierRule {
    /** The true gradient: passes where the activation is positive. */
    GRADIENT,
    /** Guided backpropagation: passes where activation and gradient are both positive. */
    GUIDED_BACKPROP,
    /** Deconvnet: passes where the gradient is positive. */
    DECONVNET
}
