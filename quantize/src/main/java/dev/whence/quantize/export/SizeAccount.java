package dev.whence.quantize.export;

import java.util.List;

/**
 * What a quantized network takes and does, beside the same network in float32. Weights count as packed bit by bit, four
 * bytes a scale, one byte a zero point, and four bytes for each number that stays float.
 *
 * @param bytes of all numbers
 * @param floatBytes of all numbers in float32, as the float network has them
 * @param averageWeightBits mean bits of a weight, over all weights of all layers
 * @param averageActivationBits mean bits of a number that a layer reads, over all such numbers of one example; 0 if none
 *     is known
 * @param bitOperations products of weight bits and activation bits, summed over the multiplications for one example
 * @param floatBitOperations the same at 32 bits
 */
public record SizeAccount(
        long bytes,
        long floatBytes,
        double averageWeightBits,
        double averageActivationBits,
        double bitOperations,
        double floatBitOperations) {
    private static final double MEGA = 1e6;

    /**
     * Adds up.
     *
     * @param layers all layers of the network, also those that stay float
     * @param otherFloats number of float32 numbers that belong to no layer
     * @param floatNumbers number of float32 numbers of the float network
     */
    public static SizeAccount of(List<LayerReport> layers, long otherFloats, long floatNumbers) {
        long bytes = Math.multiplyExact(otherFloats, Float.BYTES);
        double parameters = 0;
        double weightBits = 0;
        double elements = 0;
        double activationBits = 0;
        double multiplications = 0;
        double operations = 0;
        for (LayerReport layer : layers) {
            bytes += layer.size().total();
            parameters += layer.parameters();
            weightBits += (double) layer.parameters() * layer.weightBits();
            multiplications += layer.multiplyAccumulates();
            operations += (double) layer.multiplyAccumulates() * layer.weightBits() * layer.activationBits();
            for (ActivationReport activation : layer.activations()) {
                elements += activation.elements();
                activationBits += (double) activation.elements() * activation.bits();
            }
        }
        return new SizeAccount(
                bytes,
                Math.multiplyExact(floatNumbers, Float.BYTES),
                parameters == 0 ? 0 : weightBits / parameters,
                elements == 0 ? 0 : activationBits / elements,
                operations,
                multiplications * Float.SIZE * Float.SIZE);
    }

    /** {@link #bytes} in millions. */
    public double megabytes() {
        return bytes / MEGA;
    }

    /** Bytes for each byte of the float network. */
    public double sizeRatio() {
        return floatBytes == 0 ? 1 : (double) bytes / floatBytes;
    }

    /** Bit operations for each one of the float network. */
    public double operationsRatio() {
        return floatBitOperations == 0 ? 1 : bitOperations / floatBitOperations;
    }
}
