package dev.whence.cli;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Turns whatever ends a run early into one sentence on standard error and an exit code. Where in the program it happened
 * is shown with {@code --verbose} only; with {@code --json} the sentence is a JSON object.
 */
final class Failures {
    private static final String INTERNAL = "WH-INTERNAL";
    private static final String MEMORY = "WH-MEMORY";

    private final Console console;
    private final boolean json;
    private final boolean verbose;

    /** Looks into the raw arguments, because an error may come before they are understood. */
    Failures(Console console, List<String> arguments) {
        this.console = console;
        this.json = arguments.contains("--json");
        this.verbose = arguments.contains("--verbose") || arguments.contains("-v");
    }

    /** An exception that left a command. */
    int of(Exception thrown) {
        return switch (thrown) {
            case WhenceException known -> tell(known.code().code(), message(known), ExitCode.of(known.code()), known);
            case UncheckedIOException unchecked -> file(Objects.requireNonNull(unchecked.getCause()), unchecked);
            case IOException checked -> file(checked, checked);
            case ParameterException usage -> usage(usage);
            default ->
                tell(
                        INTERNAL,
                        "Internal error: " + thrown
                                + ". This is a mistake in Whence; --verbose shows where it happened.",
                        ExitCode.FAILED,
                        thrown);
        };
    }

    /** Arguments that cannot be understood: the sentence, what might have been meant, and where help is. */
    int usage(ParameterException thrown) {
        StringBuilder sentence = new StringBuilder(reason(thrown));
        if (thrown instanceof UnmatchedArgumentException unmatched
                && !unmatched.getSuggestions().isEmpty()) {
            sentence.append("; did you mean ")
                    .append(String.join(" or ", unmatched.getSuggestions()))
                    .append('?');
        } else {
            sentence.append('.');
        }
        CommandLine command = thrown.getCommandLine();
        sentence.append(" Help: ")
                .append(command.getCommandSpec().qualifiedName())
                .append(" --help");
        return tell(ErrorCode.USAGE.code(), sentence.toString(), ExitCode.BAD_INPUT, thrown);
    }

    private static String reason(ParameterException thrown) {
        if (thrown instanceof UnmatchedArgumentException unmatched
                && !thrown.getCommandLine().getSubcommands().isEmpty()
                && !unmatched.isUnknownOption()) {
            return "There is no command '" + unmatched.getUnmatched().getFirst() + "'";
        }
        return message(thrown);
    }

    /** The work did not fit into memory, or a model was nested too deeply. */
    int tooLarge(Error thrown) {
        String sentence = thrown instanceof StackOverflowError
                ? "The input is nested too deeply."
                : "Not enough memory (" + thrown.getMessage()
                        + "); try a smaller --batch, or give the JVM more with WHENCE_JAVA_OPTS=-Xmx8g.";
        return tell(MEMORY, sentence, ExitCode.FAILED, thrown);
    }

    private int file(IOException cause, Exception thrown) {
        String sentence = switch (cause) {
            case NoSuchFileException missing -> "File not found: '" + missing.getFile() + "'.";
            case AccessDeniedException denied -> "No permission for '" + denied.getFile() + "'.";
            case FileSystemException other -> "Cannot use '" + other.getFile() + "': " + other.getReason() + ".";
            default -> "Reading or writing failed: " + message(cause) + ".";
        };
        boolean missing = cause instanceof NoSuchFileException;
        ErrorCode code = missing ? ErrorCode.INPUT_UNREADABLE : ErrorCode.STORE_UNWRITABLE;
        return tell(code.code(), sentence, ExitCode.of(code), thrown);
    }

    private int tell(String code, String sentence, int exitCode, Throwable thrown) {
        console.out().flush();
        if (json) {
            console.err().println(JsonLine.error(code, sentence, exitCode, verbose ? trace(thrown) : List.of()));
        } else {
            console.err().println("whence: " + sentence + (exitCode == ExitCode.CANCELLED ? "" : " [" + code + "]"));
            if (verbose) {
                thrown.printStackTrace(console.err());
            }
        }
        console.err().flush();
        return exitCode;
    }

    private static String message(Throwable thrown) {
        return Objects.requireNonNullElse(thrown.getMessage(), thrown.getClass().getSimpleName());
    }

    private static List<String> trace(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString().lines().map(String::strip).toList();
    }
}
