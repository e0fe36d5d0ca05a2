package dev.whence.cli.inputs;

/**
 * A sequence as a file gives it.
 *
 * @param name the record's name
 * @param letters A, C, G, T or N in upper or lower case
 */
record Letters(String name, String letters) {}
