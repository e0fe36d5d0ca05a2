package dev.whence.explain;

import dev.whence.core.NdArray;

/** Real numbers being filled in, float32 or float64, that become an {@link NdArray} at the end. */
final class Numbers {
    private final Object data;
    private final long[] shape;

    private Numbers(Object data, long[] shape) {
        this.data = data;
        this.shape = shape;
    }

    /** Zeros of the type of {@code like}: float64 if it is float64, else float32. */
    static Numbers zeros(NdArray like, long[] shape) {
        int size = Math.toIntExact(NdArray.elements(shape));
        return new Numbers(like.type() == NdArray.Type.FLOAT64 ? new double[size] : new float[size], shape);
    }

    /** A copy of an array's elements. */
    static Numbers copy(NdArray array) {
        Object data = array.type() == NdArray.Type.FLOAT64 ? array.toDoubles() : array.toFloats();
        return new Numbers(data, array.shape());
    }

    /** The given values, rounded to the type of {@code like}; the array is kept. */
    static Numbers of(NdArray like, double[] values) {
        if (like.type() == NdArray.Type.FLOAT64) {
            return new Numbers(values, new long[] {values.length});
        }
        float[] rounded = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            rounded[i] = (float) values[i];
        }
        return new Numbers(rounded, new long[] {values.length});
    }

    /** Copies a run of elements of another one of the same type. */
    void copyFrom(Numbers other, int from, int to, int length) {
        System.arraycopy(other.data, from, data, to, length);
    }

    /** The finished array; this object must not be changed afterwards. */
    NdArray toArray() {
        return toArray(shape);
    }

    /** The finished array under another shape of the same size. */
    NdArray toArray(long[] other) {
        return data instanceof double[] doubles ? NdArray.of(doubles, other) : NdArray.of((float[]) data, other);
    }
}
