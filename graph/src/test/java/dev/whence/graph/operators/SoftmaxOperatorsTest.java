package dev.whence.graph.operators;

import static dev.whence.graph.operators.OperatorCheck.random;

import dev.whence.core.NdArray;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SoftmaxOperatorsTest {

    @ParameterizedTest
    @ValueSource(strings = {"Softmax", "LogSoftmax"})
    void gradientsAndExpansionsHoldInBothForms(String operator) {
        NdArray x = random(1, 2, 3, 4);
        OperatorCheck.of(operator).input(x).gradientHolds().expansionHolds();
        OperatorCheck.of(operator).with("axis", 0).input(x).gradientHolds().expansionHolds();
        OperatorCheck.of(operator).opset(11).input(x).gradientHolds().expansionHolds();
        OperatorCheck.of(operator)
                .opset(11)
                .with("axis", -1)
                .input(x)
                .gradientHolds()
                .expansionHolds();
    }
}
