package dev.whence.tensor;

import org.bytedeco.pytorch.global.torch;

/**
 * The sliding windows of images as columns of a matrix, and back. Arrays have two entries, height then width.
 *
 * @param kernel size of the window
 * @param dilation distance of neighbouring entries of a window
 * @param padding zeros added on both sides
 * @param stride step of the window
 */
public record Windows(long[] kernel, long[] dilation, long[] padding, long[] stride) {

    /** Images {@code [N, C, H, W]} to columns {@code [N, C * kernel height * kernel width, windows]}. */
    public Tensor columns(Tensor images) {
        return Tensor.wrap(torch.im2col(images.at, kernel, dilation, padding, stride));
    }

    /** The adjoint of {@link #columns}: overlapping entries are added up into images {@code [N, C, height, width]}. */
    public Tensor images(Tensor columns, long height, long width) {
        return Tensor.wrap(torch.col2im(columns.at, new long[] {height, width}, kernel, dilation, padding, stride));
    }
}
