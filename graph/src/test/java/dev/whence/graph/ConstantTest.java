package dev.whence.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConstantTest {

    @ParameterizedTest
    @EnumSource(NdArray.Type.class)
    void everyTypeComesBackAsItWas(NdArray.Type type) {
        NdArray array = switch (type) {
            case FLOAT32 -> NdArray.of(new float[] {1, -2.5f, Float.MIN_VALUE, Float.NaN}, 2, 2);
            case FLOAT64 -> NdArray.of(new double[] {1, -2.5, Double.MIN_VALUE, 1e300}, 4, 1);
            case FLOAT16, BFLOAT16 -> NdArray.ofHalves(type, new float[] {1, -2.5f, 0.125f, 0}, 4);
            case BOOL -> NdArray.ofIntegers(type, new long[] {0, 1, 1, 0}, 2, 2);
            case UINT8 -> NdArray.ofIntegers(type, new long[] {0, 1, 255, 7}, 2, 2);
            case UINT16 -> NdArray.ofIntegers(type, new long[] {0, 1, 65_535, 7}, 2, 2);
            case UINT32 -> NdArray.ofIntegers(type, new long[] {0, 1, 4_294_967_295L, 7}, 2, 2);
            default -> NdArray.ofIntegers(type, new long[] {0, 1, -128, 127}, 2, 2);
        };
        Constant constant = Constant.of(array);
        assertThat(constant.toNdArray()).isEqualTo(array);
        assertThat(constant.type()).isEqualTo(type);
        assertThat(constant).isEqualTo(Constant.of(array));
    }

    @Test
    void bfloat16RoundsToNearestEven() {
        float half = Float.intBitsToFloat(0x3f808000);
        float above = Float.intBitsToFloat(0x3f808001);
        Constant constant = Constant.of(NdArray.ofHalves(NdArray.Type.BFLOAT16, new float[] {half, above}, 2));
        assertThat(constant.toNdArray().toFloats()).containsExactly(1f, Float.intBitsToFloat(0x3f810000));
    }

    @Test
    void theBytesMustBeAsManyAsTheShapeNeeds() {
        assertThatThrownBy(() -> Constant.of(ElementType.FLOAT32, MemorySegment.ofArray(new byte[7]), 2))
                .isInstanceOf(WhenceException.class)
                .hasMessage("a tensor of float32[2] takes 8 bytes, but 7 are given");
        assertThatThrownBy(() -> Constant.of(
                        ElementType.FLOAT32, MemorySegment.ofArray(new byte[8]), Long.MAX_VALUE, Long.MAX_VALUE))
                .isInstanceOf(WhenceException.class)
                .hasMessageContaining("cannot exist");
        assertThatThrownBy(() -> Constant.of(ElementType.COMPLEX64, MemorySegment.ofArray(new byte[1]), 1))
                .isInstanceOf(WhenceException.class)
                .hasMessage("tensors of type complex64 are not supported");
    }

    @Test
    void stringsAreNotNumbers() {
        Constant constant = Constant.ofTexts(List.of("a", "b"), 2);
        assertThat(constant.isText()).isTrue();
        assertThat(constant.texts()).containsExactly("a", "b");
        assertThatThrownBy(constant::toNdArray)
                .isInstanceOf(WhenceException.class)
                .hasMessage("a constant holds strings where numbers are expected: string[2]");
    }
}
