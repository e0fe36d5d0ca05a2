package dev.whence.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/**
 * Threads of the library for matrix products. It has a pool of its own beside that of the engine, and where both want the same
 * processors, a small product waits for its helpers longer than it would take alone. So it works alone, but for products that
 * are worth the handing over.
 */
final class BlasThreads {
    /** Multiplications from which on helpers pay. */
    private static final double WORTH_SHARING = 5e7;

    private static final @Nullable MethodHandle SET = find();
    private static final AtomicInteger CURRENT = new AtomicInteger();

    private BlasThreads() {}

    /** Gets ready for products that take so many multiplications. */
    static synchronized void prepare(double multiplications, int threads) {
        int wanted = multiplications < WORTH_SHARING ? 1 : threads;
        if (SET == null || CURRENT.get() == wanted) {
            return;
        }
        try {
            SET.invokeExact(wanted);
            CURRENT.set(wanted);
        } catch (Throwable e) {
            throw new IllegalStateException("cannot set the threads of matrix products", e);
        }
    }

    /** The function of the library that is loaded already; absent where the engine has another one. */
    @SuppressWarnings("restricted") // the address is the library's own, and the signature is that of its header
    private static @Nullable MethodHandle find() {
        try {
            for (Map.Entry<String, String> library : Loader.getLoadedLibraries().entrySet()) {
                Optional<MemorySegment> address = library.getKey().startsWith("openblas")
                        ? SymbolLookup.libraryLookup(Path.of(library.getValue()), Arena.global())
                                .find("openblas_set_num_threads")
                        : Optional.empty();
                if (address.isPresent()) {
                    return Linker.nativeLinker()
                            .downcallHandle(address.get(), FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT));
                }
            }
            return null;
        } catch (RuntimeException e) {
            // Where calls like this one are forbidden, products keep the library's own number of threads.
            return null;
        }
    }
}
