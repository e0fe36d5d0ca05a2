package dev.whence.graph.operators;

import static dev.whence.graph.operators.OperatorCheck.random;

import dev.whence.core.NdArray;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecurrentOperatorsTest {

    @ParameterizedTest
    @CsvSource({"RNN, 1", "GRU, 3", "LSTM, 4"})
    void gradientsHoldInBothDirectionsWithEverythingGiven(String operator, int gates) {
        int d = 2;
        int h = 3;
        OperatorCheck check = OperatorCheck.of(operator)
                .with("direction", "bidirectional")
                .with("hidden_size", h)
                .outputs(operator.equals("LSTM") ? 3 : 2)
                .input(random(1, 4, 2, 5))
                .constant(random(2, d, gates * h, 5))
                .constant(random(3, d, gates * h, h))
                .constant(random(4, d, 2 * gates * h))
                .constant(NdArray.ofIntegers(NdArray.Type.INT32, new long[] {4, 2}, 2))
                .input(random(5, d, 2, h));
        if (operator.equals("LSTM")) {
            check.input(random(6, d, 2, h)).constant(random(7, d, 3 * h));
        }
        check.gradientHolds();
        check.with("linear_before_reset", 1).gradientHolds();
        check.with("clip", 0.7).gradientHolds();
        check.with("activations", names(operator)).gradientHolds();
    }

    private static List<String> names(String operator) {
        return switch (operator) {
            case "RNN" -> List.of("Affine", "ScaledTanh");
            case "GRU" -> List.of("HardSigmoid", "Softsign", "Sigmoid", "Elu");
            default -> List.of("Sigmoid", "LeakyRelu", "Tanh", "Sigmoid", "Softplus", "Tanh");
        };
    }
}
