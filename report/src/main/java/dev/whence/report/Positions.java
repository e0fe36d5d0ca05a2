package dev.whence.report;

import java.util.Arrays;

/**
 * Where the positions of a sequence lie in an array that also has an axis of channels.
 *
 * @param count how many positions
 * @param channels how many numbers a position
 * @param channelsFirst whether the axis of channels comes before that of positions
 */
record Positions(int count, int channels, boolean channelsFirst) {
    /** Finds the two axes among those longer than 1; where both could be the channels, the last is. */
    static Positions of(long[] shape, int channels) {
        long[] axes = Arrays.stream(shape).filter(length -> length != 1).toArray();
        if (axes.length == 2 && axes[1] == channels) {
            return new Positions((int) axes[0], channels, false);
        }
        if (axes.length == 2 && axes[0] == channels) {
            return new Positions((int) axes[1], channels, true);
        }
        if (axes.length == 1 && axes[0] == channels) {
            return new Positions(1, channels, false);
        }
        throw new IllegalArgumentException(
                "no axis of " + channels + " letters beside one of positions in shape " + Arrays.toString(shape));
    }

    int index(int position, int channel) {
        return channelsFirst ? channel * count + position : position * channels + channel;
    }

    /** The sums over the channels, one a position. */
    double[] sums(double[] values) {
        double[] sums = new double[count];
        for (int at = 0; at < count; at++) {
            for (int c = 0; c < channels; c++) {
                sums[at] += values[index(at, c)];
            }
        }
        return sums;
    }
}
