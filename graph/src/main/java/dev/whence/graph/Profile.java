package dev.whence.graph;

import dev.whence.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where time and memory go, by operator and direction. Work that runs {@linkplain #during within} a profile is taken down in
 * it; work outside costs nothing. The inside of a composite counts for the composite. Safe for several threads.
 */
public final class Profile {
    private static final ScopedValue<Profile> CURRENT = ScopedValue.newInstance();

    private final Map<Key, Sum> sums = new HashMap<>();
    private final LongSupplier clock;

    /** A profile of elapsed time. */
    public Profile() {
        this(System::nanoTime);
    }

    /** A profile of the time, in nanoseconds, that a clock tells: say the processor time of a thread. */
    public Profile(LongSupplier clock) {
        this.clock = clock;
    }

    /** The time now, in nanoseconds. */
    public long now() {
        return clock.getAsLong();
    }

    /** Which way an operator ran. */
    public enum Direction {
        /** From inputs to outputs, on inputs and references alike. */
        FORWARD,
        /** From outputs to inputs. */
        BACKWARD
    }

    /**
     * One line of the table.
     *
     * @param operator the operator's name
     * @param direction which way it ran
     * @param calls how often
     * @param nanoseconds how long, all calls together
     * @param bytes what its results take, all calls together
     */
    public record Row(String operator, Direction direction, long calls, long nanoseconds, long bytes) {}

    private record Key(String operator, Direction direction) {}

    private static final class Sum {
        private long calls;
        private long nanoseconds;
        private long bytes;
    }

    /** Does work and takes down what its operators cost. */
    public <T> T during(Supplier<T> work) {
        return ScopedValue.where(CURRENT, this).call(work::get);
    }

    /** The profile within which this thread works, or null. */
    public static @Nullable Profile current() {
        return CURRENT.isBound() ? CURRENT.get() : null;
    }

    /** Takes down one call. */
    public synchronized void add(String operator, Direction direction, long nanoseconds, long bytes) {
        Sum sum = sums.computeIfAbsent(new Key(operator, direction), k -> new Sum());
        sum.calls++;
        sum.nanoseconds += nanoseconds;
        sum.bytes += bytes;
    }

    /** What a tensor takes; nothing for null. */
    public static long bytes(@Nullable Tensor tensor) {
        return tensor == null ? 0 : tensor.bytes();
    }

    /** All lines, the longest time first. */
    public synchronized List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        sums.forEach((key, sum) ->
                rows.add(new Row(key.operator(), key.direction(), sum.calls, sum.nanoseconds, sum.bytes)));
        rows.sort(Comparator.comparingLong(Row::nanoseconds).reversed().thenComparing(Row::operator));
        return rows;
    }
}
