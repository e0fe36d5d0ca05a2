package dev.whence.quantize.pipeline;

import dev.whence.core.NdArray;
import java.util.Map;

/**
 * How far a network's answers are from another's. Rows of class scores are compared as probabilities, by the divergence of
 * Kullback and Leibler in nats; any other output by the square of its relative error. Outputs add up.
 */
final class Divergence {
    private Divergence() {}

    static double of(Map<String, NdArray> exact, Map<String, NdArray> found) {
        double sum = 0;
        for (Map.Entry<String, NdArray> one : exact.entrySet()) {
            NdArray other = found.get(one.getKey());
            if (other != null && one.getValue().type().isFloating()) {
                sum += of(one.getValue(), other);
            }
        }
        return sum;
    }

    private static double of(NdArray exact, NdArray found) {
        double[] p = exact.toDoubles();
        double[] q = found.toDoubles();
        if (exact.rank() != 2 || exact.dimension(1) < 2) {
            double error = 0;
            double power = 0;
            for (int i = 0; i < p.length; i++) {
                error += (p[i] - q[i]) * (p[i] - q[i]);
                power += p[i] * p[i];
            }
            return power == 0 ? error : error / power;
        }
        int classes = (int) exact.dimension(1);
        double sum = 0;
        for (int from = 0; from < p.length; from += classes) {
            double logP = logSum(p, from, classes);
            double logQ = logSum(q, from, classes);
            for (int i = from; i < from + classes; i++) {
                sum += Math.exp(p[i] - logP) * (p[i] - logP - q[i] + logQ);
            }
        }
        return Math.max(0, sum * classes / p.length);
    }

    private static double logSum(double[] values, int from, int count) {
        double most = Double.NEGATIVE_INFINITY;
        for (int i = from; i < from + count; i++) {
            most = Math.max(most, values[i]);
        }
        double sum = 0;
        for (int i = from; i < from + count; i++) {
            sum += Math.exp(values[i] - most);
        }
        return most + Math.log(sum);
    }
}
