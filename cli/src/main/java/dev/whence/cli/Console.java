package dev.whence.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;

/**
 * The streams of one run of the command: results go to {@link #out}, everything else to {@link #err}.
 *
 * @param out where results go
 * @param err where progress, notices and errors go
 * @param terminal whether a person watches {@code err} live, so that a line may be drawn over
 * @param color whether {@code out} shows colours
 * @param clock tells the time for rates and time left
 */
public record Console(PrintWriter out, PrintWriter err, boolean terminal, boolean color, InstantSource clock) {
    /** The property by which the start script says that standard error is a terminal. */
    static final String TERMINAL_PROPERTY = "whence.terminal";

    /** The property by which the start script says that standard output is a terminal that shows colours. */
    static final String COLOR_PROPERTY = "whence.color";

    /** The console of this process. */
    @SuppressWarnings("SystemOut")
    static Console ofProcess() {
        return new Console(
                new PrintWriter(System.out, false, charset("stdout.encoding")),
                new PrintWriter(System.err, true, charset("stderr.encoding")),
                Boolean.getBoolean(TERMINAL_PROPERTY),
                Boolean.getBoolean(COLOR_PROPERTY),
                InstantSource.system());
    }

    /** A console that keeps what is written in the two given writers, as tests want it. */
    static Console capturing(StringWriter out, StringWriter err) {
        return new Console(new PrintWriter(out), new PrintWriter(err), false, false, InstantSource.system());
    }

    /** Hands all text on to where it goes. */
    void flush() {
        out.flush();
        err.flush();
    }

    private static Charset charset(String property) {
        return Charset.forName(System.getProperty(property, "UTF-8"), StandardCharsets.UTF_8);
    }
}
