package dev.whence.quantize.export;

import static org.assertj.core.api.Assertions.assertThat;

/** How far results are apart. */
final class Distances {
    private Distances() {}

    /** The Euclidean length of the difference, in that of what was expected. */
    static double relative(float[] found, float[] expected) {
        assertThat(found).hasSameSizeAs(expected);
        double error = 0;
        double norm = 0;
        for (int i = 0; i < found.length; i++) {
            error += Math.pow(found[i] - expected[i], 2);
            norm += Math.pow(expected[i], 2);
        }
        return Math.sqrt(error / norm);
    }
}
