package dev.whence.cli;

import java.io.StringWriter;

/**
 * What one in-process run of the command left behind.
 *
 * @param exitCode the exit code
 * @param out all of standard output
 * @param err all of standard error
 */
record Ran(int exitCode, String out, String err) {
    /** Runs {@code whence} with the given arguments. */
    static Ran whence(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Whence.run(Console.capturing(out, err), arguments);
        return new Ran(exitCode, out.toString(), err.toString());
    }
}
