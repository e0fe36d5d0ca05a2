package dev.whence.core;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever bytes a stranger sends as npz, the answer is arrays or a {@link WhenceException}. */
@Tag("fuzz")
class NpzFuzzTest {
    static Stream<Arguments> seeds() throws IOException {
        Path file = Files.createTempFile("seed", ".npz");
        try {
            Npz.write(file, Map.of("x", NdArray.of(new float[] {1, 2, 3}, 3)));
            return Stream.of(Arguments.of((Object) Files.readAllBytes(file)));
        } finally {
            Files.delete(file);
        }
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "60s")
    void anyBytes(byte[] content) throws IOException {
        Path file = Files.createTempFile("fuzz", ".npz");
        try {
            Files.write(file, content == null ? new byte[0] : content);
            Npz.read(file);
        } catch (WhenceException expected) {
            // the answer to a bad file
        } finally {
            Files.delete(file);
        }
    }
}
