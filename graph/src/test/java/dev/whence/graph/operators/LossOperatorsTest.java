package dev.whence.graph.operators;

import static dev.whence.graph.operators.OperatorCheck.random;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.NdArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LossOperatorsTest {
    private static final NdArray CLASSES = NdArray.of(new long[] {0, 2, 1, 2, 0, 1}, 2, 3);

    @ParameterizedTest
    @ValueSource(strings = {"none", "sum", "mean"})
    void gradientsHold(String reduction) {
        NdArray weights = NdArray.of(new double[] {0.5, 1, 2}, 3);
        OperatorCheck.of("NegativeLogLikelihoodLoss")
                .with("reduction", reduction)
                .with("ignore_index", 1)
                .input(random(1, 2, 3, 3))
                .constant(CLASSES)
                .constant(weights)
                .gradientHolds()
                .expansionHolds();
        OperatorCheck.of("SoftmaxCrossEntropyLoss")
                .with("reduction", reduction)
                .outputs(2)
                .input(random(1, 2, 3, 3))
                .constant(CLASSES)
                .constant(weights)
                .gradientHolds();
    }

    @Test
    void aClassOutsideIsRefused() {
        assertThatThrownBy(() -> OperatorCheck.of("NegativeLogLikelihoodLoss")
                        .input(random(1, 1, 2))
                        .constant(NdArray.of(new long[] {2}, 1))
                        .run())
                .hasMessageContaining("class 2 lies outside 2 classes");
    }
}
