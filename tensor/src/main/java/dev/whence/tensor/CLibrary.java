package dev.whence.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the C library under the engine. Where it does not know them, or where calls like these are forbidden, nothing
 * changes and all works as well, only slower.
 */
final class CLibrary {
    // The numbers of the options are those of glibc's malloc.h.
    private static final int TRIM_THRESHOLD = -1;
    private static final int TOP_PAD = -2;
    private static final int MMAP_THRESHOLD = -3;

    /** What mallopt answers when it has taken a setting. */
    private static final int TAKEN = 1;

    /** Freed memory at the end of the heap that is kept. */
    private static final int KEPT_BYTES = 1 << 30;

    /** Larger tensors still get pages of their own, so that they leave no holes. Older libraries take the second only. */
    private static final int[] LARGEST_REUSED = {1 << 30, 32 << 20};

    /** The heap grows by steps of this size. */
    private static final int STEP = 64 << 20;

    /** Turns before a waiting thread sleeps: the next piece of work comes within them, but no processor is kept long. */
    private static final String TURNS = "3000";

    private CLibrary() {}

    /**
     * Keeps the memory of freed tensors for the next ones. Otherwise every large tensor gets fresh pages from the system,
     * which zeroes them and takes them back when it is freed: a tenth of the time of a convolutional network. It holds for
     * the whole process; what the user has set in the environment stays.
     */
    static void keepFreedMemory() {
        boolean isSet = System.getenv().keySet().stream()
                .anyMatch(name -> name.startsWith("MALLOC_") || name.equals("GLIBC_TUNABLES"));
        MethodHandle set = isSet ? null : find("mallopt", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
        for (int largest : LARGEST_REUSED) {
            if (set != null && call(set, MMAP_THRESHOLD, largest) == TAKEN) {
                call(set, TRIM_THRESHOLD, KEPT_BYTES);
                call(set, TOP_PAD, STEP);
                return;
            }
        }
    }

    /**
     * Lets threads of the engine that wait for each other sleep soon instead of turning in circles. Where something else wants
     * the processors, too, circling threads keep the one away that they wait for, and small networks become ten times
     * slower. Must be called before the engine is loaded; what the user has set in the environment stays.
     */
    static void waitAsleep() {
        if (System.getenv("OMP_WAIT_POLICY") != null || System.getenv("GOMP_SPINCOUNT") != null) {
            return;
        }
        MethodHandle set = find("setenv", ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
        if (set != null) {
            try (Arena arena = Arena.ofConfined()) {
                call(set, arena.allocateFrom("GOMP_SPINCOUNT"), arena.allocateFrom(TURNS), 0);
            }
        }
    }

    @SuppressWarnings("restricted") // the signatures are those of the C library's headers
    private static @Nullable MethodHandle find(String function, MemoryLayout... parameters) {
        try {
            Linker linker = Linker.nativeLinker();
            Optional<MemorySegment> address = linker.defaultLookup().find(function);
            return address.isEmpty()
                    ? null
                    : linker.downcallHandle(address.get(), FunctionDescriptor.of(ValueLayout.JAVA_INT, parameters));
        } catch (RuntimeException e) {
            return null;
        }
    }

    /** What the function answers. */
    private static int call(MethodHandle function, Object... arguments) {
        try {
            return (int) function.invokeWithArguments(arguments);
        } catch (Throwable e) {
            throw new IllegalStateException("cannot change a setting of the C library", e);
        }
    }
}
