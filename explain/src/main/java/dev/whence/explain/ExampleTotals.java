package dev.whence.explain;

import dev.whence.core.NdArray;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;

/** Adds up what walks through batches of examples, example by example. */
final class ExampleTotals {
    private int first;
    private int count;

    /** Which examples the next tensors are about. */
    void batch(int firstExample, int examples) {
        first = firstExample;
        count = examples;
    }

    /** Adds the sum of each example's elements; what all examples share counts for each in equal parts. */
    void add(double[] sums, Tensor relevance) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor wide = relevance.to(NdArray.Type.FLOAT64);
            boolean isByExample = wide.size() % count == 0 && wide.size() > 0;
            double[] each =
                    wide.reshape(isByExample ? count : 1, -1).sum(false, 1).toDoubles();
            for (int i = 0; i < count; i++) {
                sums[first + i] += isByExample ? each[i] : each[0] / count;
            }
        }
    }
}
