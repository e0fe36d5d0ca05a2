package dev.whence.quantize.model;

import org.jspecify.annotations.Nullable;

/**
 * An activation that a layer multiplies.
 *
 * @param value the value that the layer's node reads
 * @param source what made it, seen through nodes that only move numbers
 * @param normalization the {@linkplain Normalization#name name} of the layer normalisation that made it, or null
 * @param rank how many axes it has; 0 if that is not known
 * @param elements how many numbers it has for one example; 0 if that is not known
 */
public record Operand(String value, Source source, @Nullable String normalization, int rank, long elements) {
    /** What made an activation. */
    public enum Source {
        /** The caller: an input of the network, scaled and shifted by constants at most. */
        INPUT,
        /** Layer normalisation. */
        LAYER_NORMALIZATION,
        /** Softmax: numbers from 0 to 1, for which logarithmic quantizers are made. */
        SOFTMAX,
        /** GELU, however it is spelled: its smallest value is -0.17. */
        GELU,
        /** Anything else. */
        OTHER
    }
}
