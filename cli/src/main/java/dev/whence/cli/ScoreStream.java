package dev.whence.cli;

import dev.whence.core.Attribution;
import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.Npy;
import dev.whence.core.WhenceException;
import dev.whence.explain.BatchSink;
import dev.whence.explain.Explanation;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Takes the explanations of many examples batch by batch: counts what adds up, and writes the scores into an npy file. */
final class ScoreStream implements BatchSink {
    private final Function<Attribution, Check> checking;
    private final int examples;
    private final @Nullable OutputStream out;
    private Check.@Nullable Tally tally;
    private long[] shape = {};

    /**
     * Begins with the first example.
     *
     * @param checking tells whether a batch adds up
     * @param examples how many there will be in all
     * @param out where the npy file goes, or null for none
     */
    ScoreStream(Function<Attribution, Check> checking, int examples, @Nullable OutputStream out) {
        this.checking = checking;
        this.examples = examples;
        this.out = out;
    }

    @Override
    public void take(int target, int first, Explanation batch) {
        Check.Tally more = checking.apply(batch.attribution()).tally();
        tally = tally == null ? more : tally.plus(more);
        if (out != null) {
            try {
                write(out, first, batch.attribution().units().getFirst().scores());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** The file's header is the first batch's, so the rows of every batch must have the shape that it promises. */
    private void write(OutputStream file, int first, NdArray scores) throws IOException {
        long[] its = scores.shape();
        its[0] = examples;
        if (first == 0) {
            shape = its;
            Npy.writeHeader(file, scores.type(), shape);
        } else if (!Arrays.equals(shape, its)) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "The scores from example " + first + " on have shape " + Arrays.toString(scores.shape())
                            + ", those before " + Arrays.toString(shape)
                            + "; the examples must have equal shapes to be written into one array.");
        }
        Npy.writeElements(file, scores);
    }

    /** How all examples came out so far. */
    Check.Tally tally() {
        return tally == null ? new Check.Tally(0, 0, 0, "") : tally;
    }
}
