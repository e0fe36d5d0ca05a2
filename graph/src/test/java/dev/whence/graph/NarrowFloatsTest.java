package dev.whence.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NarrowFloatsTest {
    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"FLOAT8E4M3FN", "FLOAT8E4M3FNUZ", "FLOAT8E5M2", "FLOAT8E5M2FNUZ", "FLOAT4E2M1", "FLOAT8E8M0"})
    void everyPatternComesBack(ElementType type) {
        NarrowFloats format = NarrowFloats.of(type);
        for (int pattern = 0; pattern < 1 << type.bits(); pattern++) {
            double value = format.decode(pattern);
            if (!Double.isNaN(value)) {
                assertThat(format.encode(value)).as("%s %x", type, pattern).isEqualTo(pattern);
                assertThat(format.round(value, false)).isEqualTo(value);
            } else {
                assertThat(format.decode(format.encode(value))).isNaN();
            }
        }
    }

    @Test
    void theNearestNumberIsTaken() {
        Random random = new Random(4);
        for (ElementType type : new ElementType[] {ElementType.FLOAT8E4M3FN, ElementType.FLOAT8E5M2FNUZ}) {
            NarrowFloats format = NarrowFloats.of(type);
            for (int trial = 0; trial < 500; trial++) {
                double x = random.nextGaussian() * Math.scalb(1.0, random.nextInt(12) - 8);
                double rounded = format.round(x, true);
                for (int pattern = 0; pattern < 256; pattern++) {
                    double other = format.decode(pattern);
                    if (Double.isFinite(other)) {
                        assertThat(Math.abs(x - rounded)).isLessThanOrEqualTo(Math.abs(x - other));
                    }
                }
            }
        }
    }

    @Test
    void largestNumbersAreThoseOfTheFormats() {
        assertThat(NarrowFloats.of(ElementType.FLOAT8E4M3FN).largest()).isEqualTo(448);
        assertThat(NarrowFloats.of(ElementType.FLOAT8E4M3FNUZ).largest()).isEqualTo(240);
        assertThat(NarrowFloats.of(ElementType.FLOAT8E5M2).largest()).isEqualTo(57_344);
        assertThat(NarrowFloats.of(ElementType.FLOAT8E5M2FNUZ).largest()).isEqualTo(57_344);
        assertThat(NarrowFloats.of(ElementType.FLOAT4E2M1).largest()).isEqualTo(6);
    }

    @Test
    void whatIsTooLargeSaturatesOrNot() {
        NarrowFloats fn = NarrowFloats.of(ElementType.FLOAT8E4M3FN);
        assertThat(fn.round(1e6, true)).isEqualTo(448);
        assertThat(fn.round(Double.NEGATIVE_INFINITY, true)).isEqualTo(-448);
        assertThat(fn.round(1e6, false)).isNaN();
        assertThat(fn.round(460, false)).isEqualTo(448);
        NarrowFloats wide = NarrowFloats.of(ElementType.FLOAT8E5M2);
        assertThat(wide.round(-1e6, false)).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(wide.round(Double.NaN, true)).isNaN();
        assertThat(NarrowFloats.of(ElementType.FLOAT8E5M2FNUZ).round(-1e-12, true))
                .isEqualTo(0.0);
    }

    @Test
    void otherTypesAreNotNarrow() {
        assertThat(NarrowFloats.isNarrow(ElementType.FLOAT16)).isFalse();
        assertThatThrownBy(() -> NarrowFloats.of(ElementType.FLOAT16)).isInstanceOf(IllegalArgumentException.class);
    }
}
