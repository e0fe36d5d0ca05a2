package dev.whence.core;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A progress that another thread (a signal handler, a user's button) can turn into a stop: after {@link #cancel()} the
 * next step of the work throws. Steps reach the progress inside it one at a time, whatever number of threads report.
 *
 * <p>Thread-safe.
 */
public final class CancellableProgress implements Progress {
    private final Progress inside;
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private final Object lock = new Object();

    private CancellableProgress(Progress inside) {
        this.inside = inside;
    }

    /** A progress that passes its steps on to {@code inside} until it is cancelled. */
    public static CancellableProgress around(Progress inside) {
        return new CancellableProgress(inside);
    }

    /** Asks the work to stop at its next step; asking again changes nothing. */
    public void cancel() {
        cancelled.set(true);
    }

    /** Whether {@link #cancel()} was called. */
    public boolean isCancelled() {
        return cancelled.get();
    }

    /**
     * Passes the step on, or stops the work.
     *
     * @throws WhenceException {@link ErrorCode#CANCELLED} after {@link #cancel()}, or if the calling thread was
     *     interrupted, whose flag stays set
     */
    @Override
    public void step(long done, long total, String label) {
        if (cancelled.get() || Thread.currentThread().isInterrupted()) {
            String of = total > 0 ? done + " of " + total : Long.toString(done);
            throw new WhenceException(ErrorCode.CANCELLED, "Cancelled after " + of + " " + label + ".");
        }
        synchronized (lock) {
            inside.step(done, total, label);
        }
    }
}
