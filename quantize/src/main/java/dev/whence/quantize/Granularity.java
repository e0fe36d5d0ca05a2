package dev.whence.quantize;

import dev.whence.core.NdArray;

/** Which elements of an array share one scale and zero point. */
public sealed interface Granularity {
    /** Number of groups in an array of a shape. */
    int groups(long... shape);

    /** Number of neighbouring elements, in row-major order, that belong to the same group. */
    int run(long... shape);

    /** One group: the whole array. */
    static Granularity perTensor() {
        return new PerTensor();
    }

    /**
     * One group for each index of an axis.
     *
     * @param axis counted from 0, or from the end if negative: -1 is the last axis
     */
    static Granularity perAxis(int axis) {
        return new PerAxis(axis);
    }

    /** One group for the whole array. */
    record PerTensor() implements Granularity {
        @Override
        public int groups(long... shape) {
            return 1;
        }

        @Override
        public int run(long... shape) {
            return Math.toIntExact(NdArray.elements(shape));
        }
    }

    /**
     * One group for each index of an axis, such as an output channel.
     *
     * @param axis counted from 0, or from the end if negative
     */
    record PerAxis(int axis) implements Granularity {
        @Override
        public int groups(long... shape) {
            return Math.toIntExact(shape[place(shape)]);
        }

        @Override
        public int run(long... shape) {
            long run = 1;
            for (int inner = place(shape) + 1; inner < shape.length; inner++) {
                run *= shape[inner];
            }
            return Math.toIntExact(run);
        }

        private int place(long... shape) {
            int place = axis < 0 ? axis + shape.length : axis;
            if (place < 0 || place >= shape.length) {
                throw new IllegalArgumentException("axis " + axis + " of an array of rank " + shape.length);
            }
            return place;
        }
    }
}
