package dev.whence.cli;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How Ctrl-C reaches the work. The signal starts the JVM's shutdown; a hook asks the work to stop and waits until it has
 * tidied up, so that no half-written file stays behind. The JVM then ends with exit code 130.
 */
final class Cancellation {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final AtomicBoolean asked = new AtomicBoolean();
    private final CountDownLatch finished = new CountDownLatch(1);

    /** Asks the work to stop at its next step. */
    void ask() {
        asked.set(true);
    }

    /** Throws once somebody has asked the work to stop. */
    void check() {
        if (asked.get()) {
            throw new WhenceException(ErrorCode.CANCELLED, "Cancelled.");
        }
    }

    /** Says that the work has ended, however it ended. */
    void finish() {
        finished.countDown();
    }

    /** Makes the end of this process ask first and wait a while. */
    void watchProcess() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::askAndWait, "whence-cancel"));
    }

    private void askAndWait() {
        ask();
        try {
            finished.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
