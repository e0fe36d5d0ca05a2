package dev.whence.graph.operators;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import dev.whence.graph.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ElementwiseOperatorsTest {
    /** On both sides of 0 and of the bends at 0.5, 1, 2.5 and 3, none of them hit. */
    private static final NdArray ANYWHERE = NdArray.of(
            new double[] {-4.1, -2.8, -1.3, -0.7, -0.2, -0.04, 0.06, 0.3, 0.8, 1.7, 2.6, 2.9, 3.3, 5.2}, 2, 7);

    private static final NdArray POSITIVE = NdArray.of(new double[] {0.03, 0.4, 0.9, 1.1, 2.7, 8}, 6);
    private static final NdArray INSIDE_ONE = NdArray.of(new double[] {-0.93, -0.5, -0.01, 0.2, 0.7, 0.95}, 6);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Exp",
                "Neg",
                "Abs",
                "Erf",
                "Reciprocal",
                "Sin",
                "Cos",
                "Tan",
                "Atan",
                "Sinh",
                "Cosh",
                "Asinh",
                "Relu",
                "Sigmoid",
                "Tanh",
                "LeakyRelu",
                "Elu",
                "Selu",
                "Celu",
                "Gelu",
                "HardSigmoid",
                "HardSwish",
                "Swish",
                "Mish",
                "Softplus",
                "Softsign",
                "ThresholdedRelu",
                "Shrink"
            })
    void gradientsHoldEverywhere(String operator) {
        OperatorCheck.of(operator).opset(24).input(ANYWHERE).gradientHolds();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Log", "Sqrt", "Reciprocal"})
    void gradientsHoldForPositiveNumbers(String operator) {
        OperatorCheck.of(operator).input(POSITIVE).gradientHolds();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Asin", "Acos", "Atanh"})
    void gradientsHoldBetweenMinusOneAndOne(String operator) {
        OperatorCheck.of(operator).input(INSIDE_ONE).gradientHolds();
    }

    @Test
    void gradientsHoldWithAttributes() {
        OperatorCheck.of("Acosh")
                .input(NdArray.of(new double[] {1.01, 1.5, 4}, 3))
                .gradientHolds();
        OperatorCheck.of("LeakyRelu").with("alpha", 0.3).input(ANYWHERE).gradientHolds();
        OperatorCheck.of("Elu").with("alpha", 0.7).input(ANYWHERE).gradientHolds();
        OperatorCheck.of("Celu").with("alpha", 1.6).input(ANYWHERE).gradientHolds();
        OperatorCheck.of("Selu")
                .with("alpha", 1.2)
                .with("gamma", 0.8)
                .input(ANYWHERE)
                .gradientHolds();
        OperatorCheck.of("Gelu").with("approximate", "tanh").input(ANYWHERE).gradientHolds();
        OperatorCheck.of("HardSigmoid")
                .with("alpha", 0.4)
                .with("beta", 0.3)
                .input(ANYWHERE)
                .gradientHolds();
        OperatorCheck.of("Swish").opset(24).with("alpha", 1.7).input(ANYWHERE).gradientHolds();
        OperatorCheck.of("Shrink")
                .with("lambd", 1.0)
                .with("bias", 0.2)
                .input(ANYWHERE)
                .gradientHolds();
        OperatorCheck.of("ThresholdedRelu").with("alpha", 2.0).input(ANYWHERE).gradientHolds();
    }

    @Test
    void preluLearnsFromItsSlopeToo() {
        NdArray slope = OperatorCheck.random(3, 7);
        OperatorCheck.of("PRelu").input(ANYWHERE).constant(slope).gradientHolds();
        OperatorCheck.of("PRelu").input(ANYWHERE).input(slope).gradientHolds().expansionHolds();
    }

    @Test
    void contributedActivationsHaveGradients() {
        NdArray bias = OperatorCheck.random(4, 7);
        OperatorCheck.of("com.microsoft", "Gelu").input(ANYWHERE).gradientHolds();
        OperatorCheck.of("com.microsoft", "QuickGelu").input(ANYWHERE).gradientHolds();
        OperatorCheck.of("com.microsoft", "FastGelu").input(ANYWHERE).gradientHolds();
        OperatorCheck.of("com.microsoft", "FastGelu")
                .input(ANYWHERE)
                .input(bias)
                .gradientHolds();
        OperatorCheck.of("com.microsoft", "BiasGelu")
                .input(ANYWHERE)
                .input(bias)
                .gradientHolds();
    }

    @Test
    void softplusStaysExactForLargeNumbers() {
        double[] x = {-800, -40, 0, 25, 800};
        double[] y = OperatorCheck.of("Softplus")
                .input(NdArray.of(x, 5))
                .run()
                .getFirst()
                .toDoubles();
        assertThat(y[0]).isZero();
        assertThat(y[1]).isEqualTo(Math.exp(-40));
        assertThat(y[3]).isEqualTo(25 + Math.log1p(Math.exp(-25)));
        assertThat(y[4]).isEqualTo(800);
    }

    @Test
    void geluRefusesAnUnknownForm() {
        assertThatThrownBy(() -> OperatorCheck.of("Gelu")
                        .with("approximate", "cubic")
                        .input(ANYWHERE)
                        .run())
                .isInstanceOf(WhenceException.class)
                .hasMessageContaining("\"cubic\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Floor", "Ceil", "Round", "Sign", "IsNaN", "IsInf", "Hardmax"})
    void stepsCarryNothing(String operator) {
        assertThat(OperatorCheck.of(operator).input(ANYWHERE).kind()).isInstanceOf(Kind.Blocking.class);
    }

    @Test
    void roundTakesHalvesToEven() {
        OperatorCheck.of("Round")
                .input(NdArray.of(new double[] {0.5, 1.5, 2.5, -0.5, -2.7}, 5))
                .gives(0, 0, 2, 2, -0.0, -3);
    }
}
