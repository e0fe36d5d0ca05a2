package dev.whence.quantize.export;

import org.jspecify.annotations.Nullable;

/**
 * What a report says about one activation of a layer.
 *
 * @param elements how many numbers it has for one example; 0 if that is not known
 * @param quantizer what quantizes it; null where it stays float
 */
public record ActivationReport(long elements, @Nullable QuantizerReport quantizer) {
    /** Bits of each number: 32 where it stays float. */
    public int bits() {
        return quantizer == null ? Float.SIZE : quantizer.bits();
    }
}
