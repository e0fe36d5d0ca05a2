package dev.whence.core;

import org.jspecify.annotations.Nullable;

/**
 * What a user did or gave that cannot work, in one clear sentence: what happened, where, what was found and what is
 * expected. Mistakes of the calling program throw the usual {@code IllegalArgumentException} instead.
 */
public final class WhenceException extends RuntimeException {
    private final ErrorCode code;

    /** Makes an error with its stable code and the sentence that a person reads. */
    public WhenceException(ErrorCode code, String message) {
        this(code, message, null);
    }

    /** Makes an error that keeps the technical cause for {@code --verbose}. */
    public WhenceException(ErrorCode code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /** The stable code. */
    public ErrorCode code() {
        return code;
    }
}
