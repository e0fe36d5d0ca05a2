package dev.whence.cli.inputs;

/** What an input shows, and so how a report draws it. */
public enum InputKind {
    /** Numbers without further meaning. */
    ARRAY,
    /** Pictures: axes of channels, height and width. */
    IMAGE,
    /** Rows of named columns. */
    TABLE,
    /** One-hot sequences of letters. */
    SEQUENCE
}
