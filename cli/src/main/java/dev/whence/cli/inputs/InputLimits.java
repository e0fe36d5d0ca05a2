package dev.whence.cli.inputs;

/**
 * How much a file may ask for. All limits are checked before memory is taken.
 *
 * @param elements numbers in one input, all examples together
 * @param pixels height times width of one picture as it is stored
 * @param textBytes bytes of a table or of sequences, after unpacking
 */
public record InputLimits(long elements, long pixels, long textBytes) {
    /** 268 million numbers, pictures of 100 megapixels, 1 GiB of text. */
    public static final InputLimits DEFAULT = new InputLimits(1L << 28, 100_000_000L, 1L << 30);

    /** Checks that all limits are positive. */
    public InputLimits {
        if (elements < 1 || pixels < 1 || textBytes < 1) {
            throw new IllegalArgumentException("limits must be positive");
        }
    }
}
