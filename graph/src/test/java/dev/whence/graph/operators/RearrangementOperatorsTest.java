package dev.whence.graph.operators;

import static dev.whence.graph.operators.OperatorCheck.random;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.NdArray;
import dev.whence.graph.Kind;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RearrangementOperatorsTest {
    @ParameterizedTest
    @ValueSource(strings = {"DCR", "CRD"})
    void blocksAndChannelsExchangeWithGradients(String mode) {
        OperatorCheck.of("DepthToSpace")
                .with("blocksize", 2)
                .with("mode", mode)
                .input(random(1, 2, 8, 2, 3))
                .gradientHolds();
        OperatorCheck.of("SpaceToDepth")
                .with("blocksize", 2)
                .with("mode", mode)
                .input(random(2, 2, 1, 4, 2))
                .gradientHolds();
    }

    @Test
    void blocksThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> OperatorCheck.of("DepthToSpace")
                        .with("blocksize", 2)
                        .input(random(1, 2, 6, 2, 3))
                        .run())
                .hasMessageContaining("does not divide into blocks of 2 by 2");
        assertThatThrownBy(() -> OperatorCheck.of("SpaceToDepth")
                        .with("blocksize", 0)
                        .input(random(1, 2, 6, 2, 3))
                        .run())
                .hasMessageContaining("does not divide");
    }

    @Test
    void sequencesTurnAroundUpToTheirLengths() {
        NdArray x = NdArray.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3);
        OperatorCheck.of("ReverseSequence")
                .with("batch_axis", 0)
                .with("time_axis", 1)
                .input(x)
                .constant(NdArray.of(new long[] {2, 3}, 2))
                .gradientHolds()
                .gives(0, 2, 1, 3, 6, 5, 4);
        OperatorCheck.of("ReverseSequence")
                .input(random(3, 4, 3, 2))
                .constant(NdArray.of(new long[] {0, 4, 3}, 3))
                .gradientHolds();
    }

    @Test
    void sampledImagesHaveGradients() {
        for (String mode : new String[] {"linear", "nearest", "cubic"}) {
            OperatorCheck.of("GridSample")
                    .with("mode", mode)
                    .input(random(4, 1, 2, 3, 4))
                    .constant(random(5, 1, 2, 2, 2))
                    .gradientHolds();
        }
        OperatorCheck.of("GridSample")
                .with("padding_mode", "border")
                .input(random(4, 1, 2, 3, 4, 2))
                .constant(random(5, 1, 2, 2, 1, 3))
                .gradientHolds();
        Assertions.assertThat(OperatorCheck.of("GridSample")
                        .input(random(4, 1, 2, 3, 4))
                        .input(random(5, 1, 2, 2, 2))
                        .kind())
                .isInstanceOf(Kind.Blocking.class);
    }

    @Test
    void affineGridsAreLinearInTheirMatrices() {
        OperatorCheck.of("AffineGrid")
                .input(random(6, 2, 2, 3))
                .constant(NdArray.of(new long[] {2, 1, 3, 2}, 4))
                .gradientHolds();
        OperatorCheck.of("AffineGrid")
                .with("align_corners", 1)
                .input(NdArray.of(new double[] {1, 0, 0, 0, 1, 0}, 1, 2, 3))
                .constant(NdArray.of(new long[] {1, 1, 2, 2}, 4))
                .gives(0, -1, -1, 1, -1, -1, 1, 1, 1);
        assertThatThrownBy(() -> OperatorCheck.of("AffineGrid")
                        .input(random(6, 2, 2, 3))
                        .constant(NdArray.of(new long[] {3, 1, 3, 2}, 4))
                        .run())
                .hasMessageContaining("do not fit");
    }
}
