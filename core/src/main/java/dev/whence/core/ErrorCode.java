package dev.whence.core;

/**
 * The stable code of every error a user can cause. The code is the anchor in {@code docs/reference/errors.md}, and it
 * never changes its meaning.
 */
public enum ErrorCode {
    /** A model file cannot be read: missing, truncated, oversized, or not an ONNX file at all. */
    MODEL_UNREADABLE("WH-MODEL-UNREADABLE"),
    /** A model file reads but contradicts itself: unknown values, wrong ranks, cycles. */
    MODEL_INVALID("WH-MODEL-INVALID"),
    /** External data of a model is missing, too short, or outside the model's folder. */
    MODEL_EXTERNAL_DATA("WH-MODEL-EXTERNAL-DATA"),
    /** The model names operators that Whence does not know. */
    OPERATOR_UNSUPPORTED("WH-OPERATOR-UNSUPPORTED"),
    /** The operator runs but has no rule for the chosen attribution method. */
    OPERATOR_NO_RULE("WH-OPERATOR-NO-RULE"),
    /** An operator got values that it cannot work on. */
    OPERATOR_FAILED("WH-OPERATOR-FAILED"),
    /** A tensor has another rank, shape or type than wanted. */
    SHAPE_MISMATCH("WH-SHAPE-MISMATCH"),
    /** The requested device does not exist here. */
    DEVICE_UNAVAILABLE("WH-DEVICE-UNAVAILABLE"),
    /** An input file is missing or cannot be read. */
    INPUT_UNREADABLE("WH-INPUT-UNREADABLE"),
    /** An input file reads but holds what is not allowed: NaN, a wrong letter, an absurd size. */
    INPUT_INVALID("WH-INPUT-INVALID"),
    /** An option or argument has a value that is not allowed. */
    USAGE("WH-INPUT-USAGE"),
    /** The target does not exist: an index out of range, an unknown node. */
    TARGET_INVALID("WH-INPUT-TARGET"),
    /** A result cannot be written. */
    STORE_UNWRITABLE("WH-STORE-UNWRITABLE"),
    /** The work was cancelled. */
    CANCELLED("WH-CANCELLED"),
    /** The work needs more memory than there is. */
    MEMORY("WH-MEMORY"),
    /** A mistake in Whence itself. */
    INTERNAL("WH-INTERNAL");

    private final String code;

    ErrorCode(String code) {
        this.code = code;
    }

    /** The stable text of this code, such as {@code WH-MODEL-UNREADABLE}. */
    public String code() {
        return code;
    }
}
