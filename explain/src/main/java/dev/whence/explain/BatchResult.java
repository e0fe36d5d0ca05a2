package dev.whence.explain;

import dev.whence.core.NdArray;
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
        List<String> warnings) {}
