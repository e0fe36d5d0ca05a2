package dev.whence.cli;

import dev.whence.cli.inputs.InputLimits;
import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The texts and the tokenizer that a user names. */
final class TextFiles {
    private static final String TOKENIZER = "tokenizer.json";

    /** A longer text is no text to explain: it would have millions of tokens. */
    private static final long MOST_BYTES = Math.min(16L << 20, InputLimits.DEFAULT.textBytes());

    private TextFiles() {}

    /** The tokenizer that is named, or the one beside the model or above the folder {@code onnx}; null if there is none. */
    static @Nullable Path tokenizer(@Nullable Path named, Path model) {
        if (named != null) {
            return named;
        }
        Path beside = model.resolveSibling(TOKENIZER);
        if (Files.isRegularFile(beside)) {
            return beside;
        }
        Path folder = model.toAbsolutePath().normalize().getParent();
        if (folder != null && folder.endsWith("onnx")) {
            Path above = folder.resolveSibling(TOKENIZER);
            return Files.isRegularFile(above) ? above : null;
        }
        return null;
    }

    /** The files among texts. */
    static List<Path> named(List<String> texts) {
        List<Path> files = new ArrayList<>();
        for (String text : texts) {
            if (text.startsWith("@") && !text.startsWith("@@")) {
                files.add(path(text));
            }
        }
        return files;
    }

    private static Path path(String text) {
        try {
            return Path.of(text.substring(1));
        } catch (InvalidPathException e) {
            throw new WhenceException(
                    ErrorCode.USAGE, "Option --text: '" + text + "' names no file: " + e.getReason() + ".", e);
        }
    }

    /** A text as it was given, or what the file behind {@code @} holds without its last line end; {@code @@} is a text. */
    static String read(String text) {
        if (!text.startsWith("@")) {
            return text;
        }
        if (text.startsWith("@@")) {
            return text.substring(1);
        }
        Path file = path(text);
        if (!Files.isRegularFile(file)) {
            throw new WhenceException(
                    ErrorCode.INPUT_UNREADABLE,
                    "There is no file " + file + "; a text that begins with @ is written with @@.");
        }
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new WhenceException(
                        ErrorCode.INPUT_INVALID,
                        file + ": holds " + Files.size(file) + " bytes; a text may have at most " + MOST_BYTES + ".");
            }
            return Files.readString(file, StandardCharsets.UTF_8).stripTrailing();
        } catch (CharacterCodingException e) {
            throw new WhenceException(ErrorCode.INPUT_INVALID, file + ": this is not text in UTF-8.", e);
        } catch (IOException e) {
            throw new WhenceException(ErrorCode.INPUT_UNREADABLE, file + " cannot be read: " + e.getMessage() + ".", e);
        }
    }
}
