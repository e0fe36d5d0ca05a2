package dev.whence.graph.operators;

import static dev.whence.graph.operators.OperatorCheck.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.NdArray;
import dev.whence.graph.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

class LinearModelOperatorsTest {
    private static final String DOMAIN = LinearModelOperators.DOMAIN;

    private static OperatorCheck check(String operator) {
        return OperatorCheck.of(DOMAIN, operator).opset(3);
    }

    @Test
    void scalersShiftThenScale() {
        OperatorCheck scaler = check("Scaler")
                .with("offset", new double[] {1, 2})
                .with("scale", new double[] {-2, 0.5})
                .input(NdArray.of(new double[] {3, 4}, 1, 2));
        scaler.gives(0, -4, 1);
        scaler.gradientHolds();
        assertThat(scaler.kind()).isInstanceOf(Kind.Scaling.class);
    }

    @Test
    void normalizersDivideByTheSizeOfARow() {
        NdArray x = NdArray.of(new double[] {3, -4, 0, 0}, 2, 2);
        check("Normalizer").with("norm", "L2").input(x).gives(0, 0.6, -0.8, 0, 0);
        check("Normalizer").with("norm", "L1").input(x).gives(0, 3.0 / 7, -4.0 / 7, 0, 0);
        check("Normalizer").with("norm", "L2").input(random(1, 2, 3)).gradientHolds();
        assertThatThrownBy(() -> check("Normalizer").with("norm", "L3").input(x).run())
                .hasMessageContaining("norm 'L3'");
    }

    @Test
    void linearModelsAreWeightedSums() {
        OperatorCheck regressor = check("LinearRegressor")
                .with("coefficients", new double[] {1, 2, 3, 4})
                .with("intercepts", new double[] {0, 10})
                .with("targets", 2)
                .input(NdArray.of(new double[] {1, -1}, 1, 2));
        regressor.gives(0, -1, 9);
        regressor.gradientHolds();
        OperatorCheck classifier = check("LinearClassifier")
                .with("coefficients", new double[] {1, 0, 0, 1})
                .with("intercepts", new double[] {0, 0})
                .with("classlabels_ints", new long[] {7, 8})
                .with("post_transform", "SOFTMAX")
                .outputs(2)
                .input(NdArray.of(new double[] {1, 3, 2, 0}, 2, 2));
        classifier.gives(0, 8, 7);
        assertThatThrownBy(() -> check("LinearClassifier")
                        .with("coefficients", new double[] {1, 0})
                        .with("intercepts", new double[] {0})
                        .with("classlabels_ints", new long[] {7, 8})
                        .outputs(2)
                        .input(random(1, 1, 2))
                        .run())
                .hasMessageContaining("1 scores for 2 classes");
    }

    @Test
    void extractedColumnsCarryTheirGradient() {
        check("ArrayFeatureExtractor")
                .input(random(2, 2, 3))
                .constant(NdArray.of(new long[] {2, 0}, 2))
                .gradientHolds();
    }

    @Test
    void labelsAreLookedUp() {
        check("LabelEncoder")
                .with("keys_int64s", new long[] {3, 4})
                .with("values_floats", new double[] {0.5, 1.5})
                .with("default_float", -1.0)
                .constant(NdArray.of(new long[] {4, 3, 5}, 3))
                .gives(0, 1.5, 0.5, -1);
        assertThatThrownBy(() -> check("LabelEncoder")
                        .with("keys_floats", new double[] {3})
                        .with("values_int64s", new long[] {1})
                        .input(random(3, 1))
                        .kind())
                .hasMessageContaining("carry no share");
    }

    /** x0 <= 1 ? (x1 <= 2 ? 10 : 20) : 30, plus a single leaf of 5. */
    @Test
    void numberedTreesAddUp() {
        OperatorCheck trees = check("TreeEnsembleRegressor")
                .with("nodes_treeids", new long[] {0, 0, 0, 0, 0, 1})
                .with("nodes_nodeids", new long[] {0, 1, 2, 3, 4, 0})
                .with("nodes_featureids", new long[] {0, 1, 0, 0, 0, 0})
                .with("nodes_values", new double[] {1, 2, 0, 0, 0, 0})
                .with("nodes_modes", List.of("BRANCH_LEQ", "BRANCH_LEQ", "LEAF", "LEAF", "LEAF", "LEAF"))
                .with("nodes_truenodeids", new long[] {1, 3, 0, 0, 0, 0})
                .with("nodes_falsenodeids", new long[] {2, 4, 0, 0, 0, 0})
                .with("target_treeids", new long[] {1, 0, 0, 0})
                .with("target_nodeids", new long[] {0, 2, 3, 4})
                .with("target_ids", new long[] {0, 0, 0, 0})
                .with("target_weights", new double[] {5, 30, 10, 20})
                .with("base_values", new double[] {0.5})
                .input(NdArray.of(new double[] {0, 0, 0, 9, 2, 0, Double.NaN, 0}, 4, 2));
        trees.gives(0, 15.5, 25.5, 35.5, 35.5);
        assertThat(trees.kind()).isInstanceOf(Kind.Blocking.class);
    }

    @Test
    void treesThatRunInACircleAreRefused() {
        assertThatThrownBy(() -> check("TreeEnsembleRegressor")
                        .with("nodes_treeids", new long[] {0})
                        .with("nodes_nodeids", new long[] {0})
                        .with("nodes_featureids", new long[] {0})
                        .with("nodes_values", new double[] {1})
                        .with("nodes_modes", List.of("BRANCH_LEQ"))
                        .with("nodes_truenodeids", new long[] {0})
                        .with("nodes_falsenodeids", new long[] {0})
                        .with("target_treeids", new long[] {0})
                        .with("target_nodeids", new long[] {0})
                        .with("target_ids", new long[] {0})
                        .with("target_weights", new double[] {5})
                        .input(random(1, 1, 1))
                        .run())
                .hasMessageContaining("runs in a circle");
    }
}
