package dev.whence.core;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.whence.testkit.Cases;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever bytes a stranger sends as a result, the answer is an attribution or a {@link WhenceException}. */
@Tag("fuzz")
class AttributionJsonFuzzTest {
    static Stream<Arguments> seeds() {
        return Cases.draws(20)
                .map(draw -> AttributionJson.toText(Attributions.any(draw)))
                .map(text -> Arguments.of((Object) text.getBytes(StandardCharsets.UTF_8)));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "60s")
    void anyBytes(byte[] content) {
        try {
            AttributionJson.parse(content == null ? new byte[0] : content, "fuzz.json");
        } catch (WhenceException expected) {
            // the answer to a bad file
        }
    }
}
