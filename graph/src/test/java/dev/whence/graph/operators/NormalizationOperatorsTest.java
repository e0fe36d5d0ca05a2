package dev.whence.graph.operators;

import static dev.whence.graph.operators.OperatorCheck.random;
import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import dev.whence.graph.Kind;
import org.junit.jupiter.api.Test;

class NormalizationOperatorsTest {

    @Test
    void batchNormalizationIsAScaling() {
        OperatorCheck norm = OperatorCheck.of("BatchNormalization")
                .input(random(1, 2, 3, 4))
                .constant(random(2, 3))
                .constant(random(3, 3))
                .constant(random(4, 3))
                .constant(NdArray.of(new double[] {1, 2, 3}, 3));
        norm.gradientHolds();
        assertThat(norm.kind()).isInstanceOf(Kind.Scaling.class);
    }

    @Test
    void layerNormalizationHolds() {
        OperatorCheck norm = OperatorCheck.of("LayerNormalization")
                .with("axis", 1)
                .outputs(3)
                .input(random(1, 2, 3, 4))
                .input(random(2, 3, 4))
                .input(random(3, 4));
        norm.gradientHolds().expansionHolds();
        OperatorCheck.of("LayerNormalization")
                .input(random(1, 2, 3, 4))
                .constant(random(2, 4))
                .gradientHolds()
                .expansionHolds();
    }

    @Test
    void normalizationOfChannelsAndGroupsHolds() {
        NdArray x = random(1, 2, 4, 3, 2);
        OperatorCheck.of("InstanceNormalization")
                .input(x)
                .input(random(2, 4))
                .input(random(3, 4))
                .gradientHolds()
                .expansionHolds();
        OperatorCheck.of("GroupNormalization")
                .with("num_groups", 2)
                .input(x)
                .input(random(2, 4))
                .input(random(3, 4))
                .gradientHolds()
                .expansionHolds();
        OperatorCheck.of("GroupNormalization")
                .opset(18)
                .with("num_groups", 2)
                .input(x)
                .input(random(2, 2))
                .input(random(3, 2))
                .gradientHolds()
                .expansionHolds();
        OperatorCheck.of("RMSNormalization")
                .opset(23)
                .with("axis", 2)
                .input(x)
                .input(random(2, 3, 2))
                .gradientHolds()
                .expansionHolds();
    }

    @Test
    void normalizationByNeighboursNormOrDeviationHolds() {
        NdArray x = random(1, 2, 5, 2, 2);
        OperatorCheck.of("LRN").with("size", 4).with("alpha", 0.3).input(x).gradientHolds();
        OperatorCheck.of("LpNormalization").input(x).gradientHolds();
        OperatorCheck.of("LpNormalization")
                .with("p", 1)
                .with("axis", 1)
                .input(x)
                .gradientHolds();
        OperatorCheck.of("MeanVarianceNormalization").input(x).gradientHolds();
    }
}
