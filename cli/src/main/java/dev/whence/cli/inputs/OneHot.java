package dev.whence.cli.inputs;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import java.util.Arrays;
import java.util.List;

/** Lays DNA letters out as the numbers a network takes: 1 in the channel of the letter, order A, C, G, T; N is all 0. */
final class OneHot {
    static final int CHANNELS = 4;
    static final List<String> LABELS = List.of("A", "C", "G", "T");

    private static final int UNKNOWN = CHANNELS;

    private OneHot() {}

    /** The channel of a letter in either case; 4 for N; -1 for anything else. */
    static int channel(char letter) {
        return switch (letter) {
            case 'A', 'a' -> 0;
            case 'C', 'c' -> 1;
            case 'G', 'g' -> 2;
            case 'T', 't' -> 3;
            case 'N', 'n' -> UNKNOWN;
            default -> -1;
        };
    }

    /**
     * Encodes sequences of one length as {@code [N, L, 4]}, or {@code [N, 4, L]} if that is how the model declares its
     * input; axes of length 1 are put in where it wants them.
     *
     * @throws WhenceException if lengths differ, or the model's input cannot hold sequences of this length
     */
    static LoadedInput encode(String source, List<Letters> records, Declared wanted) {
        int length = records.getFirst().letters().length();
        for (Letters record : records) {
            if (record.letters().length() != length) {
                throw new WhenceException(
                        ErrorCode.INPUT_INVALID,
                        source + ": all sequences must have one length; '"
                                + records.getFirst().name() + "' has " + length + " letters, '" + record.name()
                                + "' has " + record.letters().length() + ".");
            }
        }
        int channelAxis = channelAxis(source, length, wanted);
        long[] shape = shape(records.size(), length, channelAxis, wanted);
        boolean first = channelAxis < positionAxis(shape, length, channelAxis);
        float[] out = new float[Math.toIntExact(NdArray.elements(shape))];
        for (int n = 0; n < records.size(); n++) {
            String letters = records.get(n).letters();
            int start = n * length * CHANNELS;
            for (int p = 0; p < length; p++) {
                int channel = channel(letters.charAt(p));
                if (channel != UNKNOWN) {
                    out[start + (first ? channel * length + p : p * CHANNELS + channel)] = 1;
                }
            }
        }
        return new LoadedInput(
                source,
                InputKind.SEQUENCE,
                NdArray.of(out, shape),
                channelAxis,
                LABELS,
                records.stream().map(Letters::name).toList(),
                List.of(),
                records.stream().map(Letters::letters).toList(),
                List.of());
    }

    /** The axis of the letters: the last one of length 4 whose shape leaves room for the positions. */
    private static int channelAxis(String source, int length, Declared wanted) {
        if (!wanted.hasShape()) {
            return 2;
        }
        for (boolean open : new boolean[] {false, true}) {
            for (int axis = wanted.rank() - 1; axis >= 1; axis--) {
                long size = wanted.dimension(axis);
                if ((size == CHANNELS || (open && size < 0)) && otherAxesHold(wanted, axis, length)) {
                    return axis;
                }
            }
        }
        throw new WhenceException(
                ErrorCode.SHAPE_MISMATCH,
                source + ": sequences of " + length + " letters give shape [N, " + length + ", 4] or [N, 4, " + length
                        + "]; " + wanted.shapeText() + " wanted by input '" + wanted.name() + "'.");
    }

    /** Whether the axes beside batch and letters are one of the given length (or open) and otherwise 1. */
    private static boolean otherAxesHold(Declared wanted, int channelAxis, int length) {
        int positions = 0;
        for (int axis = 1; axis < wanted.rank(); axis++) {
            long size = wanted.dimension(axis);
            boolean position = axis != channelAxis && (size != 1 || (length == 1 && positions == 0));
            if (position) {
                positions++;
                if (size >= 0 && size != length) {
                    return false;
                }
            }
        }
        return positions == 1;
    }

    private static long[] shape(int count, int length, int channelAxis, Declared wanted) {
        if (!wanted.hasShape()) {
            return new long[] {count, length, CHANNELS};
        }
        long[] shape = new long[wanted.rank()];
        Arrays.fill(shape, 1);
        shape[0] = count;
        shape[channelAxis] = CHANNELS;
        boolean placed = false;
        for (int axis = 1; axis < shape.length; axis++) {
            if (axis != channelAxis && !placed && (wanted.dimension(axis) != 1 || length == 1)) {
                shape[axis] = length;
                placed = true;
            }
        }
        return shape;
    }

    private static int positionAxis(long[] shape, int length, int channelAxis) {
        for (int axis = 1; axis < shape.length; axis++) {
            if (axis != channelAxis && shape[axis] == length) {
                return axis;
            }
        }
        throw new IllegalStateException("no axis of " + length + " in " + Arrays.toString(shape));
    }
}
