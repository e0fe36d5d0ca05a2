package dev.whence.cli.inputs;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which examples of a file to take: {@code 3}, {@code 0:8} (the end is not included), {@code 8:}, {@code 1,5,9}, or any
 * of these joined with commas. Examples are counted from 0 and come in the order that is written.
 */
public final class RowSelection {
    /** Every example. */
    public static final RowSelection ALL = new RowSelection("all", List.of());

    private static final Pattern PART = Pattern.compile("(\\d{1,9})|(\\d{0,9}):(\\d{0,9})");

    /** From {@code from} to {@code to}, not included; -1 is the end of the file. */
    private record Range(int from, int to, boolean single) {}

    private final String text;
    private final List<Range> ranges;

    private RowSelection(String text, List<Range> ranges) {
        this.text = text;
        this.ranges = List.copyOf(ranges);
    }

    /**
     * Reads a selection.
     *
     * @throws WhenceException if the text is none
     */
    public static RowSelection parse(String text) {
        List<Range> ranges = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            Matcher matcher = PART.matcher(part.strip());
            if (!matcher.matches()) {
                throw new WhenceException(
                        ErrorCode.USAGE,
                        "Rows '" + text + "': '" + part.strip()
                                + "' is not a row; give numbers counted from 0 such as 3, 0:8 or 1,5,9.");
            }
            ranges.add(range(text, matcher));
        }
        return new RowSelection(text, ranges);
    }

    private static Range range(String text, Matcher matcher) {
        @Nullable String one = matcher.group(1);
        if (one != null) {
            int row = Integer.parseInt(one);
            return new Range(row, row + 1, true);
        }
        String from = orEmpty(matcher.group(2));
        String to = orEmpty(matcher.group(3));
        Range range =
                new Range(from.isEmpty() ? 0 : Integer.parseInt(from), to.isEmpty() ? -1 : Integer.parseInt(to), false);
        if (range.to() >= 0 && range.to() <= range.from()) {
            throw new WhenceException(
                    ErrorCode.USAGE,
                    "Rows '" + text + "': " + from + ":" + to
                            + " is empty; the end must be greater than the start, and is not included.");
        }
        return range;
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    /** Whether every example is taken, in order. */
    public boolean isAll() {
        return ranges.isEmpty();
    }

    /**
     * The places of the examples in a file that holds {@code count} of them.
     *
     * @throws WhenceException if one is beyond the end
     */
    public int[] rows(String source, int count) {
        List<Range> wanted = isAll() ? List.of(new Range(0, -1, false)) : ranges;
        List<int[]> pieces = new ArrayList<>();
        int total = 0;
        for (Range range : wanted) {
            int to = range.to() < 0 ? count : range.to();
            if (to > count || (range.from() >= count && count > 0 && !isAll())) {
                int bad = range.single() ? range.from() : Math.max(range.from(), to - 1);
                String present = count == 0
                        ? "holds no examples"
                        : "holds " + count + " examples, numbered from 0 to " + (count - 1);
                throw new WhenceException(
                        ErrorCode.INPUT_INVALID, "Row " + bad + " is wanted, but " + source + " " + present + ".");
            }
            int[] piece = new int[Math.max(0, to - range.from())];
            for (int i = 0; i < piece.length; i++) {
                piece[i] = range.from() + i;
            }
            pieces.add(piece);
            total = Math.addExact(total, piece.length);
        }
        int[] all = new int[total];
        int at = 0;
        for (int[] piece : pieces) {
            System.arraycopy(piece, 0, all, at, piece.length);
            at += piece.length;
        }
        return all;
    }

    /** The chosen rows of an array's axis 0. */
    static NdArray pick(NdArray values, int[] rows) {
        if (areTogether(rows)) {
            return values.rows(rows[0], rows[rows.length - 1] + 1);
        }
        long[] shape = values.shape();
        int rowSize = shape[0] == 0 ? 0 : (int) (values.size() / shape[0]);
        shape[0] = rows.length;
        int size = Math.toIntExact(Math.multiplyExact((long) rowSize, rows.length));
        return switch (values.type()) {
            case FLOAT64 -> NdArray.of((double[]) picked(values.toDoubles(), new double[size], rows, rowSize), shape);
            case FLOAT32 -> NdArray.of((float[]) picked(values.toFloats(), new float[size], rows, rowSize), shape);
            case FLOAT16, BFLOAT16 ->
                NdArray.ofHalves(
                        values.type(), (float[]) picked(values.toFloats(), new float[size], rows, rowSize), shape);
            case INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64, BOOL ->
                NdArray.ofIntegers(
                        values.type(), (long[]) picked(values.toLongs(), new long[size], rows, rowSize), shape);
        };
    }

    private static boolean areTogether(int[] rows) {
        for (int i = 1; i < rows.length; i++) {
            if (rows[i] != rows[i - 1] + 1) {
                return false;
            }
        }
        return rows.length > 0;
    }

    private static Object picked(Object from, Object to, int[] rows, int rowSize) {
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(from, rows[i] * rowSize, to, i * rowSize, rowSize);
        }
        return to;
    }

    /** The selection as it was written. */
    @Override
    public String toString() {
        return text;
    }
}
