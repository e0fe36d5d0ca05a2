package dev.whence.explain;

import dev.whence.core.NdArray;
import java.util.Arrays;

/** Brings maps of one channel to the size of an input, by linear interpolation between the centres of cells. */
final class Enlarging {
    private Enlarging() {}

    /**
     * Enlarges every axis of places.
     *
     * @param maps {@code [N, 1, ...]}
     * @param input the input's shape, {@code [N, C, ...]} or, where its last axis can only be the colours, {@code [N, ..., C]}
     * @return {@code [N, 1, ...]} or {@code [N, ..., 1]} with the input's lengths
     */
    static NdArray to(NdArray maps, long[] input) {
        int rank = input.length;
        boolean last = isChannelsLast(input);
        double[] data = maps.toDoubles();
        long[] shape = maps.shape();
        for (int axis = 2; axis < rank; axis++) {
            int wanted = (int) input[last ? axis - 1 : axis];
            data = along(data, shape, axis, wanted);
            shape[axis] = wanted;
        }
        if (last) {
            long[] turned = new long[rank];
            turned[0] = shape[0];
            System.arraycopy(shape, 2, turned, 1, rank - 2);
            turned[rank - 1] = 1;
            shape = turned;
        }
        return Numbers.of(maps, data).toArray(shape);
    }

    private static boolean isChannelsLast(long[] input) {
        return input.length == 4 && isColour(input[3]) && !isColour(input[1]);
    }

    private static boolean isColour(long length) {
        return length == 1 || length == 3 || length == 4;
    }

    private static double[] along(double[] data, long[] shape, int axis, int wanted) {
        int length = (int) shape[axis];
        int inner = (int) Arrays.stream(shape, axis + 1, shape.length).reduce(1, (a, b) -> a * b);
        int outer = data.length / length / inner;
        double[] out = new double[outer * wanted * inner];
        for (int i = 0; i < wanted; i++) {
            double centre = Math.max(0, (i + 0.5) * length / wanted - 0.5);
            int low = Math.min((int) centre, length - 1);
            int high = Math.min(low + 1, length - 1);
            double share = centre - low;
            for (int o = 0; o < outer; o++) {
                for (int c = 0; c < inner; c++) {
                    double a = data[(o * length + low) * inner + c];
                    double b = data[(o * length + high) * inner + c];
                    out[(o * wanted + i) * inner + c] = a + share * (b - a);
                }
            }
        }
        return out;
    }
}
