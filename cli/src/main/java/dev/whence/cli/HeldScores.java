package dev.whence.cli;

import dev.whence.cli.inputs.LoadedInput;
import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;

/** Whether the scores of all examples fit into memory, for results that are made of all of them at once. */
final class HeldScores {
    /** Scores are held as they come from each batch, and once more put together. */
    private static final int COPIES = 2;

    private HeldScores() {}

    /**
     * Refuses work whose scores cannot be held, before it begins. Scores at an inner value are not known beforehand.
     *
     * @throws WhenceException {@link ErrorCode#MEMORY} that says what would fit
     */
    static void requireRoom(Session session, TargetOptions options) {
        requireRoom(session, options, 1, "write them as they come with '-o FILE.npy' alone");
    }

    /** As above, for results that are always made of all scores, in so many ways each. */
    static void requireRoom(Session session, TargetOptions options, int ways) {
        requireRoom(session, options, ways, "take fewer examples with --rows");
    }

    private static void requireRoom(Session session, TargetOptions options, int ways, String instead) {
        long needed = 0;
        for (LoadedInput input : session.inputs().values()) {
            NdArray values = input.values();
            boolean isScored = options.at == null && values.type().isFloating();
            needed += isScored ? (long) values.size() * (values.type() == NdArray.Type.FLOAT64 ? 8 : 4) : 0;
        }
        needed *= ways;
        long heap = Runtime.getRuntime().maxMemory();
        long limit = Work.memory(options);
        long room = limit > 0 ? Math.min(limit, heap) : heap;
        if (needed * COPIES > room) {
            throw new WhenceException(
                    ErrorCode.MEMORY,
                    "The scores of all " + session.examples() + " examples" + (ways == 1 ? "" : " in " + ways + " ways")
                            + " take " + megabytes(needed) + ", held twice, and there are " + megabytes(room)
                            + " for everything; " + instead + ", or give "
                            + (limit > 0 ? "more with --memory." : "Java more with WHENCE_JAVA_OPTS=-Xmx8g."));
        }
    }

    private static String megabytes(long bytes) {
        return Math.ceilDiv(bytes, 1L << 20) + " MiB";
    }
}
