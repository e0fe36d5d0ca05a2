package dev.whence.quantize.pieces;

import dev.whence.core.NdArray;
import dev.whence.explain.Explainer;
import dev.whence.graph.Graph;
import dev.whence.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of the program itself: another build may work a piece out in another way.
 *
 * @param classes one of every jar or folder that takes part
 */
record ProgramCode(List<Class<?>> classes) {
    /** The modules of Whence. */
    static final ProgramCode WHENCE =
            new ProgramCode(List.of(NdArray.class, Tensor.class, Graph.class, Explainer.class, PieceCache.class));

    /** Over every file of the program; null if any part cannot be read, and so builds cannot be told apart. */
    @Nullable
    String checksum() {
        Checksum sum = new Checksum();
        for (Class<?> one : classes) {
            CodeSource source = one.getProtectionDomain().getCodeSource();
            if (source == null || source.getLocation() == null) {
                return null;
            }
            try {
                if (!add(sum, Path.of(source.getLocation().toURI()))) {
                    return null;
                }
            } catch (IOException
                    | UncheckedIOException
                    | URISyntaxException
                    | IllegalArgumentException
                    | FileSystemNotFoundException e) {
                return null;
            }
        }
        return sum.end();
    }

    /** Whether there was anything. */
    private static boolean add(Checksum sum, Path place) throws IOException {
        try (Stream<Path> all = Files.walk(place)) {
            List<Path> files = all.filter(Files::isRegularFile).sorted().toList();
            for (Path file : files) {
                sum.add(place.relativize(file).toString()).add(Files.readAllBytes(file));
            }
            return !files.isEmpty();
        }
    }
}
