package dev.whence.explain;

import dev.whence.core.NdArray;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What inputs are compared with: one or several references, each with a value for every attributed input (or inner value)
 * that is either shared by all examples (batch of one) or made for each (batch of N). Contributions are averaged over several
 * references.
 *
 * @param description how they were made, in words
 * @param each the references; every map goes from a value's name to its array
 */
public record ReferenceInputs(String description, List<Map<String, NdArray>> each) {
    /** Copies the maps in. */
    public ReferenceInputs {
        if (each.isEmpty()) {
            throw new IllegalArgumentException("each must hold at least one reference");
        }
        List<Map<String, NdArray>> copy = new ArrayList<>();
        each.forEach(m -> copy.add(java.util.Collections.unmodifiableMap(new LinkedHashMap<>(m))));
        each = List.copyOf(copy);
    }

    /** One reference. */
    public static ReferenceInputs of(String description, Map<String, NdArray> values) {
        return new ReferenceInputs(description, List.of(values));
    }

    /** Zeros for every given input, shared. */
    public static ReferenceInputs zeros(Map<String, NdArray> inputs) {
        Map<String, NdArray> zeros = new LinkedHashMap<>();
        inputs.forEach((name, array) -> {
            if (array.type().isFloating()) {
                zeros.put(name, References.zeros(array));
            }
        });
        return of("zeros", zeros);
    }

    /**
     * Several references for each example of one input.
     *
     * @param perExample shape {@code [N, K, ...]}
     */
    public static ReferenceInputs several(String description, String input, NdArray perExample) {
        long[] shape = perExample.shape();
        int n = (int) shape[0];
        int k = (int) shape[1];
        int row = n == 0 || k == 0 ? 0 : perExample.size() / n / k;
        long[] one = new long[shape.length - 1];
        one[0] = n;
        System.arraycopy(shape, 2, one, 1, shape.length - 2);
        List<Map<String, NdArray>> each = new ArrayList<>();
        for (int j = 0; j < k; j++) {
            double[] data = new double[n * row];
            for (int i = 0; i < n; i++) {
                for (int e = 0; e < row; e++) {
                    data[i * row + e] = perExample.getDouble((i * k + j) * row + e);
                }
            }
            each.add(Map.of(input, typed(perExample, data, one)));
        }
        return new ReferenceInputs(description, each);
    }

    /** Every row of an array as a reference shared by all examples. */
    public static ReferenceInputs rows(String description, String input, NdArray rows) {
        List<Map<String, NdArray>> each = new ArrayList<>();
        for (int i = 0; i < rows.dimension(0); i++) {
            each.add(Map.of(input, rows.rows(i, i + 1)));
        }
        return new ReferenceInputs(description, each);
    }

    private static NdArray typed(NdArray like, double[] data, long... shape) {
        NdArray doubles = NdArray.of(data, shape);
        return like.type() == NdArray.Type.FLOAT64 ? doubles : NdArray.of(doubles.toFloats(), shape);
    }
}
