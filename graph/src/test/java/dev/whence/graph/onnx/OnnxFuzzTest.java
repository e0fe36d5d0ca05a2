package dev.whence.graph.onnx;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.whence.core.WhenceException;
import dev.whence.graph.Graph;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever bytes a stranger sends as a model, the answer is a graph that can be shown, or a {@link WhenceException}. */
@Tag("fuzz")
class OnnxFuzzTest {
    static Stream<Arguments> seeds() {
        byte[] small = Models.model(Models.graph("y = Relu x").addInput(Models.value("x", 2)))
                .build()
                .toByteArray();
        return Stream.of(OnnxMutationTest.seed(), small).map(bytes -> Arguments.of((Object) bytes));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "60s")
    void anyBytes(byte[] content) {
        try {
            Graph graph = OnnxModel.read(content == null ? new byte[0] : content, null)
                    .graph();
            if (!graph.toText().startsWith("graph ")) {
                throw new AssertionError(graph.toText());
            }
        } catch (WhenceException expected) {
            // the answer to a bad file
        }
    }
}
