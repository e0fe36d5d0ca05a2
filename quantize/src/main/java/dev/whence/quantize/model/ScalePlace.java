package dev.whence.quantize.model;

/** Where attention scales by a constant. */
public enum ScalePlace {
    /** Nowhere: the product is no part of attention, or the scale is in the weights. */
    NONE,
    /** Queries or keys, before they are multiplied. */
    BEFORE,
    /** The product. */
    AFTER,
    /** Both. */
    BOTH;

    /** Of two findings. */
    static ScalePlace of(boolean isBefore, boolean isAfter) {
        if (isBefore) {
            return isAfter ? BOTH : BEFORE;
        }
        return isAfter ? AFTER : NONE;
    }
}
