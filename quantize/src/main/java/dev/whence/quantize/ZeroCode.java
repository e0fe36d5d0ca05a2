package dev.whence.quantize;

/** Where a logarithmic quantizer, whose levels never reach zero, keeps the code of zero. */
public enum ZeroCode {
    /** The last of the 2^bits codes stands for zero, so that codes fit their bits; the default. */
    INSIDE,
    /** One code more than fits the bits, as published methods simulate it: for comparison with them only. */
    BESIDE
}
