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
            case WhenceException known -> tell(known.code(), message(known), known);
            case UncheckedIOException unchecked -> file(Objects.requireNonNull(unchecked.getCause()), unchecked);
            case IOException checked -> file(checked, checked);
            case ParameterException usage -> usage(usage);
            case RuntimeException engine when isOutOfNativeMemory(engine) -> tooLarge(engine);
            default ->
                tell(
                        ErrorCode.INTERNAL,
                        "Internal error: " + thrown
                                + ". This is a mistake in Whence; --verbose shows where it happened.",
                        thrown);
        };
    }

    /** Arguments that cannot be understood: the sentence, what might have been meant, and where help is. */
    int usage(ParameterException thrown) {
        StringBuilder sentence = new StringBuilder(reason(thrown));
        List<String> near = suggestions(thrown);
        if (near.isEmpty()) {
            sentence.append('.');
        } else {
            sentence.append("; did you mean ").append(String.join(" or ", near)).append('?');
        }
        CommandLine command = thrown.getCommandLine();
        sentence.append(" Help: ")
                .append(command.getCommandSpec().qualifiedName())
                .append(" --help");
        return tell(ErrorCode.USAGE, sentence.toString(), thrown);
    }

    private static List<String> suggestions(ParameterException thrown) {
        if (!(thrown instanceof UnmatchedArgumentException unmatched)) {
            return List.of();
        }
        var commands = thrown.getCommandLine().getSubcommands();
        return commands.isEmpty() || unmatched.isUnknownOption()
                ? unmatched.getSuggestions()
                : Suggestions.nearest(unmatched.getUnmatched().getFirst(), commands.keySet());
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
    int tooLarge(Throwable thrown) {
        String sentence = thrown instanceof StackOverflowError
                ? "The input is nested too deeply."
                : "Not enough memory (" + message(thrown).lines().findFirst().orElse("")
                        + "); try a smaller --batch, or give the JVM more with WHENCE_JAVA_OPTS=-Xmx8g.";
        return tell(ErrorCode.MEMORY, sentence, thrown);
    }

    private int file(IOException cause, Exception thrown) {
        String sentence = switch (cause) {
            case NoSuchFileException missing -> "File not found: '" + missing.getFile() + "'.";
            case AccessDeniedException denied -> "No permission for '" + denied.getFile() + "'.";
            case FileSystemException other -> "Cannot use '" + other.getFile() + "': " + other.getReason() + ".";
            default -> "Reading or writing failed: " + message(cause) + ".";
        };
        boolean missing = cause instanceof NoSuchFileException;
        return tell(missing ? ErrorCode.INPUT_UNREADABLE : ErrorCode.STORE_UNWRITABLE, sentence, thrown);
    }

    private int tell(ErrorCode code, String sentence, Throwable thrown) {
        int exitCode = ExitCode.of(code);
        console.out().flush();
        if (json) {
            console.err().println(JsonLine.error(code.code(), sentence, exitCode, verbose ? trace(thrown) : List.of()));
        } else {
            String suffix = code == ErrorCode.CANCELLED ? "" : " [" + code.code() + "]";
            console.err().println("whence: " + sentence + suffix);
            if (verbose) {
                thrown.printStackTrace(console.err());
            }
        }
        console.err().flush();
        return exitCode;
    }

    /** The engine's allocators say so in words only. */
    private static boolean isOutOfNativeMemory(RuntimeException thrown) {
        String text = message(thrown);
        return text.contains("can't allocate memory") || text.contains("out of memory");
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
