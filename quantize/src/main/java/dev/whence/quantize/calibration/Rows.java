package dev.whence.quantize.calibration;

import dev.whence.core.NdArray;
import dev.whence.quantize.model.ExampleRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Arrays cut and joined along the first axis. */
final class Rows {
    private Rows() {}

    /**
     * Outputs of several batches as one array, joined along the first axis. Where other axes differ too, all numbers stand one
     * behind the other, rows of the last axis if all share it.
     */
    static NdArray joined(List<NdArray> parts) {
        if (parts.size() == 1) {
            return parts.getFirst();
        }
        long[] shape = parts.getFirst().shape();
        long rows = 0;
        boolean isAlike = shape.length > 0;
        for (NdArray part : parts) {
            long[] its = part.shape();
            isAlike &= its.length == shape.length
                    && Arrays.equals(its, 1, its.length, shape, Math.min(1, shape.length), shape.length);
            rows += isAlike ? its[0] : 0;
        }
        if (!isAlike) {
            return flat(parts);
        }
        shape[0] = rows;
        return behind(parts, shape);
    }

    /** All numbers of arrays, one behind the other, in rows of the last axis if all share it; an only one as it is. */
    static NdArray flat(List<NdArray> parts) {
        if (parts.size() == 1) {
            return parts.getFirst();
        }
        long width = last(parts.getFirst());
        long size = 0;
        for (NdArray part : parts) {
            size += part.size();
            width = last(part) == width ? width : 1;
        }
        return behind(parts, size / Math.max(1, width), width);
    }

    private static long last(NdArray array) {
        return array.rank() == 0 ? 1 : array.dimension(array.rank() - 1);
    }

    private static NdArray behind(List<NdArray> parts, long... shape) {
        int size = Math.toIntExact(NdArray.elements(shape));
        NdArray.Type type = parts.getFirst().type();
        if (type.isFloating()) {
            float[] all = new float[size];
            int at = 0;
            for (NdArray part : parts) {
                System.arraycopy(part.toFloats(), 0, all, at, part.size());
                at += part.size();
            }
            return NdArray.of(all, shape);
        }
        long[] all = new long[size];
        int at = 0;
        for (NdArray part : parts) {
            System.arraycopy(part.toLongs(), 0, all, at, part.size());
            at += part.size();
        }
        return NdArray.ofIntegers(type, all, shape);
    }

    /**
     * The inputs of a network cut into batches.
     *
     * @param inputs with one row an example each; others are in every batch
     * @param size most examples of a batch
     */
    static List<Map<String, NdArray>> batches(Map<String, NdArray> inputs, int size) {
        int examples = ExampleRows.count(inputs);
        List<Map<String, NdArray>> out = new ArrayList<>();
        for (int first = 0; first < examples; first += size) {
            out.add(ExampleRows.of(inputs, first, Math.min(first + size, examples)));
        }
        return out;
    }
}
