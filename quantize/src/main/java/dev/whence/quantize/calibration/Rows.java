package dev.whence.quantize.calibration;

import dev.whence.core.NdArray;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Arrays cut and joined along the first axis. */
final class Rows {
    private Rows() {}

    /** One array behind the other; all have the same shape but for the first axis. */
    static NdArray joined(List<NdArray> parts) {
        if (parts.size() == 1) {
            return parts.getFirst();
        }
        long rows = 0;
        int size = 0;
        for (NdArray part : parts) {
            rows += part.dimension(0);
            size = Math.addExact(size, part.size());
        }
        float[] all = new float[size];
        int at = 0;
        for (NdArray part : parts) {
            float[] data = part.toFloats();
            System.arraycopy(data, 0, all, at, data.length);
            at += data.length;
        }
        long[] shape = parts.getFirst().shape();
        shape[0] = rows;
        return NdArray.of(all, shape);
    }

    /**
     * The inputs of a network cut into batches.
     *
     * @param inputs with one row an example each
     * @param size most examples of a batch
     */
    static List<Map<String, NdArray>> batches(Map<String, NdArray> inputs, int size) {
        int examples = examples(inputs);
        List<Map<String, NdArray>> out = new ArrayList<>();
        for (int first = 0; first < examples; first += size) {
            int from = first;
            Map<String, NdArray> one = new LinkedHashMap<>();
            inputs.forEach((name, array) -> one.put(name, array.rows(from, Math.min(from + size, examples))));
            out.add(one);
        }
        return out;
    }

    static int examples(Map<String, NdArray> inputs) {
        return (int) inputs.values().iterator().next().dimension(0);
    }
}
