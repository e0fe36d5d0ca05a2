package dev.whence.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.testkit.GoldenTable;
import dev.whence.testkit.Shared;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Every npy and npz file that numpy wrote into the shared folder is read, and written again without a difference. */
@Tag("golden")
class NpyGoldenTest {
    @TestFactory
    Stream<DynamicTest> numpyFilesSurviveARoundTrip() {
        List<Path> files = files();
        Assumptions.assumeFalse(files.isEmpty(), "no npy file in the shared folder: reading numpy's own is not tested");
        return files.stream()
                .map(file -> DynamicTest.dynamicTest(
                        file.getFileName().toString(),
                        () -> GoldenTable.check("npy", relative(file), () -> check(file))));
    }

    private static void check(Path file) throws IOException {
        Iterable<NdArray> arrays =
                file.toString().endsWith(".npz") ? Npz.read(file).values() : List.of(Npy.read(file));
        for (NdArray array : arrays) {
            assertThat(Npy.parse(NpyTest.bytes(array, 1), "again")).isEqualTo(array);
        }
    }

    private static String relative(Path file) {
        return Shared.folder().orElseThrow().relativize(file).toString();
    }

    private static List<Path> files() {
        if (Shared.folder().isEmpty()) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(Shared.folder().get())) {
            return all.filter(p -> p.toString().endsWith(".npy") || p.toString().endsWith(".npz"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
