package dev.whence.explain;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import dev.whence.graph.Precision;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How many examples to take at a time. Within a limit of memory the plan feels its way: it begins with one example, sees what
 * the process came to hold, and grows as far as the limit allows. A later plan goes on from what earlier ones have seen. Where
 * the system does not tell, examples come one by one.
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

    /** A peak that is not this much above what was held before tells little: the batch may have used freed memory. */
    private static final double TELLING = 1.02;

    private final long limit;
    private final boolean isFixed;
    private final int room;
    private final Kind kind;
    private final MemoryExperience experience;
    private int size;
    private long base = -1;
    private long before;
    private boolean isTold = true;
    private int batches;
    private long highest;
    private int countAtHighest;

    /** Work of one kind takes as much memory an example. */
    private record Kind(
            AttributionMethod method,
            Precision precision,
            int targets,
            @Nullable String output,
            @Nullable String at,
            int references,
            long elements) {
        static Kind of(Request request, Precision precision, long elements) {
            ReferenceInputs reference = request.reference();
            return new Kind(
                    request.method(),
                    precision,
                    request.targets().size(),
                    request.output(),
                    request.at(),
                    reference == null ? 0 : reference.each().size(),
                    elements);
        }
    }

    private BatchPlan(int size, long limit, boolean isFixed, int room, Kind kind, MemoryExperience experience) {
        this.size = size;
        this.limit = limit;
        this.isFixed = isFixed;
        this.room = room;
        this.kind = kind;
        this.experience = experience;
    }

    /**
     * A model with a fixed batch gets batches of that size; else as many examples as are asked for or fit.
     *
     * @param fixed the size of batches that the model fixes, or 0
     * @param experience what earlier plans have seen
     * @throws WhenceException if the examples do not fill the fixed batches
     */
    static BatchPlan forRequest(
            Request request, int examples, int fixed, Precision precision, MemoryExperience experience) {
        if (fixed > 0 && examples % fixed != 0) {
            throw new WhenceException(
                    ErrorCode.SHAPE_MISMATCH,
                    "The inputs have a fixed batch of " + fixed + " in the model, but " + examples
                            + " examples are given; a multiple of " + fixed + " is expected.");
        }
        long elements = request.inputs().values().stream()
                .mapToLong(array -> array.size() / Math.max(1, examples))
                .sum();
        Kind kind = Kind.of(request, precision, elements);
        if (fixed > 0 || request.batch() > 0) {
            return new BatchPlan(fixed > 0 ? fixed : request.batch(), request.memory(), true, 1, kind, experience);
        }
        if (request.memory() > 0) {
            return new BatchPlan(1, request.memory(), false, 1, kind, experience);
        }
        int usual = Math.clamp(ELEMENTS_AT_ONCE / Math.max(1, elements), 1, MOST);
        return new BatchPlan(usual, 0, true, usual, kind, experience);
    }

    /** The size of the next batch. */
    int begin() {
        if (limit > 0) {
            MemoryReader reader = experience.reader();
            reader.resetPeak();
            long now = reader.resident().orElse(0);
            before = Math.max(now, reader.peak().orElse(0));
            if (base < 0) {
                base = experience.base(now);
                MemoryExperience.Seen seen = experience.of(kind);
                size = isFixed || seen == null ? size : fitting(seen);
            }
        }
        return size;
    }

    /** How many copies of a batch may run at once; one where it is not for the plan to say how much does. */
    int copies(int count) {
        return Math.clamp(room / Math.max(1, count), 1, MOST_COPIES);
    }

    /** Learns from the batch that has ended. */
    void end(int count) {
        OptionalLong told = limit > 0 ? experience.reader().peak() : OptionalLong.empty();
        isTold = told.isPresent();
        batches++;
        if (!isTold) {
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

    private void learn(int count, long peak) {
        MemoryExperience.Seen batch = new MemoryExperience.Seen(count, peak, peak > before * TELLING);
        MemoryExperience.Seen seen = experience.take(kind, batch);
        if (count >= seen.count()) {
            size = Math.max(fitting(seen), seen.isTold() ? 1 : untold(count, peak));
        } else if (count == size && peak > limit) {
            size = Math.max(1, size * 3 / 4);
        }
    }

    /**
     * The next size after a batch that fitted into what earlier work had freed. It took no more than that, so the batch may
     * grow as that may, or by one example until the steps are fine enough.
     */
    private int untold(int count, long peak) {
        if (peak > limit || base >= limit * SHARE) {
            return 1;
        }
        long most = (long) (count * ((double) (limit - base) / Math.max(1, peak - base)));
        return (int) Math.min(MOST, Math.clamp(most, count + 1L, (long) count * GROWTH));
    }

    /**
     * How many fit by the largest batch so far. What is held once for all counts for the examples, too, so that an example is
     * never taken for cheaper than it is; the larger the batch, the less of it falls on each.
     */
    private int fitting(MemoryExperience.Seen seen) {
        double each = Math.max(1, (double) (seen.peak() - base) / seen.count());
        long most = (long) ((limit * SHARE - base) / each);
        return Math.clamp(Math.min(most, (long) seen.count() * GROWTH), 1, MOST);
    }

    /** What the user must be told if the limit was not kept, could not be watched, or leaves hardly any room. */
    Optional<String> warning() {
        if (limit == 0 || batches == 0) {
            return Optional.empty();
        }
        if (!isTold) {
            return Optional.of("This system does not tell how much memory a process holds, so the limit of "
                    + megabytes(limit) + " could not be watched"
                    + (isFixed ? "." : "; examples came one by one. Give the size of batches instead."));
        }
        if (highest > limit) {
            String cause = countAtHighest == 1
                    ? "with a single example at a time, so no batch is small enough"
                    : "with " + countAtHighest + " examples at a time";
            return Optional.of("The process came to hold " + megabytes(highest) + ", more than the limit of "
                    + megabytes(limit) + ", " + cause + ".");
        }
        if (!isFixed && size == 1 && batches > 1) {
            return Optional.of("The limit of " + megabytes(limit) + " leaves room for one example at a time beside the "
                    + megabytes(base) + " that the process held before the first; with more it would be faster.");
        }
        return Optional.empty();
    }

    private static String megabytes(long bytes) {
        return Math.ceilDiv(bytes, 1L << 20) + " MiB";
    }
}
