package dev.whence.quantize;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;

/** Takes an array apart into the groups of a granularity. */
final class Groups {
    private Groups() {}

    /**
     * The values of each group, in row-major order.
     *
     * @throws WhenceException if there are no values or one is not finite
     */
    static float[][] split(float[] values, Granularity granularity, long... shape) {
        Bits.checkElements(values.length, shape);
        if (values.length == 0) {
            throw new WhenceException(ErrorCode.INPUT_INVALID, "A quantizer was to be fitted to no values at all.");
        }
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new WhenceException(
                        ErrorCode.INPUT_INVALID,
                        "A quantizer was to be fitted to values of which element " + i + " is " + values[i]
                                + "; expected finite numbers.");
            }
        }
        int count = granularity.groups(shape);
        if (count == 1) {
            return new float[][] {values};
        }
        int run = granularity.run(shape);
        float[][] out = new float[count][values.length / count];
        for (int from = 0, block = 0; from < values.length; from += run, block++) {
            System.arraycopy(values, from, out[block % count], block / count * run, run);
        }
        return out;
    }
}
