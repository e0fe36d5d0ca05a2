package dev.whence.explain;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import java.util.Arrays;

/**
 * How the columns of a sequence lie in one example: position {@code p}, channel {@code c} is element
 * {@code p * positionStride + c * channelStride}.
 */
record SequenceLayout(int length, int channels, int positionStride, int channelStride) {
    /** Finds the layout of {@code [N, L, C]} or {@code [N, C, L]}, with any other axes of length 1. */
    static SequenceLayout of(NdArray sequences, int channelAxis) {
        long[] shape = sequences.shape();
        if (channelAxis < 1 || channelAxis >= shape.length) {
            throw new IllegalArgumentException("channel axis " + channelAxis + " of " + sequences);
        }
        int positionAxis = -1;
        for (int axis = 1; axis < shape.length; axis++) {
            boolean candidate = axis != channelAxis && (positionAxis < 0 || shape[axis] != 1);
            if (candidate && positionAxis >= 0 && shape[positionAxis] != 1) {
                throw notSequences(shape, channelAxis);
            }
            positionAxis = candidate ? axis : positionAxis;
        }
        if (positionAxis < 0) {
            throw notSequences(shape, channelAxis);
        }
        int length = (int) shape[positionAxis];
        int channels = (int) shape[channelAxis];
        return positionAxis < channelAxis
                ? new SequenceLayout(length, channels, channels, 1)
                : new SequenceLayout(length, channels, 1, length);
    }

    /** The flat place of a channel at a position of an example. */
    int place(int example, int position, int channel) {
        return example * length * channels + position * positionStride + channel * channelStride;
    }

    private static WhenceException notSequences(long[] shape, int channelAxis) {
        return new WhenceException(
                ErrorCode.SHAPE_MISMATCH,
                "Shuffled references need sequences with one axis of positions beside the batch and the letters (axis "
                        + channelAxis + "); found shape " + Arrays.toString(shape) + ".");
    }

    /**
     * The letters of one example: the channel that is not zero, or {@link #channels} for an all-zero column.
     *
     * @throws WhenceException if a column holds more than one letter
     */
    int[] letters(NdArray sequences, int row) {
        int start = row * length * channels;
        int[] letters = new int[length];
        for (int p = 0; p < length; p++) {
            int letter = channels;
            for (int c = 0; c < channels; c++) {
                if (sequences.getDouble(start + p * positionStride + c * channelStride) != 0) {
                    if (letter < channels) {
                        throw new WhenceException(
                                ErrorCode.INPUT_INVALID,
                                "A dinucleotide shuffle needs one-hot sequences; position " + p + " of sequence " + row
                                        + " holds more than one letter (channels " + letter + " and " + c + ").");
                    }
                    letter = c;
                }
            }
            letters[p] = letter;
        }
        return letters;
    }

    /** Copies one example so that position {@code p} of the copy is position {@code order[p]} of the source. */
    void copyColumns(Numbers from, int fromStart, Numbers to, int toStart, int[] order) {
        for (int p = 0; p < length; p++) {
            if (channelStride == 1) {
                to.copyFrom(from, fromStart + order[p] * positionStride, toStart + p * positionStride, channels);
            } else {
                for (int c = 0; c < channels; c++) {
                    to.copyFrom(from, fromStart + order[p] + c * channelStride, toStart + p + c * channelStride, 1);
                }
            }
        }
    }
}
