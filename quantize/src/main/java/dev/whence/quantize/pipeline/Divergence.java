package dev.whence.quantize.pipeline;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.quantize.ClassScores;
import java.util.Arrays;
import java.util.Map;

/**
 * How far a network's answers are from another's. Rows of class scores are compared as probabilities, which they may be already,
 * by the divergence of Kullback and Leibler in nats; any other output by the square of its relative error. Outputs add up.
 */
final class Divergence {
    private Divergence() {}

    /** @throws WhenceException if an answer is not finite; scores of classes may be minus infinity */
    static double of(Map<String, NdArray> exact, Map<String, NdArray> found) {
        double sum = 0;
        for (Map.Entry<String, NdArray> one : exact.entrySet()) {
            NdArray other = found.get(one.getKey());
            if (other != null && one.getValue().type().isFloating()) {
                sum += of(one.getKey(), one.getValue(), other);
            }
        }
        return sum;
    }

    private static double of(String name, NdArray exact, NdArray found) {
        double[] p = exact.toDoubles();
        double[] q = found.toDoubles();
        boolean areClasses = exact.rank() == 2 && exact.dimension(1) > 1;
        requireFinite(name, "float", p, areClasses);
        requireFinite(name, "quantized", q, areClasses);
        if (!areClasses) {
            return relativeError(p, q);
        }
        int classes = (int) exact.dimension(1);
        boolean areProbabilities = ClassScores.areProbabilities(classes, p);
        double sum = 0;
        for (int from = 0; from < p.length; from += classes) {
            sum += ClassScores.divergence(
                    areProbabilities,
                    Arrays.copyOfRange(p, from, from + classes),
                    Arrays.copyOfRange(q, from, from + classes));
        }
        return Math.max(0, sum * classes / p.length);
    }

    private static double relativeError(double[] p, double[] q) {
        double error = 0;
        double power = 0;
        for (int i = 0; i < p.length; i++) {
            error += (p[i] - q[i]) * (p[i] - q[i]);
            power += p[i] * p[i];
        }
        return power == 0 ? error : error / power;
    }

    private static void requireFinite(String name, String which, double[] values, boolean areClasses) {
        for (int i = 0; i < values.length; i++) {
            boolean isMasked = areClasses && values[i] == Double.NEGATIVE_INFINITY;
            if (!Double.isFinite(values[i]) && !isMasked) {
                throw new WhenceException(
                        ErrorCode.INPUT_INVALID,
                        "Output '" + name + "' of the " + which + " network is " + values[i] + " at element " + i
                                + " of its answers to the calibration examples, and finite numbers are needed to compare"
                                + " networks; leave out the examples that cause it, or mend the model.");
            }
        }
    }
}
