package dev.whence.quantize.allocation;

import java.util.List;

/**
 * What all layers together may use of one resource.
 *
 * @param resource what is limited
 * @param limit how much of it there is, in the unit of the resource
 */
public record Budget(Resource resource, double limit) {
    /** Checks the limit. */
    public Budget {
        if (!Double.isFinite(limit)) {
            throw new IllegalArgumentException("a limit of " + limit);
        }
    }

    /** What can be limited. */
    public enum Resource {
        /** Mean bits of a weight, over all weights. */
        AVERAGE_WEIGHT_BITS("average bits of a weight"),
        /** The root of the mean product of weight bits and activation bits, over all multiplications. */
        AVERAGE_OPERATION_BITS("average bits of an operation"),
        /** Bytes of packed weights, scales, zero points and biases, in KiB. */
        KIBIBYTES("KiB"),
        /** Products of weight bits and activation bits, summed over the multiplications for one example, in millions. */
        MEGA_BIT_OPERATIONS("million bit operations");

        private final String unit;

        Resource(String unit) {
            this.unit = unit;
        }

        /** How a value is read, such as {@code KiB}. */
        public String unit() {
            return unit;
        }
    }

    /**
     * The two budgets of a mean width: as many bits for all weights, and as many bit operations, as if every layer had it.
     *
     * @param bits the mean width; need not be whole
     */
    public static List<Budget> average(double bits) {
        return List.of(
                new Budget(Resource.AVERAGE_WEIGHT_BITS, bits), new Budget(Resource.AVERAGE_OPERATION_BITS, bits));
    }

    /** What a layer of a width uses, in a unit of which the sum over layers is compared with {@link #rawLimit}. */
    double use(LayerChoice layer, Width width) {
        return switch (resource) {
            case AVERAGE_WEIGHT_BITS -> (double) layer.parameters() * width.weightBits();
            case AVERAGE_OPERATION_BITS, MEGA_BIT_OPERATIONS ->
                (double) layer.multiplications() * width.weightBits() * width.activationBits();
            case KIBIBYTES -> bytes(layer, width);
        };
    }

    double rawLimit(List<LayerChoice> layers) {
        return fromShown(limit, layers);
    }

    /** A limit or sum in the unit of the resource, from one in that of {@link #use}. */
    double shown(double raw, List<LayerChoice> layers) {
        return switch (resource) {
            case AVERAGE_WEIGHT_BITS -> raw / Math.max(1, parameters(layers));
            case AVERAGE_OPERATION_BITS -> Math.sqrt(raw / Math.max(1, multiplications(layers)));
            case KIBIBYTES -> raw / 1024;
            case MEGA_BIT_OPERATIONS -> raw / 1e6;
        };
    }

    /** How a small change of the raw sum changes what is shown, at the limit. */
    double rawPerShown(List<LayerChoice> layers) {
        return switch (resource) {
            case AVERAGE_WEIGHT_BITS -> parameters(layers);
            case AVERAGE_OPERATION_BITS -> 2 * limit * multiplications(layers);
            case KIBIBYTES -> 1024;
            case MEGA_BIT_OPERATIONS -> 1e6;
        };
    }

    private double fromShown(double shown, List<LayerChoice> layers) {
        return switch (resource) {
            case AVERAGE_WEIGHT_BITS -> shown * parameters(layers);
            case AVERAGE_OPERATION_BITS -> Math.copySign(shown * shown, shown) * multiplications(layers);
            case KIBIBYTES -> shown * 1024;
            case MEGA_BIT_OPERATIONS -> shown * 1e6;
        };
    }

    private static long bytes(LayerChoice layer, Width width) {
        long bits = Math.multiplyExact(layer.parameters(), width.weightBits());
        return (bits + 7) / 8 + layer.extraBytes();
    }

    private static double parameters(List<LayerChoice> layers) {
        return layers.stream().mapToDouble(LayerChoice::parameters).sum();
    }

    private static double multiplications(List<LayerChoice> layers) {
        return layers.stream().mapToDouble(LayerChoice::multiplications).sum();
    }
}
