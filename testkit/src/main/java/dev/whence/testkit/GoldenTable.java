package dev.whence.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.opentest4j.TestAbortedException;

/**
 * Where golden tests report each case, so that {@link GoldenSummary} can tell how many passed, failed or are not
 * supported. Lines are appended to {@code target/golden/results.tsv} of the module whose tests run; of several lines
 * about one case the last counts.
 *
 * <p>Safe for use by many threads and processes: each case is one appended line.
 */
public final class GoldenTable {
    private static final String FILE = "target/golden/results.tsv";

    private GoldenTable() {}

    /** How a case ended. */
    public enum Outcome {
        /** The numbers agree. */
        PASSED,
        /** They do not, or something broke. */
        FAILED,
        /** The case needs what Whence does not have, and Whence says so. */
        NOT_SUPPORTED
    }

    /** A check of one case. */
    @FunctionalInterface
    public interface Check {
        /** Throws if the case fails; aborts ({@code Assumptions.abort}) if it is not supported. */
        void run() throws Exception;
    }

    /**
     * Runs a check and records how it ended; what it throws is thrown on.
     *
     * @param folder the shared folder that the case comes from, such as {@code deeplift/graphs}
     * @param name the case, unique in its folder
     * @param check what to do; {@code Assumptions.abort(reason)} in it records {@link Outcome#NOT_SUPPORTED}
     */
    public static void check(String folder, String name, Check check) throws Exception {
        try {
            check.run();
        } catch (TestAbortedException e) {
            record(folder, name, Outcome.NOT_SUPPORTED, String.valueOf(e.getMessage()));
            throw e;
        } catch (Exception | Error e) {
            record(folder, name, Outcome.FAILED, String.valueOf(e.getMessage()));
            throw e;
        }
        record(folder, name, Outcome.PASSED, "");
    }

    /** Records how a case ended, with a note that may be empty. */
    public static void record(String folder, String name, Outcome outcome, String note) {
        append(Path.of("").toAbsolutePath().resolve(FILE), folder, name, outcome, note);
    }

    static void append(Path file, String folder, String name, Outcome outcome, String note) {
        String line = clean(folder) + "\t" + clean(name) + "\t" + outcome + "\t" + clean(note) + "\n";
        ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
        try {
            Path parent = file.getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String clean(String text) {
        String oneLine = text.replaceAll("\\s+", " ").strip();
        return oneLine.length() <= 500 ? oneLine : oneLine.substring(0, 500) + "...";
    }
}
