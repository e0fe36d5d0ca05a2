package dev.whence.explain;

import java.util.OptionalLong;

/** Tells how much memory this process holds. */
interface MemoryReader {
    /** Bytes held now; empty where the system does not tell. */
    OptionalLong resident();

    /** The most bytes held since the last {@link #resetPeak}; empty where the system does not tell. */
    OptionalLong peak();

    /** Begins a new peak. Where the system refuses, the peak stays that of the whole run, which errs on the safe side. */
    void resetPeak();
}
