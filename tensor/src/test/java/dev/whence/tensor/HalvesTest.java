package dev.whence.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** All 65,536 patterns of both 16-bit floats; the engine's conversions are the oracle. */
class HalvesTest {
    private static final int PATTERNS = 1 << 16;

    private static Tensor every(NdArray.Type type) {
        short[] bits = new short[PATTERNS];
        for (int i = 0; i < PATTERNS; i++) {
            bits[i] = (short) i;
        }
        return Tensor.ofBytes(type, MemorySegment.ofArray(bits), PATTERNS);
    }

    private static float widen(NdArray.Type type, int pattern) {
        return type == NdArray.Type.FLOAT16
                ? Float.float16ToFloat((short) pattern)
                : Halves.fromBfloat16((short) pattern);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT16", "BFLOAT16"})
    void everyPatternWidensAsInTheEngine(NdArray.Type type) {
        try (TensorScope _ = TensorScope.open()) {
            Tensor halves = every(type);
            float[] byEngine = halves.to(NdArray.Type.FLOAT32).toNdArray().toFloats();
            float[] copiedOut = halves.toNdArray().toFloats();
            for (int i = 0; i < PATTERNS; i++) {
                assertSame(i, widen(type, i), byEngine[i]);
                assertSame(i, copiedOut[i], byEngine[i]);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT16", "BFLOAT16"})
    void everyPatternSurvivesTheWayOutAndIn(NdArray.Type type) {
        try (TensorScope _ = TensorScope.open()) {
            NdArray out = every(type).toNdArray();
            assertThat(out.type()).isEqualTo(type);
            assertThat(Tensor.of(out).toNdArray()).isEqualTo(out);
        }
    }

    /** Each bfloat16, the points halfway to the next one, and their neighbours. */
    @Test
    void floatsRoundToBfloat16AsInTheEngine() {
        float[] floats = new float[4 * PATTERNS];
        for (int i = 0; i < PATTERNS; i++) {
            int bits = i << 16;
            floats[4 * i] = Float.intBitsToFloat(bits);
            floats[4 * i + 1] = Float.intBitsToFloat(bits | 0x7FFF);
            floats[4 * i + 2] = Float.intBitsToFloat(bits | 0x8000);
            floats[4 * i + 3] = Float.intBitsToFloat(bits | 0x8001);
        }
        try (TensorScope _ = TensorScope.open()) {
            float[] byEngine = Tensor.of(NdArray.of(floats, floats.length))
                    .to(NdArray.Type.BFLOAT16)
                    .toNdArray()
                    .toFloats();
            for (int i = 0; i < floats.length; i++) {
                assertSame(i, Halves.fromBfloat16(Halves.toBfloat16(floats[i])), byEngine[i]);
            }
        }
    }

    private static void assertSame(int pattern, float found, float wanted) {
        boolean same = Float.isNaN(wanted)
                ? Float.isNaN(found)
                : Float.floatToRawIntBits(found) == Float.floatToRawIntBits(wanted);
        assertThat(same).as("%x: %s and %s", pattern, found, wanted).isTrue();
    }
}
