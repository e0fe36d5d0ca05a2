package dev.whence.quantize.model;

import dev.whence.explain.RelevanceSums;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * The relevance that one output hands back, which layers get shares of.
 *
 * @param name of the output
 * @param sums its relevance at the layers
 */
record ExplainedOutput(String name, RelevanceSums sums) {
    /** Smaller targets make every share large and uncertain. */
    private static final double SMALLEST_TARGET = 1e-3;

    /** The number of examples. */
    int examples() {
        return sums.start().length;
    }

    /** How many examples have a target that is too small to divide by. */
    private long tooSmall() {
        return Arrays.stream(sums.start()).filter(ExplainedOutput::isTooSmall).count();
    }

    private static boolean isTooSmall(double start) {
        return Math.abs(start) < SMALLEST_TARGET;
    }

    /** Whether there is an example whose target is large enough. */
    boolean isUsable() {
        return tooSmall() < examples();
    }

    /**
     * Each number of a layer as a share of what stood at the target. An example whose target is too small is left out: the mean
     * of the others stands in its place. Where all are too small, none is; 0 where nothing stood at the target.
     */
    double[] shares(QuantizableLayer layer, Function<RelevanceSums.Sums, double[]> which) {
        double[] found = which.apply(Objects.requireNonNull(sums.values().get(layer.output())));
        double[] start = sums.start();
        boolean leavesOut = isUsable();
        double[] out = new double[start.length];
        double total = 0;
        int counted = 0;
        for (int i = 0; i < out.length; i++) {
            if (!leavesOut || !isTooSmall(start[i])) {
                out[i] = start[i] == 0 ? 0 : found[i] / Math.abs(start[i]);
                total += out[i];
                counted++;
            }
        }
        for (int i = 0; i < out.length; i++) {
            if (leavesOut && isTooSmall(start[i])) {
                out[i] = total / counted;
            }
        }
        return out;
    }

    /** What its explanation warns of, with its name where there are several. */
    List<String> warnings(boolean isOne) {
        return sums.explanation().attribution().warnings().stream()
                .map(warning -> isOne ? warning : "At output " + name + ": " + warning)
                .toList();
    }

    /**
     * What to say of targets that are too small.
     *
     * @param isOne whether no other output is explained
     * @param counts whether contributions are taken from it
     */
    Optional<String> smallness(boolean isOne, boolean counts) {
        long small = tooSmall();
        if (small == 0) {
            return Optional.empty();
        }
        String consequence = !counts
                ? "; the output does not count."
                : isUsable()
                        ? "; these are left out, for their shares would be large and uncertain."
                        : ", which makes their shares large and uncertain; choose another target.";
        return Optional.of("The target's value" + (isOne ? "" : " at output " + name) + " is below " + SMALLEST_TARGET
                + " for " + small + " of " + examples() + " examples" + consequence);
    }
}
