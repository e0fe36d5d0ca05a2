package dev.whence.cli;

import dev.whence.core.ErrorCode;
import dev.whence.core.FinishedFile;
import dev.whence.core.WhenceException;
import dev.whence.report.Page;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The files named after {@code -o}, checked before any work begins. */
final class ResultFiles {
    /** What a file holds, by its ending. */
    enum Kind {
        JSON,
        CSV,
        NPY,
        NPZ,
        HTML,
        SVG,
        PNG;

        private String ending() {
            return "." + name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One file.
     *
     * @param path its place
     * @param kind what it is to hold
     */
    record Entry(Path path, Kind kind) {}

    private final List<Entry> entries;

    private ResultFiles(List<Entry> entries) {
        this.entries = entries;
    }

    /**
     * Recognises the files by their endings.
     *
     * @param paths what stands after {@code -o}
     * @param possible what the command can write
     * @param read files that must not be written over
     * @throws WhenceException if an ending is not known, a folder does not exist, or a file is named twice
     */
    static ResultFiles of(List<Path> paths, Set<Kind> possible, Collection<Path> read) {
        List<Entry> entries = new ArrayList<>();
        for (Path path : paths) {
            Kind kind = kind(path, possible);
            Path whole = path.toAbsolutePath().normalize();
            requirePlace(path);
            if (read.stream().anyMatch(other -> isSame(whole, other))) {
                throw refused(path, "it is a file that is read");
            }
            if (entries.stream()
                    .anyMatch(e -> e.path().toAbsolutePath().normalize().equals(whole))) {
                throw refused(path, "it is named twice");
            }
            entries.add(new Entry(path, kind));
        }
        return new ResultFiles(entries);
    }

    /**
     * Checks that a file can lie at a place.
     *
     * @throws WhenceException if its folder does not exist, or it is a folder
     */
    static void requirePlace(Path path) {
        Path whole = path.toAbsolutePath().normalize();
        Path folder = Objects.requireNonNull(whole.getParent(), "folder");
        if (!Files.isDirectory(folder)) {
            throw refused(path, "its folder '" + folder + "' does not exist");
        }
        if (Files.isDirectory(whole)) {
            throw refused(path, "it is a folder");
        }
    }

    /** Whether two paths lead to one file that is there. */
    static boolean isSame(Path one, Path other) {
        try {
            return Files.exists(one) && Files.exists(other) && Files.isSameFile(one, other);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Kind kind(Path path, Set<Kind> possible) {
        String name = path.toString().toLowerCase(Locale.ROOT);
        for (Kind kind : possible) {
            if (name.endsWith(kind.ending())) {
                return kind;
            }
        }
        String endings = EnumSet.copyOf(possible).stream().map(Kind::ending).collect(Collectors.joining(" "));
        throw refused(path, "its ending must say what it is to hold; possible are " + endings);
    }

    static WhenceException refused(Path path, String why) {
        return new WhenceException(ErrorCode.USAGE, "Cannot write '" + path + "': " + why + ".");
    }

    /** The files in the order in which they are named. */
    List<Entry> entries() {
        return entries;
    }

    /**
     * Writes every file of a command that knows three forms of its answer; each is made only if a file wants it.
     *
     * @param json one line
     * @param csv lines with their ends
     * @param page every other kind
     */
    void write(Supplier<String> json, Supplier<String> csv, Supplier<Page> page) {
        for (Entry entry : entries) {
            switch (entry.kind()) {
                case JSON -> FinishedFile.writeText(entry.path(), json.get() + "\n");
                case CSV -> FinishedFile.writeText(entry.path(), csv.get());
                default -> page.get().write(entry.path());
            }
        }
    }

    /** The first file of a kind, or null. */
    @Nullable
    Path first(Kind kind) {
        return entries.stream()
                .filter(e -> e.kind() == kind)
                .map(Entry::path)
                .findFirst()
                .orElse(null);
    }

    /** Whether no file is named. */
    boolean isEmpty() {
        return entries.isEmpty();
    }

    /** The names, for a person. */
    String text() {
        return entries.stream().map(e -> e.path().toString()).collect(Collectors.joining(", "));
    }
}
