package dev.whence.cli.inputs;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A file as it stands on the command line: {@code FILE} or {@code NAME=FILE}.
 *
 * @param input the name of the model's input, or null
 * @param path the file or folder
 */
public record NamedFile(@Nullable String input, Path path) {
    /**
     * Splits at the first {@code =}, unless the whole is a file that exists.
     *
     * @throws WhenceException if no file is named
     */
    public static NamedFile parse(String text) {
        try {
            int equals = text.indexOf('=');
            if (equals <= 0 || Files.exists(Path.of(text))) {
                return new NamedFile(null, pathOf(text, text));
            }
            return new NamedFile(text.substring(0, equals), pathOf(text.substring(equals + 1), text));
        } catch (InvalidPathException e) {
            throw new WhenceException(ErrorCode.USAGE, "'" + text + "' is not a file name: " + e.getReason() + ".", e);
        }
    }

    private static Path pathOf(String path, String text) {
        if (path.isBlank()) {
            throw new WhenceException(ErrorCode.USAGE, "'" + text + "' names no file; give FILE or NAME=FILE.");
        }
        return Path.of(path);
    }

    /** The name of the model's input, if one is given. */
    public Optional<String> name() {
        return Optional.ofNullable(input);
    }
}
