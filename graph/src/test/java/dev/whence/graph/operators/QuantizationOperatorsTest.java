package dev.whence.graph.operators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.NdArray;
import dev.whence.graph.Kind;
import org.junit.jupiter.api.Test;

class QuantizationOperatorsTest {
    private static final NdArray X = NdArray.of(new double[] {-1, 0.24, 0.25, 0.26, 3, 100}, 2, 3);

    private static NdArray scale(double... values) {
        return values.length == 1 ? NdArray.of(values) : NdArray.of(values, values.length);
    }

    @Test
    void quantisesAndComesBack() {
        OperatorCheck.of("QuantizeLinear")
                .constant(X)
                .constant(scale(0.5))
                .constant(NdArray.ofIntegers(NdArray.Type.INT8, new long[] {10}))
                .gives(0, 8, 10, 10, 11, 16, 127);
        OperatorCheck.of("QuantizeLinear")
                .with("axis", 0)
                .constant(X)
                .constant(scale(0.5, 1))
                .gives(0, 0, 0, 0, 0, 3, 100);
        OperatorCheck.of("DequantizeLinear")
                .with("axis", 0)
                .constant(NdArray.ofIntegers(NdArray.Type.INT8, new long[] {1, 2, 3, 4}, 2, 2))
                .constant(scale(0.5, 2))
                .constant(NdArray.ofIntegers(NdArray.Type.INT8, new long[] {1, 0}, 2))
                .gives(0, 0, 0.5, 6, 8);
    }

    @Test
    void blocksShareTheirScale() {
        OperatorCheck.of("DequantizeLinear")
                .with("axis", 1)
                .with("block_size", 2)
                .constant(NdArray.ofIntegers(NdArray.Type.INT8, new long[] {1, 2, 3}, 1, 3))
                .constant(NdArray.of(new double[] {10, 100}, 1, 2))
                .gives(0, 10, 20, 300);
        assertThatThrownBy(() -> OperatorCheck.of("DequantizeLinear")
                        .with("axis", 1)
                        .with("block_size", 1)
                        .constant(NdArray.ofIntegers(NdArray.Type.INT8, new long[] {1, 2, 3}, 1, 3))
                        .constant(NdArray.of(new double[] {10, 100}, 1, 2))
                        .run())
                .hasMessageContaining("blocks of 1");
    }

    @Test
    void dequantisingIsAScaling() {
        assertThat(OperatorCheck.of("DequantizeLinear")
                        .input(X)
                        .constant(scale(0.5))
                        .kind())
                .isInstanceOf(Kind.Scaling.class);
        OperatorCheck.of("DequantizeLinear").input(X).constant(scale(0.5)).gradientHolds();
    }

    @Test
    void theSecantOfAQuantisationReachesTheQuantisedValue() {
        Kind kind =
                OperatorCheck.of("QuantizeLinear").input(X).constant(scale(0.5)).kind();
        assertThat(kind)
                .isInstanceOfSatisfying(
                        Kind.Elementwise.class, e -> assertThat(e.secant()).isNotNull());
    }

    @Test
    void dynamicRangeCoversZero() {
        var out = OperatorCheck.of("DynamicQuantizeLinear")
                .outputs(3)
                .constant(NdArray.of(new float[] {2, 4, 5.1f}, 3))
                .run();
        assertThat(out.get(0).type()).isEqualTo(NdArray.Type.UINT8);
        assertThat(out.get(0).toLongs()).containsExactly(100, 200, 255);
        assertThat(out.get(2).toLongs()).containsExactly(0);
        assertThat(OperatorCheck.of("DynamicQuantizeLinear")
                        .outputs(3)
                        .constant(NdArray.of(new float[] {0, 0}, 2))
                        .run()
                        .getFirst()
                        .toLongs())
                .containsOnly(0);
    }

    @Test
    void integerProductsTakeZeroPointsOff() {
        NdArray a = NdArray.ofIntegers(NdArray.Type.INT8, new long[] {11, 12, 13, 14}, 2, 2);
        NdArray b = NdArray.ofIntegers(NdArray.Type.INT8, new long[] {1, 0, 0, 1}, 2, 2);
        OperatorCheck.of("MatMulInteger")
                .constant(a)
                .constant(b)
                .constant(NdArray.ofIntegers(NdArray.Type.INT8, new long[] {10, 13}, 2))
                .gives(0, 1, 2, 0, 1);
        OperatorCheck.of("ConvInteger")
                .constant(NdArray.ofIntegers(NdArray.Type.INT8, new long[] {1, 2, 3, 4}, 1, 1, 2, 2))
                .constant(NdArray.ofIntegers(NdArray.Type.INT8, new long[] {1, 1, 1, 1}, 1, 1, 2, 2))
                .constant(NdArray.ofIntegers(NdArray.Type.INT8, new long[] {1}))
                .with("pads", new long[] {0, 0, 1, 1})
                .gives(0, 6, 4, 5, 3);
    }

    @Test
    void quantisedConvolutionEqualsTheRealOne() {
        // x = [1, 2, 3, 4] / 2, w = 1 / 4 each, bias 8 / 8, y in steps of 1 / 4.
        OperatorCheck.of("QLinearConv")
                .constant(NdArray.ofIntegers(NdArray.Type.INT8, new long[] {1, 2, 3, 4}, 1, 1, 2, 2))
                .constant(scale(0.5))
                .constant(NdArray.ofIntegers(NdArray.Type.INT8, new long[] {0}))
                .constant(NdArray.ofIntegers(NdArray.Type.INT8, new long[] {1, 1, 1, 1}, 1, 1, 2, 2))
                .constant(scale(0.25))
                .constant(NdArray.ofIntegers(NdArray.Type.INT8, new long[] {0}))
                .constant(scale(0.25))
                .constant(NdArray.ofIntegers(NdArray.Type.INT8, new long[] {-3}))
                .constant(NdArray.ofIntegers(NdArray.Type.INT32, new long[] {8}, 1))
                .gives(0, 6);
    }

    @Test
    void scalesOfTheWrongNumberAreRefused() {
        assertThatThrownBy(() -> OperatorCheck.of("QuantizeLinear")
                        .constant(X)
                        .constant(scale(1, 2))
                        .run())
                .hasMessageContaining("needs 3 scales");
    }
}
