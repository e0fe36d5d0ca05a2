package dev.whence.explain;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How many examples to take at a time. Within a limit of memory the plan feels its way: it begins with one example, sees what
 * the process came to hold, and grows as far as the limit allows. Where the system does not tell, examples come one by one.
 */
final class BatchPlan {
    /** More examples at a time gain no speed. */
    private static final int MOST = 256;

    private static final long ELEMENTS_AT_ONCE = 1 << 21;

    private static final int MOST_COPIES = 16;

    /** A batch grows by this factor at most, because what an example takes is known the better the more of them there were. */
    private static final int GROWTH = 4;

    /** The share of the limit that is planned for; the rest is for what differs from batch to batch. */
    private static final double SHARE = 0.9;

    private final long limit;
    private final boolean isFixed;
    private final int room;
    private int size;
    private long base = -1;
    private int largest;
    private double each = 1;
    private long highest;
    private int countAtHighest;

    private BatchPlan(int size, long limit, boolean isFixed, int room) {
        this.size = size;
        this.limit = limit;
        this.isFixed = isFixed;
        this.room = room;
    }

    /**
     * A model with a fixed batch gets batches of that size; else as many examples as are asked for or fit.
     *
     * @param fixed the size of batches that the model fixes, or 0
     * @throws WhenceException if the examples do not fill the fixed batches
     */
    static BatchPlan forRequest(Request request, int examples, int fixed) {
        if (fixed > 0 && examples % fixed != 0) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "The inputs have a fixed batch of " + fixed + " in the model, but " + examples
                            + " examples are given; a multiple of " + fixed + " is expected.");
        }
        if (fixed > 0 || request.batch() > 0) {
            return of(fixed > 0 ? fixed : request.batch(), request.memory());
        }
        if (request.memory() > 0) {
            return new BatchPlan(1, request.memory(), false, 1);
        }
        long elements = request.inputs().values().stream()
                .mapToLong(array -> array.size() / Math.max(1, examples))
                .sum();
        int usual = Math.clamp(ELEMENTS_AT_ONCE / Math.max(1, elements), 1, MOST);
        return new BatchPlan(usual, 0, true, usual);
    }

    /** Always so many, and a warning if they do not fit into so many bytes (0: no limit). */
    private static BatchPlan of(int size, long bytes) {
        return new BatchPlan(size, bytes, true, 1);
    }

    /** The size of the next batch. */
    int begin() {
        if (limit > 0) {
            ProcessMemory.resetPeak();
            base = base < 0 ? ProcessMemory.resident().orElse(0) : base;
        }
        return size;
    }

    /** How many copies of a batch may run at once; one where it is not for the plan to say how much does. */
    int copies(int count) {
        return Math.clamp(room / Math.max(1, count), 1, MOST_COPIES);
    }

    /** Learns from the batch that has ended. */
    void end(int count) {
        OptionalLong told = limit > 0 ? ProcessMemory.peak() : OptionalLong.empty();
        if (told.isEmpty()) {
            return;
        }
        long peak = told.getAsLong();
        if (peak > highest) {
            highest = peak;
            countAtHighest = count;
        }
        if (!isFixed) {
            learn(count, peak);
        }
    }

    /**
     * What is held once for all counts for the examples, too, so that an example is never taken for cheaper than it is; the
     * larger the batch, the less of it falls on each.
     */
    private void learn(int count, long peak) {
        double found = Math.max(1, (double) (peak - base) / count);
        if (count >= largest) {
            each = count == largest ? Math.max(each, found) : found;
            largest = count;
            long room = (long) ((limit * SHARE - base) / each);
            size = Math.clamp(Math.min(room, (long) count * GROWTH), 1, MOST);
        } else if (count == size && peak > limit) {
            size = Math.max(1, size * 3 / 4);
        }
    }

    /** What the user must be told if the limit was not kept. */
    Optional<String> warning() {
        if (limit == 0 || highest <= limit) {
            return Optional.empty();
        }
        String cause = countAtHighest == 1
                ? "with a single example at a time, so no batch is small enough"
                : "with " + countAtHighest + " examples at a time";
        return Optional.of("The process came to hold " + megabytes(highest) + ", more than the limit of "
                + megabytes(limit) + ", " + cause + ".");
    }

    private static String megabytes(long bytes) {
        return Math.ceilDiv(bytes, 1L << 20) + " MiB";
    }
}
