package dev.whence.core;

/**
 * How long work tells how far it is, and learns that it should stop. Libraries call it and never print. An
 * implementation cancels by throwing {@link WhenceException} with {@link ErrorCode#CANCELLED}.
 */
@FunctionalInterface
public interface Progress {
    /** Ignores every step. */
    Progress SILENT = (done, total, label) -> {};

    /**
     * Reports a step.
     *
     * @param done units of work done, from 0 to {@code total}
     * @param total units of work in all, or 0 if unknown
     * @param label what the units are, such as {@code "examples"}
     */
    void step(long done, long total, String label);
}
