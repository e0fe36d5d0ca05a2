package dev.whence.explain;

import dev.whence.core.NdArray;
import dev.whence.graph.Interpreter;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;

/** Looks on while relevance walks back through batches of examples, and adds it up example by example. */
abstract class LrpWatch {
    private int first;
    private int count;

    /** Which examples the next walks are about. */
    final void batch(int firstExample, int examples) {
        first = firstExample;
        count = examples;
    }

    /** The same rules, with the steps of one batch looked at. */
    final Propagation around(Propagation rules, LrpPlan plan) {
        return new Propagation() {
            @Override
            public Interpreter.Retention retention() {
                return rules.retention();
            }

            @Override
            public Pullback at(int index) {
                return watched(index, plan, rules.at(index));
            }
        };
    }

    /**
     * A step's rule with what is to be noticed of it.
     *
     * @param index the step's place in the plan
     */
    abstract Propagation.Pullback watched(int index, LrpPlan plan, Propagation.Pullback pullback);

    /** Adds the sum of each example's elements; what all examples share counts for each in equal parts. */
    final void add(double[] sums, Tensor relevance) {
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
