package dev.whence.tensor;

import org.bytedeco.pytorch.global.torch;

/** Reading images between their points. */
public final class Sampling {
    private Sampling() {}

    /** How a value between points is made. */
    public enum Interpolation {
        LINEAR(0),
        NEAREST(1),
        CUBIC(2);

        private final long code;

        Interpolation(long code) {
            this.code = code;
        }
    }

    /** What lies outside the image. */
    public enum Outside {
        ZEROS(0),
        BORDER(1),
        REFLECTION(2);

        private final long code;

        Outside(long code) {
            this.code = code;
        }
    }

    /**
     * Reads an image at the points of a grid.
     *
     * @param x {@code [N, C, H, W]} or {@code [N, C, D, H, W]}
     * @param grid {@code [N, H', W', 2]} or {@code [N, D', H', W', 3]}, coordinates from -1 to 1, width first
     * @param alignsCorners whether -1 and 1 are the centres of the outer points rather than their outer edges
     * @return {@code [N, C, H', W']} or {@code [N, C, D', H', W']}
     */
    public static Tensor grid(
            Tensor x, Tensor grid, Interpolation interpolation, Outside outside, boolean alignsCorners) {
        return Tensor.wrap(torch.grid_sampler(x.at, grid.at, interpolation.code, outside.code, alignsCorners));
    }
}
