package dev.whence.explain;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * How many examples to take at a time. Within a limit of memory the plan feels its way: it begins with one example, sees what
 * the process came to hold, and grows as far as the limit allows.
 */
final class BatchPlan {
    /** More examples at a time gain no speed. */
    private static final int MOST = 256;

    private static final long ELEMENTS_AT_ONCE = 1 << 21;

    /** A batch grows by this factor at most, because what an example takes is known the better the more of them there were. */
    private static final int GROWTH = 4;

    /** The share of the limit that is planned for; the rest is for what differs from batch to batch. */
    private static final double SHARE = 0.9;

    private final long limit;
    private int size;
    private long base = -1;
    private double most = 1;

    private BatchPlan(int size, long limit) {
        this.size = size;
        this.limit = limit;
    }

    /** Always so many. */
    static BatchPlan of(int size) {
        return new BatchPlan(size, 0);
    }

    /** As many as are usual for examples of so many elements. */
    static BatchPlan forExamplesOf(long elements) {
        return of(Math.clamp(ELEMENTS_AT_ONCE / Math.max(1, elements), 1, MOST));
    }

    /** As many as fit into so many bytes. Where the system does not tell what a process holds, one by one. */
    static BatchPlan within(long bytes) {
        return new BatchPlan(1, bytes);
    }

    /** The size of the next batch. */
    int begin() {
        if (limit > 0) {
            resetPeak();
            base = base < 0 ? read("VmRSS:").orElse(0) : base;
        }
        return size;
    }

    /** Learns from the batch that has ended. */
    void end(int count) {
        OptionalLong peak = limit > 0 ? read("VmHWM:") : OptionalLong.empty();
        if (peak.isEmpty()) {
            return;
        }
        most = Math.max(most, (double) (peak.getAsLong() - base) / count);
        long room = (long) ((limit * SHARE - base) / most);
        size = Math.clamp(Math.min(room, (long) count * GROWTH), 1, MOST);
    }

    private static void resetPeak() {
        try {
            Files.writeString(Path.of("/proc/self/clear_refs"), "5", StandardCharsets.US_ASCII);
        } catch (IOException e) {
            // The peak then stays that of the whole run, which errs on the safe side.
            return;
        }
    }

    private static OptionalLong read(String field) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"), StandardCharsets.US_ASCII)) {
                if (line.startsWith(field)) {
                    return OptionalLong.of(1024 * Long.parseLong(line.replaceAll("\\D", "")));
                }
            }
        } catch (IOException e) {
            return OptionalLong.empty();
        }
        return OptionalLong.empty();
    }
}
