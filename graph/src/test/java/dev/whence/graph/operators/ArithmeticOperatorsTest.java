package dev.whence.graph.operators;

import static dev.whence.graph.operators.OperatorCheck.distinct;
import static dev.whence.graph.operators.OperatorCheck.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.NdArray;
import dev.whence.graph.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArithmeticOperatorsTest {
    private static final NdArray POSITIVE = NdArray.of(new double[] {0.3, 0.8, 1.4, 2.2, 0.6, 3.1}, 2, 3);

    @ParameterizedTest
    @ValueSource(strings = {"Add", "Sub", "Mul", "Max", "Min", "Sum", "Mean"})
    void gradientsHoldOverBroadcastAxes(String operator) {
        NdArray a = distinct(1, 2, 3, 4);
        NdArray b = random(2, 3, 1);
        OperatorCheck.of(operator).input(a).input(b).gradientHolds();
        OperatorCheck.of(operator).constant(b).input(a).gradientHolds();
        OperatorCheck.of(operator).input(b).constant(a).gradientHolds();
    }

    @Test
    void quotientsHaveTheirGradients() {
        OperatorCheck.of("Div").input(random(1, 4, 2, 3)).input(POSITIVE).gradientHolds();
        OperatorCheck.of("Div").input(random(1, 2, 1)).constant(POSITIVE).gradientHolds();
        OperatorCheck.of("Div").constant(random(1, 3)).input(POSITIVE).gradientHolds();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Max", "Min", "Sum", "Mean"})
    void variadicGradientsHold(String operator) {
        OperatorCheck check = OperatorCheck.of(operator)
                .input(random(1, 2, 3))
                .input(random(2, 3))
                .input(random(3, 2, 1))
                .gradientHolds();
        if (operator.startsWith("M") && !operator.equals("Mean")) {
            check.expansionHolds();
        }
        OperatorCheck.of(operator).input(random(4, 3)).gradientHolds();
    }

    @Test
    void aMaximumWithAConstantInFrontIsAFunctionOfTheOther() {
        NdArray zero = NdArray.of(new double[] {0}, 1);
        OperatorCheck.of("Max").constant(zero).input(random(1, 4)).expansionHolds();
        assertThat(OperatorCheck.of("Max").input(random(1, 4)).constant(zero).kind())
                .isInstanceOf(Kind.Elementwise.class);
        assertThat(OperatorCheck.of("Max").input(random(1, 4)).input(zero).kind())
                .isInstanceOf(Kind.TwoPlayer.class);
    }

    @ParameterizedTest
    @ValueSource(doubles = {2, 3, 0.5, -0.5, -1, 1, 0, 2.7})
    void powersHaveTheirGradients(double exponent) {
        OperatorCheck.of("Pow")
                .input(POSITIVE)
                .constant(NdArray.of(new double[] {exponent}, 1))
                .gradientHolds();
    }

    @Test
    void powersWithActiveExponentsHaveTheirGradients() {
        OperatorCheck.of("Pow").input(POSITIVE).input(random(1, 3)).gradientHolds();
        OperatorCheck.of("Pow")
                .constant(POSITIVE)
                .input(random(1, 2, 3))
                .gradientHolds()
                .expansionHolds();
    }

    @Test
    void functionsWithLargerConstantsStretchTheirInput() {
        NdArray x = NdArray.of(new double[] {0.5, 1.5, 2.5}, 3);
        for (String operator : new String[] {"Pow", "Max", "Min"}) {
            OperatorCheck.of(operator)
                    .input(x)
                    .constant(POSITIVE)
                    .gradientHolds()
                    .expansionHolds();
        }
    }

    @Test
    void squareOfANegativeNumberHasAGradient() {
        OperatorCheck.of("Pow")
                .input(random(5, 6))
                .constant(NdArray.of(new double[] {2}))
                .gradientHolds();
    }

    @Test
    void integersAreDividedTowardsZeroExactly() {
        long big = (1L << 62) + 3;
        NdArray y = OperatorCheck.of("Div")
                .constant(NdArray.of(new long[] {-7, 7, big}, 3))
                .constant(NdArray.of(new long[] {2, -2, 1}, 3))
                .run()
                .getFirst();
        assertThat(y.toLongs()).containsExactly(-3, -3, big);
    }

    @Test
    void remaindersFollowDivisorOrDividend() {
        NdArray a = NdArray.of(new long[] {-7, 7}, 2);
        NdArray b = NdArray.of(new long[] {3, -3}, 2);
        OperatorCheck.of("Mod").constant(a).constant(b).gives(0, 2, -2);
        OperatorCheck.of("Mod").with("fmod", 1).constant(a).constant(b).gives(0, -1, 1);
        assertThatThrownBy(() -> OperatorCheck.of("Mod")
                        .constant(POSITIVE)
                        .constant(POSITIVE)
                        .run())
                .hasMessageContaining("fmod");
        OperatorCheck.of("Mod")
                .with("fmod", 1)
                .input(POSITIVE)
                .constant(NdArray.of(new double[] {0.75}, 1))
                .gradientHolds();
    }

    @Test
    void clipHasGradientsInEveryForm() {
        NdArray x = distinct(7, 3, 4);
        NdArray low = NdArray.of(new double[] {-0.21});
        NdArray high = NdArray.of(new double[] {0.34});
        OperatorCheck.of("Clip")
                .opset(6)
                .with("min", -0.21)
                .with("max", 0.34)
                .input(x)
                .gradientHolds();
        OperatorCheck.of("Clip").input(x).constant(low).constant(high).gradientHolds();
        OperatorCheck.of("Clip").input(x).absent().constant(high).gradientHolds();
        OperatorCheck.of("Clip").input(x).input(low).input(high).gradientHolds().expansionHolds();
        OperatorCheck.of("Clip").input(x).gradientHolds();
    }

    @Test
    void whereSendsGradientsToTheChosen() {
        NdArray condition = NdArray.ofIntegers(NdArray.Type.BOOL, new long[] {1, 0, 1}, 3);
        OperatorCheck.of("Where")
                .constant(condition)
                .input(random(1, 2, 3))
                .input(random(2, 2, 1))
                .gradientHolds();
        assertThat(OperatorCheck.of("Where")
                        .constant(condition)
                        .input(random(1, 2, 3))
                        .constant(random(2, 1))
                        .kind())
                .isInstanceOf(Kind.Moving.class);
    }

    @Test
    void shapesThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> OperatorCheck.of("Add")
                        .constant(random(1, 2))
                        .constant(random(1, 3))
                        .run())
                .hasMessageContaining("Node 'node'");
    }
}
