package dev.whence.testkit;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Fails every test that leaves native tensors alive, in all modules: JUnit finds this class by itself. The count is taken
 * before the first {@code @BeforeEach} and after the last {@code @AfterEach} method, so tensors that a whole test class
 * shares belong into {@code @BeforeAll} and {@code @AfterAll}.
 *
 * <p>This module lies below the one that has tensors, so the counter is looked up by name; where there is no tensor
 * library on the class path nothing is counted.
 */
public final class LiveTensors implements BeforeEachCallback, AfterEachCallback {
    private static final String OWNER = "dev.whence.tensor.TensorScope";
    private static final String COUNTER = "liveTensors";
    private static final Namespace NAMESPACE = Namespace.create(LiveTensors.class);

    private final Optional<MethodHandle> counter = counter();

    /** Made by JUnit. */
    public LiveTensors() {}

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        context.getStore(NAMESPACE).put(COUNTER, count());
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        long before = Objects.requireNonNull(context.getStore(NAMESPACE).remove(COUNTER, Long.class));
        long after = count();
        if (after != before) {
            throw new AssertionError("live native tensors: " + before + " before the test, " + after + " after it");
        }
    }

    private long count() throws Exception {
        if (counter.isEmpty()) {
            return 0;
        }
        try {
            return (long) counter.get().invokeExact();
        } catch (Exception | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static Optional<MethodHandle> counter() {
        try {
            Class<?> owner = Class.forName(OWNER);
            return Optional.of(
                    MethodHandles.publicLookup().findStatic(owner, COUNTER, MethodType.methodType(long.class)));
        } catch (ClassNotFoundException e) {
            return Optional.empty();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(OWNER + "." + COUNTER + "() is gone", e);
        }
    }
}
