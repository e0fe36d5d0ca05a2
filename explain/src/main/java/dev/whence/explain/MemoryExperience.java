package dev.whence.explain;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an explainer's plans have seen of memory, for its later ones. Memory that a batch has freed mostly stays with the
 * process, so a later plan could neither tell it from what is really needed, nor see what its own batches take of it. Safe
 * for several threads.
 */
final class MemoryExperience {
    private static final int MOST_KINDS = 64;

    private final MemoryReader reader;
    private final Map<Object, Seen> seen = new LinkedHashMap<>();
    private long base = Long.MAX_VALUE;

    /**
     * The largest batch of a kind of work.
     *
     * @param peak the most bytes that the process held meanwhile
     * @param isTold whether a batch took more than what earlier work had freed, so that its peak is its own
     */
    record Seen(int count, long peak, boolean isTold) {
        /** Beside another batch; of two as large the higher peak counts. */
        Seen and(Seen other) {
            boolean eitherTold = isTold || other.isTold;
            if (other.count == count) {
                return new Seen(count, Math.max(peak, other.peak), eitherTold);
            }
            Seen larger = other.count > count ? other : this;
            return new Seen(larger.count, larger.peak, eitherTold);
        }
    }

    MemoryExperience(MemoryReader reader) {
        this.reader = reader;
    }

    MemoryReader reader() {
        return reader;
    }

    /** The least that was ever held before a batch, this time included. */
    synchronized long base(long now) {
        base = Math.min(base, now);
        return base;
    }

    /** What was seen of a kind of work, or null. */
    synchronized @Nullable Seen of(Object kind) {
        return seen.get(kind);
    }

    /** Takes down a batch, and returns the largest of its kind. */
    synchronized Seen take(Object kind, Seen batch) {
        Seen before = seen.remove(kind);
        Seen now = before == null ? batch : before.and(batch);
        if (seen.size() == MOST_KINDS) {
            seen.remove(seen.keySet().iterator().next());
        }
        seen.put(kind, now);
        return now;
    }
}
