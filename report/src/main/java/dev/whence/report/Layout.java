package dev.whence.report;

import dev.whence.core.NdArray;
import java.util.Arrays;

/** In which order the axes of one image stand. */
public enum Layout {
    /** Channel, row, column; also row, column alone. */
    CHW,
    /** Row, column, channel; also row, column alone. */
    HWC;

    /** Channels, height and width of an array; axes of length 1 in front of three are dropped. */
    int[] size(NdArray values) {
        long[] shape = values.shape();
        while (shape.length > 3 && shape[0] == 1) {
            shape = Arrays.copyOfRange(shape, 1, shape.length);
        }
        if (shape.length == 2) {
            return new int[] {1, (int) shape[0], (int) shape[1]};
        }
        if (shape.length != 3) {
            throw new IllegalArgumentException(
                    "an image has 2 or 3 axes, found shape " + Arrays.toString(values.shape()));
        }
        return this == CHW
                ? new int[] {(int) shape[0], (int) shape[1], (int) shape[2]}
                : new int[] {(int) shape[2], (int) shape[0], (int) shape[1]};
    }

    /** The flat index of an element, given channels, height and width. */
    int index(int[] size, int channel, int row, int column) {
        return this == CHW
                ? (channel * size[1] + row) * size[2] + column
                : (row * size[2] + column) * size[0] + channel;
    }
}
