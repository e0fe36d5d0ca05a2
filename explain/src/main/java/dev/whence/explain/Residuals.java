package dev.whence.explain;

import dev.whence.core.NdArray;
import dev.whence.graph.Step;
import dev.whence.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Shares of the target that belong to no input: what a changed condition of a Where contributed. They complete the sum and
 * are reported under the node's name.
 */
final class Residuals {
    private final int examples;
    private final List<Map<String, double[]>> byTarget = new ArrayList<>();
    private int offset;

    Residuals(int examples, int targets) {
        this.examples = examples;
        for (int i = 0; i < targets; i++) {
            byTarget.add(new LinkedHashMap<>());
        }
    }

    /** How many targets share the walk. */
    int targets() {
        return byTarget.size();
    }

    /** Adds the contributions of one node, any shape whose elements are ordered by example. */
    void add(int target, Step step, Tensor contributions) {
        double[] all = contributions.to(NdArray.Type.FLOAT64).toDoubles();
        boolean any = false;
        for (double v : all) {
            any |= v != 0;
        }
        if (!any) {
            return;
        }
        double[] sums = byTarget.get(offset + target)
                .computeIfAbsent("condition of " + step.node().name(), k -> new double[examples]);
        for (int i = 0; i < all.length; i++) {
            sums[(int) ((long) i * examples / all.length)] += all[i];
        }
    }

    /** Runs work inside a composite, whose only target counts as the given one. */
    void during(int target, Runnable work) {
        int outer = offset;
        offset += target;
        try {
            work.run();
        } finally {
            offset = outer;
        }
    }

    /** All residuals of a target so far, over all examples. */
    double total(int target) {
        double total = 0;
        for (double[] one : byTarget.get(offset + target).values()) {
            for (double v : one) {
                total += v;
            }
        }
        return total;
    }

    /** The residuals of a target by name, one number an example. */
    Map<String, double[]> of(int target) {
        return byTarget.get(target);
    }
}
