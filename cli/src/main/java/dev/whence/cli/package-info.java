/**
 * The {@code whence} command. {@link dev.whence.cli.Whence} parses the arguments with picocli and runs one of the
 * commands that {@code Commands} lists; each command is one file. A command reads its files, calls the library, and
 * writes through {@link dev.whence.cli.Console}, the only door to the standard streams, so that tests run every command
 * in-process.
 *
 * <p>Exit codes: 0 done, 1 failed, 2 bad input or usage, 3 checked and found bad, 130 cancelled.
 */
@NullMarked
package dev.whence.cli;

import org.jspecify.annotations.NullMarked;
