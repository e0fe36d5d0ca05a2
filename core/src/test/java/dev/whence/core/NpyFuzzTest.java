package dev.whence.core;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever bytes a stranger sends as npy, the answer is an array or a {@link WhenceException}. */
@Tag("fuzz")
class NpyFuzzTest {
    static Stream<Arguments> seeds() {
        NdArray small = NdArray.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2);
        byte[] fortran = NpyTest.file("{'descr': '>i4', 'fortran_order': True, 'shape': (2, 2)}", new byte[16]);
        return Stream.of(NpyTest.bytes(small, 1), NpyTest.bytes(small, 2), NpyTest.bytes(small, 3), fortran)
                .map(bytes -> Arguments.of((Object) bytes));
    }

    @MethodSource("seeds")
    @FuzzTest(maxDuration = "60s")
    void anyBytes(byte[] content) {
        try {
            NdArray array = Npy.parse(content == null ? new byte[0] : content, "fuzz.npy");
            if (array.size() != Arrays.stream(array.shape()).reduce(1, (a, b) -> a * b)) {
                throw new AssertionError(array.toString());
            }
        } catch (WhenceException expected) {
            // the answer to a bad file
        }
    }
}
