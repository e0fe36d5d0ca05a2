package dev.whence.quantize.pipeline;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import java.util.Map;

/**
 * How far a network's answers are from another's. Rows of class scores are compared as probabilities, which they may be already,
 * by the divergence of Kullback and Leibler in nats; any other output by the square of its relative error. Outputs add up.
 */
final class Divergence {
    /** No class is held to be less likely than this where its score is minus infinity or its probability zero. */
    private static final double TINIEST = 1e-12;

    private static final double NEAR_ONE = 1e-3;

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
        boolean areProbabilities = areProbabilities(p, classes);
        double sum = 0;
        for (int from = 0; from < p.length; from += classes) {
            double logP = areProbabilities ? 0 : logSum(p, from, classes);
            double logQ = areProbabilities ? 0 : logSum(q, from, classes);
            for (int i = from; i < from + classes; i++) {
                double of = log(p[i], logP, areProbabilities);
                double likely = areProbabilities ? p[i] : p[i] == Double.NEGATIVE_INFINITY ? 0 : Math.exp(of);
                sum += likely == 0 ? 0 : likely * (of - log(q[i], logQ, areProbabilities));
            }
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

    private static double log(double value, double logSum, boolean isProbability) {
        if (isProbability) {
            return Math.log(Math.max(TINIEST, value));
        }
        return value == Double.NEGATIVE_INFINITY ? Math.log(TINIEST) : value - logSum;
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

    /** Whether each row could be probabilities: none below zero, adding up to one. */
    private static boolean areProbabilities(double[] values, int classes) {
        for (int from = 0; from < values.length; from += classes) {
            double sum = 0;
            for (int i = from; i < from + classes; i++) {
                if (values[i] < 0) {
                    return false;
                }
                sum += values[i];
            }
            if (Math.abs(sum - 1) > NEAR_ONE) {
                return false;
            }
        }
        return true;
    }

    private static double logSum(double[] values, int from, int count) {
        double most = -Double.MAX_VALUE;
        for (int i = from; i < from + count; i++) {
            most = Math.max(most, values[i]);
        }
        double sum = 0;
        for (int i = from; i < from + count; i++) {
            sum += Math.exp(values[i] - most);
        }
        return most + Math.log(Math.max(TINIEST, sum));
    }
}
