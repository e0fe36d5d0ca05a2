package dev.whence.explain;

import java.util.Arrays;

/** Joins neighbouring elements of one example to blocks, so that there are not too many. */
final class PlayerBlocks {
    /** Axes up to this length are letters or colours, which are joined first. */
    private static final int FEW = 4;

    private PlayerBlocks() {}

    /**
     * The block of every element, numbered from 0.
     *
     * @param shape the shape of one example, without the batch
     * @param most how many blocks there may be
     */
    static int[] of(long[] shape, int most) {
        long[] block = new long[shape.length];
        Arrays.fill(block, 1);
        if (count(shape, block) > most) {
            int shortest = -1;
            for (int axis = 0; axis < shape.length; axis++) {
                boolean isFew = shape[axis] > 1 && shape[axis] <= FEW && shape.length > 1;
                if (isFew && (shortest < 0 || shape[axis] < shape[shortest])) {
                    shortest = axis;
                }
            }
            if (shortest >= 0) {
                block[shortest] = shape[shortest];
            }
        }
        while (count(shape, block) > most) {
            int widest = 0;
            for (int axis = 1; axis < shape.length; axis++) {
                if (blocks(shape, block, axis) > blocks(shape, block, widest)) {
                    widest = axis;
                }
            }
            block[widest] *= 2;
        }
        int[] out = new int[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        for (int i = 0; i < out.length; i++) {
            long rest = i;
            long at = 0;
            long stride = 1;
            for (int axis = shape.length - 1; axis >= 0; axis--) {
                at += rest % shape[axis] / block[axis] * stride;
                stride *= blocks(shape, block, axis);
                rest /= shape[axis];
            }
            out[i] = (int) at;
        }
        return out;
    }

    private static long blocks(long[] shape, long[] block, int axis) {
        return Math.ceilDiv(shape[axis], block[axis]);
    }

    private static long count(long[] shape, long[] block) {
        long count = 1;
        for (int axis = 0; axis < shape.length; axis++) {
            count *= blocks(shape, block, axis);
        }
        return count;
    }
}
