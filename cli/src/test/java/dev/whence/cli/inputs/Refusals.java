package dev.whence.cli.inputs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What every test of a reader needs: files with given content, and refusals with their whole sentence. */
final class Refusals {
    private Refusals() {}

    /** Checks code and sentence of a refusal. */
    static void refused(ThrowingCallable call, ErrorCode code, String message) {
        WhenceException found = catchThrowableOfType(WhenceException.class, call);
        assertThat(found).as("nothing was refused").isNotNull();
        assertThat(found).hasMessage(message);
        assertThat(found.code()).isEqualTo(code);
    }

    /** Writes text to a file of a folder. */
    static Path file(Path folder, String name, String text) {
        return file(folder, name, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes bytes to a file of a folder. */
    static Path file(Path folder, String name, byte[] bytes) {
        try {
            return Files.write(folder.resolve(name), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes bytes under gzip to a file of a folder. */
    static Path packed(Path folder, String name, byte[] bytes) {
        Path path = folder.resolve(name);
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(path))) {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return path;
    }
}
