package dev.whence.quantize.allocation;

import java.util.Locale;

/** What a width costs a layer: how the contribution of a layer, or the harm that a width does, becomes a cost. */
public enum Objective {
    /** Contribution times 4^-bits: the power of the rounding noise falls to a quarter with each bit. */
    LRP(true, false) {
        @Override
        double cost(double contribution, double sensitivity, Width width) {
            return contribution * noise(width);
        }
    },
    /**
     * The divergence of the network's answers from the float ones when this layer alone has the width: needs a run of the
     * network for each layer and width.
     */
    SENSITIVITY(false, true) {
        @Override
        double cost(double contribution, double sensitivity, Width width) {
            return sensitivity;
        }
    },
    /** Contribution times divergence. */
    COMBINED(true, true) {
        @Override
        double cost(double contribution, double sensitivity, Width width) {
            return contribution * sensitivity;
        }
    },
    /** Minus contribution times bits: a naive reading, kept to compare with. */
    LRP_LINEAR(true, false) {
        @Override
        double cost(double contribution, double sensitivity, Width width) {
            return -contribution * (width.weightBits() + width.activationBits()) / 2;
        }
    },
    /** 4^-bits whatever the layer: to compare with. The same width everywhere is {@link AllocationSolver#uniform}. */
    UNIFORM(false, false) {
        @Override
        double cost(double contribution, double sensitivity, Width width) {
            return noise(width);
        }
    };

    private final boolean contributions;
    private final boolean sensitivities;

    Objective(boolean contributions, boolean sensitivities) {
        this.contributions = contributions;
        this.sensitivities = sensitivities;
    }

    /** Whether it uses what layers contribute. */
    public boolean needsContributions() {
        return contributions;
    }

    /** Whether it uses the divergence of each layer at each width. */
    public boolean needsSensitivities() {
        return sensitivities;
    }

    /**
     * The cost of a width.
     *
     * @param contribution what the layer contributes, zero or more; any number if not needed
     * @param sensitivity divergence with this layer alone at this width; any number if not needed
     * @param width the width
     */
    abstract double cost(double contribution, double sensitivity, Width width);

    /**
     * The costs of all widths of a layer.
     *
     * @param contribution what the layer contributes, zero or more; any number if not needed
     * @param sensitivities divergence with this layer alone at each width; any numbers if not needed
     * @param widths the widths
     */
    public double[] costs(double contribution, double[] sensitivities, Width... widths) {
        if (needsSensitivities() && sensitivities.length != widths.length) {
            throw new IllegalArgumentException(
                    sensitivities.length + " sensitivities for " + widths.length + " widths");
        }
        double[] costs = new double[widths.length];
        for (int i = 0; i < costs.length; i++) {
            costs[i] = cost(contribution, needsSensitivities() ? sensitivities[i] : 0, widths[i]);
        }
        return costs;
    }

    /** Its name as users write it, such as {@code lrp-linear}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static double noise(Width width) {
        return (Math.scalb(1.0, -2 * width.weightBits()) + Math.scalb(1.0, -2 * width.activationBits())) / 2;
    }
}
