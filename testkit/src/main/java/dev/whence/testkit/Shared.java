package dev.whence.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The golden data that lies beside the project and that a user's clone does not have. Place: the system property
 * {@code whence.shared}, else the environment variable {@code WHENCE_SHARED}, else {@code ../shared} beside the
 * repository. Goldens are found by listing, so another folder of the same layout serves as well, and anything in it may
 * be missing.
 */
public final class Shared {
    private Shared() {}

    /** The folder, if there is one. */
    public static Optional<Path> folder() {
        String named = System.getProperty("whence.shared", "");
        if (named.isBlank()) {
            named = System.getenv().getOrDefault("WHENCE_SHARED", "");
        }
        Path path = named.isBlank() ? projectRoot().resolve("../shared") : Path.of(named);
        path = path.toAbsolutePath().normalize();
        return Files.isDirectory(path) ? Optional.of(path) : Optional.empty();
    }

    /** A folder or file below the shared folder, if it exists. */
    public static Optional<Path> find(String relative) {
        return folder().map(f -> f.resolve(relative)).filter(Files::exists);
    }

    /** The files of a folder below the shared folder with the given ending, sorted; empty if there is none. */
    public static List<Path> list(String relative, String ending) {
        Optional<Path> dir = find(relative).filter(Files::isDirectory);
        if (dir.isEmpty()) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(dir.get())) {
            return files.filter(p -> p.getFileName().toString().endsWith(ending))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The root of the repository: the nearest folder upwards that holds both {@code core} and {@code testkit}. */
    public static Path projectRoot() {
        Path at = Path.of("").toAbsolutePath();
        while (at != null) {
            if (Files.isDirectory(at.resolve("core")) && Files.isDirectory(at.resolve("testkit"))) {
                return at;
            }
            at = at.getParent();
        }
        throw new IllegalStateException(
                "not inside the repository: " + Path.of("").toAbsolutePath());
    }
}
