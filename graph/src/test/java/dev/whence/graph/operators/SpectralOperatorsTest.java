package dev.whence.graph.operators;

import static dev.whence.graph.operators.OperatorCheck.random;
import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import org.junit.jupiter.api.Test;

class SpectralOperatorsTest {

    @Test
    void transformsAreLinear() {
        OperatorCheck.of("DFT").opset(20).input(random(1, 2, 5, 1)).gradientHolds();
        OperatorCheck.of("DFT")
                .opset(20)
                .with("inverse", 1)
                .with("onesided", 1)
                .input(random(1, 2, 5, 3, 2))
                .constant(NdArray.of(new long[] {4}))
                .constant(NdArray.of(new long[] {1}))
                .gradientHolds();
        OperatorCheck.of("DFT")
                .opset(17)
                .input(random(1, 2, 3, 2))
                .constant(NdArray.of(new long[] {6}))
                .gradientHolds();
    }

    @Test
    void theTransformOfAConstantIsItsSum() {
        OperatorCheck.of("DFT")
                .opset(20)
                .input(NdArray.of(new double[] {1, 1, 1, 1}, 1, 4, 1))
                .gives(0, 4, 0, 0, 0, 0, 0, 0, 0);
    }

    @Test
    void framesAreTransformedOneByOne() {
        OperatorCheck stft = OperatorCheck.of("STFT")
                .opset(17)
                .input(random(1, 2, 9, 1))
                .constant(NdArray.of(new long[] {2}))
                .constant(random(2, 4));
        assertThat(stft.run().getFirst().shape()).containsExactly(2, 3, 3, 2);
        stft.gradientHolds();
    }

    @Test
    void melBandsAreTriangles() {
        NdArray weights = OperatorCheck.of("MelWeightMatrix")
                .constant(NdArray.of(new long[] {2}))
                .constant(NdArray.of(new long[] {16}))
                .constant(NdArray.of(new long[] {8192}))
                .constant(NdArray.of(new double[] {0}))
                .constant(NdArray.of(new double[] {4096}))
                .run()
                .getFirst();
        assertThat(weights.shape()).containsExactly(9, 2);
        // By the mel scale the edges lie in bins 0, 0, 2 and 4.
        assertThat(weights.toDoubles()).startsWith(1, 0, 0.5, 0.5, 0, 1, 0, 0.5);
    }
}
