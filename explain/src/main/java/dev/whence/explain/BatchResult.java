package dev.whence.explain;

import dev.whence.core.NdArray;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one batch gave for one target.
 *
 * @param scores scores by source
 * @param residuals shares that belong to no unit, by name
 * @param sums the contributions' sum for each example, accumulated in float64, residuals included
 * @param values the target's value
 * @param referenceValues the target's value at each reference, {@code [reference][example]}
 * @param referenceSums the contributions' sum for each reference, {@code [reference][example]}
 * @param warnings what the user must be told
 */
record BatchResult(
        Map<String, NdArray> scores,
        Map<String, double[]> residuals,
        double[] sums,
        double[] values,
        double[][] referenceValues,
        double[][] referenceSums,
        List<String> warnings) {

    /** The number of examples. */
    int count() {
        return values.length;
    }

    /** The first examples alone. */
    BatchResult first(int most) {
        if (count() <= most) {
            return this;
        }
        Map<String, NdArray> someScores = new LinkedHashMap<>();
        scores.forEach((name, all) -> someScores.put(name, all.rows(0, most)));
        Map<String, double[]> someResiduals = new LinkedHashMap<>();
        residuals.forEach((name, all) -> someResiduals.put(name, Arrays.copyOf(all, most)));
        return new BatchResult(
                someScores,
                someResiduals,
                Arrays.copyOf(sums, most),
                Arrays.copyOf(values, most),
                cut(referenceValues, most),
                cut(referenceSums, most),
                warnings);
    }

    private static double[][] cut(double[][] each, int most) {
        return Arrays.stream(each).map(one -> Arrays.copyOf(one, most)).toArray(double[][]::new);
    }
}
