package dev.whence.graph.operators;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.function.BinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SecantsTest {

    static Stream<Arguments> functions() {
        return Stream.of(
                row("exp", Secants::exp, Math::exp, Math::exp),
                row("log", Secants::log, Math::log, x -> 1 / x),
                row("sqrt", Secants::sqrt, Math::sqrt, x -> 0.5 / Math.sqrt(x)),
                row("inverse sqrt", Secants::inverseSqrt, x -> 1 / Math.sqrt(x), x -> -0.5 / (x * Math.sqrt(x))),
                row("reciprocal", Secants::reciprocal, x -> 1 / x, x -> -1 / (x * x)),
                row("sigmoid", Secants::sigmoid, SecantsTest::sigmoid, x -> sigmoid(x) * sigmoid(-x)),
                row("tanh", Secants::tanh, Math::tanh, x -> 1 / (Math.cosh(x) * Math.cosh(x))),
                row("softplus", Secants::softplus, SecantsTest::softplus, SecantsTest::sigmoid),
                row("sin", Secants::sin, Math::sin, Math::cos),
                row("cos", Secants::cos, Math::cos, x -> -Math.sin(x)));
    }

    private static Arguments row(
            String name, BinaryOperator<Tensor> secant, DoubleUnaryOperator f, DoubleUnaryOperator slope) {
        return Arguments.of(Named.of(name, secant), f, slope);
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }

    @ParameterizedTest
    @MethodSource("functions")
    void secantsAreSlopesBetweenPoints(BinaryOperator<Tensor> secant, DoubleUnaryOperator f, DoubleUnaryOperator d) {
        double[] points = {0.02, 0.4, 1, 1.9, 3, 7.5};
        try (TensorScope scope = TensorScope.open()) {
            for (double a : points) {
                for (double b : points) {
                    double expected = a == b ? d.applyAsDouble(a) : (f.applyAsDouble(a) - f.applyAsDouble(b)) / (a - b);
                    assertThat(between(secant, a, b))
                            .as("%s, %s", a, b)
                            .isCloseTo(expected, Offset.offset(1e-12 * Math.max(1, Math.abs(expected))));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("functions")
    void secantsOfClosePointsDoNotCancel(
            BinaryOperator<Tensor> secant, DoubleUnaryOperator f, DoubleUnaryOperator slope) {
        try (TensorScope scope = TensorScope.open()) {
            for (double distance : new double[] {1e-15, 1e-12, 1e-9, 1e-7}) {
                double a = 1.25;
                double b = new BigDecimal(a)
                        .add(new BigDecimal(distance), MathContext.DECIMAL64)
                        .doubleValue();
                double middle = slope.applyAsDouble(a + (b - a) / 2);
                assertThat(between(secant, a, b))
                        .as("distance %s", distance)
                        .isCloseTo(middle, Offset.offset(1e-13 * Math.max(1, Math.abs(middle))));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("functions")
    void secantsBroadcastOneReference(BinaryOperator<Tensor> secant, DoubleUnaryOperator f, DoubleUnaryOperator d) {
        try (TensorScope scope = TensorScope.open()) {
            Tensor x = Tensor.of(NdArray.of(new double[] {0.5, 1, 2, 3}, 2, 2));
            Tensor r = Tensor.of(NdArray.of(new double[] {1, 1.5}, 1, 2));
            assertThat(secant.apply(x, r).shape()).containsExactly(2, 2);
            assertThat(secant.apply(x, r).toDoubles()[3]).isEqualTo(between(secant, 3, 1.5));
        }
    }

    private static double between(BinaryOperator<Tensor> secant, double a, double b) {
        return secant.apply(Tensor.of(NdArray.of(new double[] {a}, 1)), Tensor.of(NdArray.of(new double[] {b}, 1)))
                .item();
    }

    @org.junit.jupiter.api.Test
    void saturatedSecantsStayFinite() {
        try (TensorScope scope = TensorScope.open()) {
            assertThat(between(Secants::exp, 700, -700)).isFinite().isPositive();
            assertThat(between(Secants::sigmoid, 800, -800)).isEqualTo(1.0 / 1600);
            assertThat(between(Secants::tanh, 400, -400)).isEqualTo(2.0 / 800);
            assertThat(between(Secants::softplus, 900, -900)).isEqualTo(0.5);
        }
    }
}
