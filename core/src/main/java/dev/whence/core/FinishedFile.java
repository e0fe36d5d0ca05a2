package dev.whence.core;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Writes a file so that it is either finished or not there: the content goes to a temporary file beside the target,
 * which takes the target's place when the last byte is written. On failure the temporary file is removed and an older
 * target stays as it was.
 *
 * <p>Safe for use by many threads on different targets; of two writers of one target the later to finish wins.
 */
public final class FinishedFile {
    private static final int ATTEMPTS = 10_000;
    private static final int BUFFER = 1 << 16;

    private FinishedFile() {}

    /** What goes into a file. */
    @FunctionalInterface
    public interface Content {
        /** Writes everything to {@code out}, which the caller buffers and closes. */
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Writes a file.
     *
     * @param target the file to make or to replace; its folder must exist; a link is followed
     * @param content what to write; may throw to leave everything as it was
     * @throws WhenceException {@link ErrorCode#STORE_UNWRITABLE} if the file cannot be written
     */
    public static void write(Path target, Content content) {
        try {
            Path file = Files.exists(target) ? target.toRealPath() : target.toAbsolutePath();
            if (Files.isDirectory(file)) {
                throw unwritable(target, "it is a folder, expected a file's name", null);
            }
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                writeInPlace(file, content);
                return;
            }
            Path folder = file.getParent();
            if (folder == null || !Files.isDirectory(folder)) {
                throw unwritable(target, "its folder '" + folder + "' does not exist", null);
            }
            writeBeside(file, folder, content);
        } catch (IOException | UncheckedIOException e) {
            throw unwritable(target, reason(e), e);
        }
    }

    /** Writes text in UTF-8; see {@link #write(Path, Content)}. */
    public static void writeText(Path target, String text) {
        write(target, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static void writeInPlace(Path device, Content content) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(device), BUFFER)) {
            content.writeTo(out);
        }
    }

    private static void writeBeside(Path file, Path folder, Content content) throws IOException {
        Path part = newPart(file, folder);
        try {
            try (OutputStream out = new BufferedOutputStream(
                    Files.newOutputStream(part, StandardOpenOption.TRUNCATE_EXISTING), BUFFER)) {
                content.writeTo(out);
            }
            try {
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** A new, empty, hidden file beside the target with the permissions that any new file gets. */
    private static Path newPart(Path file, Path folder) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Path part = folder.resolve("." + file.getFileName() + "." + attempt + ".part");
            try {
                Files.newOutputStream(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)
                        .close();
                part.toFile().deleteOnExit();
                return part;
            } catch (FileAlreadyExistsException e) {
                // another writer's: take the next name
            }
        }
        throw new IOException("too many unfinished files named '." + file.getFileName() + ".*.part' beside it");
    }

    private static String reason(Exception e) {
        Throwable cause = e instanceof UncheckedIOException && e.getCause() != null ? e.getCause() : e;
        if (cause instanceof AccessDeniedException) {
            return "access denied";
        }
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }

    private static WhenceException unwritable(Path target, String reason, @Nullable Throwable cause) {
        return new WhenceException(ErrorCode.STORE_UNWRITABLE, "Cannot write '" + target + "': " + reason + ".", cause);
    }
}
