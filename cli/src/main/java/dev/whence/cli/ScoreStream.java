package dev.whence.cli;

import dev.whence.core.Attribution;
import dev.whence.core.NdArray;
import dev.whence.core.Npy;
import dev.whence.explain.BatchSink;
import dev.whence.explain.Explanation;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Takes the explanations of many examples batch by batch: counts what adds up, and writes the scores into an npy file. */
final class ScoreStream implements BatchSink {
    private final Function<Attribution, Check> checking;
    private final int examples;
    private final @Nullable OutputStream out;
    private Check.@Nullable Tally tally;

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

    private void write(OutputStream file, int first, NdArray scores) throws IOException {
        if (first == 0) {
            long[] shape = scores.shape();
            shape[0] = examples;
            Npy.writeHeader(file, scores.type(), shape);
        }
        Npy.writeElements(file, scores);
    }

    /** How all examples came out so far. */
    Check.Tally tally() {
        return tally == null ? new Check.Tally(0, 0, 0, "") : tally;
    }
}
