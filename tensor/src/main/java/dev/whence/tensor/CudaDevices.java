package dev.whence.tensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What the driver says of the graphics processors. */
final class CudaDevices {
    private static final Path GPUS = Path.of("/proc/driver/nvidia/gpus");

    private CudaDevices() {}

    static String describe(int count) {
        List<String> names = names(GPUS);
        return count + (names.isEmpty() ? "" : ": " + String.join(", ", names));
    }

    /** The models named in the files {@code information} below a folder, by folder name. */
    static List<String> names(Path gpus) {
        if (!Files.isDirectory(gpus)) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(gpus)) {
            return folders.sorted()
                    .map(folder -> folder.resolve("information"))
                    .filter(Files::isReadable)
                    .flatMap(CudaDevices::lines)
                    .filter(line -> line.startsWith("Model:"))
                    .map(line -> line.substring("Model:".length()).strip())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
