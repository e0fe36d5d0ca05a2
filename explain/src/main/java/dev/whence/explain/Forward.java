package dev.whence.explain;

import dev.whence.core.NdArray;
import dev.whence.graph.Interpreter;
import dev.whence.graph.Trace;
import dev.whence.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Plain forward runs, and sums over examples. */
final class Forward {
    private Forward() {}

    /** A reference's target and source values, with the batch's number of examples. */
    static Trace reference(Task task, Map<String, NdArray> reference) {
        return task.network()
                .run(
                        task.referenceTensors(reference, true),
                        task.sourceSet(),
                        task.kept(),
                        Interpreter.Retention.NOTHING);
    }

    /** The values of some names. */
    static Map<String, Tensor> values(Trace trace, List<String> names) {
        Map<String, Tensor> out = new LinkedHashMap<>();
        names.forEach(name -> out.put(name, trace.slot(name).tensor()));
        return out;
    }

    /** Adds each example's sum, accumulated in float64. */
    static void addSums(double[] sums, Tensor scores) {
        double[] rows = scores.to(NdArray.Type.FLOAT64)
                .reshape(sums.length, -1)
                .sum(false, 1)
                .toDoubles();
        for (int i = 0; i < sums.length; i++) {
            sums[i] += rows[i];
        }
    }
}
