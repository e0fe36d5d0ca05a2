package dev.whence.graph.operators;

import static dev.whence.graph.operators.OperatorCheck.distinct;
import static dev.whence.graph.operators.OperatorCheck.random;
import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReductionOperatorsTest {
    private static NdArray input(String operator) {
        NdArray x = distinct(3, 2, 3, 4);
        if (!operator.equals("ReduceLogSum")) {
            return x;
        }
        double[] positive = x.toDoubles();
        for (int i = 0; i < positive.length; i++) {
            positive[i] = Math.abs(positive[i]) + 0.1;
        }
        return NdArray.of(positive, x.shape());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ReduceSum",
                "ReduceMean",
                "ReduceMax",
                "ReduceMin",
                "ReduceProd",
                "ReduceL1",
                "ReduceL2",
                "ReduceSumSquare",
                "ReduceLogSum",
                "ReduceLogSumExp"
            })
    void gradientsHoldInEveryForm(String operator) {
        NdArray x = input(operator);
        OperatorCheck.of(operator).input(x).gradientHolds();
        OperatorCheck.of(operator)
                .opset(11)
                .with("axes", new long[] {1})
                .input(x)
                .gradientHolds();
        OperatorCheck.of(operator)
                .with("keepdims", 0)
                .input(x)
                .constant(NdArray.of(new long[] {-1, 0}, 2))
                .gradientHolds();
        OperatorCheck.of(operator)
                .with("noop_with_empty_axes", 1)
                .input(x)
                .constant(NdArray.of(new long[0], 0))
                .gradientHolds();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ReduceMin",
                "ReduceProd",
                "ReduceL1",
                "ReduceL2",
                "ReduceSumSquare",
                "ReduceLogSum",
                "ReduceLogSumExp"
            })
    void expansionsGiveTheSame(String operator) {
        NdArray x = input(operator);
        OperatorCheck.of(operator).input(x).expansionHolds();
        OperatorCheck.of(operator)
                .with("keepdims", 0)
                .input(x)
                .constant(NdArray.of(new long[] {-1, 0}, 2))
                .expansionHolds();
        OperatorCheck.of(operator)
                .opset(11)
                .with("axes", new long[] {1})
                .with("keepdims", 0)
                .input(x)
                .expansionHolds();
    }

    @Test
    void productGradientIsRightAtZeros() {
        OperatorCheck.of("ReduceProd")
                .input(NdArray.of(new double[] {2, 0, 3, 0, 0, 5}, 2, 3))
                .constant(NdArray.of(new long[] {1}, 1))
                .gradientHolds();
    }

    @Test
    void tiedMaximaShareTheGradient() {
        OperatorCheck.of("ReduceMax")
                .input(NdArray.of(new double[] {1, 3, 3}, 3))
                .gives(0, 3);
    }

    @Test
    void integersKeepTheirType() {
        NdArray x = NdArray.ofIntegers(NdArray.Type.INT32, new long[] {3, 4, 6}, 3);
        for (String operator : new String[] {"ReduceSum", "ReduceMean", "ReduceProd", "ReduceL2", "ReduceMax"}) {
            assertThat(OperatorCheck.of(operator).constant(x).run().getFirst().type())
                    .as(operator)
                    .isEqualTo(NdArray.Type.INT32);
        }
        OperatorCheck.of("ReduceProd").constant(x).gives(0, 72);
    }

    @Test
    void runningSumsHaveGradientsBothWays() {
        NdArray axis = NdArray.of(new long[] {1});
        for (int exclusive = 0; exclusive < 2; exclusive++) {
            for (int reverse = 0; reverse < 2; reverse++) {
                OperatorCheck.of("CumSum")
                        .with("exclusive", exclusive)
                        .with("reverse", reverse)
                        .input(random(4, 2, 5))
                        .constant(axis)
                        .gradientHolds();
                OperatorCheck.of("CumProd")
                        .opset(26)
                        .with("exclusive", exclusive)
                        .with("reverse", reverse)
                        .input(random(4, 2, 5))
                        .constant(axis)
                        .gradientHolds();
            }
        }
        OperatorCheck.of("CumProd")
                .opset(26)
                .with("exclusive", 1)
                .with("reverse", 1)
                .constant(NdArray.of(new double[] {2, 3, 5, 7}, 4))
                .constant(NdArray.of(new long[] {0}))
                .gives(0, 105, 35, 7, 1);
    }

    @Test
    void indicesCountTheFirstOrTheLastOfEquals() {
        NdArray x = NdArray.of(new double[] {1, 4, 4, 0, 2, 0}, 2, 3);
        OperatorCheck.of("ArgMax").with("axis", 1).constant(x).gives(0, 1, 1);
        OperatorCheck.of("ArgMax")
                .with("axis", 1)
                .with("select_last_index", 1)
                .constant(x)
                .gives(0, 2, 1);
        OperatorCheck.of("ArgMin")
                .with("axis", -1)
                .with("keepdims", 0)
                .constant(x)
                .gives(0, 0, 0);
    }

    @Test
    void hardmaxBeforeOpset13SpansTheRemainingAxes() {
        NdArray x = NdArray.of(new double[] {1, 2, 9, 4}, 1, 2, 2);
        OperatorCheck.of("Hardmax").opset(11).constant(x).gives(0, 0, 0, 1, 0);
        OperatorCheck.of("Hardmax").constant(x).gives(0, 0, 1, 1, 0);
    }
}
