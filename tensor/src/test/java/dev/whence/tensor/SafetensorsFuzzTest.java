package dev.whence.tensor;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.whence.core.WhenceException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever bytes a stranger sends as weights, the answer is arrays of the shapes told, or a {@link WhenceException}. */
@Tag("fuzz")
class SafetensorsFuzzTest {
    static Stream<Arguments> seeds() {
        return Stream.of(
                        "{}",
                        "{\"__metadata__\":{\"k\":\"v\"},\"a\":{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[0,4]}}",
                        "{\"b\":{\"dtype\":\"BOOL\",\"shape\":[2],\"data_offsets\":[2,4]},"
                                + "\"a\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[0,2]}}")
                .map(header -> Arguments.of((Object) file(header)));
    }

    private static byte[] file(String header) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        int data = header.equals("{}") ? 0 : 4;
        return ByteBuffer.allocate(8 + json.length + data)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .array();
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "60s")
    void anyBytes(byte[] content) {
        byte[] bytes = content == null ? new byte[0] : content;
        try (Safetensors file = Safetensors.of(Path.of("x"), Arena.ofShared(), MemorySegment.ofArray(bytes))) {
            for (Safetensors.Entry entry : file.entries()) {
                if (entry.type().type() != null
                        && !Arrays.equals(file.read(entry.name()).shape(), entry.shape())) {
                    throw new AssertionError(entry);
                }
            }
        } catch (WhenceException expected) {
            // the answer to a bad file
        }
    }
}
