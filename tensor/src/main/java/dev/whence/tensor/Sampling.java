package dev.whence.tensor;

import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.pytorch.global.torch;

/**
 * Reading images between their points.
 *
 * @param interpolation how a value between points is made; cubic only for images of two axes
 * @param outside what lies outside the image
 * @param alignsCorners whether -1 and 1 are the centres of the outer points rather than their outer edges
 */
public record Sampling(Interpolation interpolation, Outside outside, boolean alignsCorners) {

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
     * @return {@code [N, C, H', W']} or {@code [N, C, D', H', W']}
     */
    public Tensor apply(Tensor x, Tensor grid) {
        return Tensor.wrap(torch.grid_sampler(x.at, grid.at, interpolation.code, outside.code, alignsCorners));
    }

    /** The gradient towards {@code x}, given the gradient {@code gy} of the output. */
    public Tensor pullback(Tensor gy, Tensor x, Tensor grid) {
        return backward(gy, x, grid, true);
    }

    /** The gradient towards {@code grid}. */
    public Tensor gridPullback(Tensor gy, Tensor x, Tensor grid) {
        return backward(gy, x, grid, false);
    }

    private Tensor backward(Tensor gy, Tensor x, Tensor grid, boolean towardsImage) {
        try (BoolPointer mask = new BoolPointer(2)) {
            mask.put(0, towardsImage);
            mask.put(1, true);
            try (var both = x.rank() == 4
                    ? torch.grid_sampler_2d_backward(
                            gy.at, x.at, grid.at, interpolation.code, outside.code, alignsCorners, mask)
                    : torch.grid_sampler_3d_backward(
                            gy.at, x.at, grid.at, interpolation.code, outside.code, alignsCorners, mask)) {
                return towardsImage ? Pooling.first(both) : Pooling.second(both);
            }
        }
    }
}
