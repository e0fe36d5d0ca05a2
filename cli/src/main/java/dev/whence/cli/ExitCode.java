package dev.whence.cli;

import dev.whence.core.ErrorCode;

/** What the command tells the shell. These numbers are a contract. */
public final class ExitCode {
    /** The work is done. */
    public static final int DONE = 0;
    /** The work failed through no fault of its input. */
    public static final int FAILED = 1;
    /** An input, a model or an option cannot be used as it is. */
    public static final int BAD_INPUT = 2;
    /** The work is done, and the check that the user asked for did not hold. */
    public static final int FOUND_BAD = 3;
    /** The user stopped the work. The JVM itself gives the same number after Ctrl-C. */
    public static final int CANCELLED = 130;

    private ExitCode() {}

    /** The exit code that belongs to an error's stable code. */
    static int of(ErrorCode code) {
        return switch (code) {
            case CANCELLED -> CANCELLED;
            case OPERATOR_FAILED, STORE_UNWRITABLE, MEMORY, INTERNAL -> FAILED;
            case MODEL_UNREADABLE,
                    MODEL_INVALID,
                    MODEL_EXTERNAL_DATA,
                    OPERATOR_UNSUPPORTED,
                    OPERATOR_NO_RULE,
                    SHAPE_MISMATCH,
                    DEVICE_UNAVAILABLE,
                    INPUT_UNREADABLE,
                    INPUT_INVALID,
                    USAGE,
                    TARGET_INVALID -> BAD_INPUT;
        };
    }
}
