package dev.whence.quantize.allocation;

/**
 * The bits of a layer.
 *
 * @param weightBits bits of its weights, or of the second operand where both are activations
 * @param activationBits bits of its input activations
 */
public record Width(int weightBits, int activationBits) {
    /** Checks the bits: 1 to 32. */
    public Width {
        if (weightBits < 1 || weightBits > 32 || activationBits < 1 || activationBits > 32) {
            throw new IllegalArgumentException(
                    weightBits + " bits for weights, " + activationBits + " for activations");
        }
    }

    /** The same bits for weights and activations. */
    public static Width of(int bits) {
        return new Width(bits, bits);
    }
}
