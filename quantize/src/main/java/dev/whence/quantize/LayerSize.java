package dev.whence.quantize;

/**
 * What the numbers of a quantized layer take in a packed file.
 *
 * @param weights bytes of the packed weight codes
 * @param scales bytes of the scales, four each
 * @param zeroPoints bytes of the zero points, in a container of one byte each
 * @param floats bytes of what stays float32, such as the bias, four each
 */
public record LayerSize(long weights, long scales, long zeroPoints, long floats) {
    /** Nothing. */
    public static final LayerSize NONE = new LayerSize(0, 0, 0, 0);

    /**
     * The size of a layer.
     *
     * @param parameters number of weights; 0 for a product of two activations
     * @param weightBits their bits, 2 to 8, or 32 where they stay float
     * @param quantizers number of pairs of a scale and a zero point, of weights and activations together
     * @param floats number of float32 numbers beside them, such as the bias
     */
    public static LayerSize of(long parameters, int weightBits, long quantizers, long floats) {
        long weights = weightBits == Float.SIZE
                ? Math.multiplyExact(parameters, Float.BYTES)
                : PackedCodes.bytes(parameters, weightBits);
        return new LayerSize(weights, quantizers * Float.BYTES, quantizers, floats * Float.BYTES);
    }

    /** Everything, in bytes. */
    public long total() {
        return weights + scales + zeroPoints + floats;
    }

    /** Both together. */
    public LayerSize plus(LayerSize other) {
        return new LayerSize(
                weights + other.weights, scales + other.scales, zeroPoints + other.zeroPoints, floats + other.floats);
    }
}
