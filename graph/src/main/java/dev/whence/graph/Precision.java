package dev.whence.graph;

import dev.whence.core.NdArray;

/** The real type in which a network computes. Integers and truth values are never touched. */
public enum Precision {
    /** As the model declares, halves included. */
    DECLARED,
    /** At least float32: halves are widened, float64 stays. */
    FLOAT32,
    /** Everything real in float64, whatever the model declares. */
    FLOAT64;

    /** The type in which values of a declared type are computed. */
    public NdArray.Type resolve(NdArray.Type declared) {
        if (!declared.isFloating() || this == DECLARED) {
            return declared;
        }
        return this == FLOAT64 || declared == NdArray.Type.FLOAT64 ? NdArray.Type.FLOAT64 : NdArray.Type.FLOAT32;
    }
}
