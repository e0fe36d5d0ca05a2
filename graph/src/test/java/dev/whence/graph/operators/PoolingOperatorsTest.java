package dev.whence.graph.operators;

import static dev.whence.graph.operators.OperatorCheck.distinct;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.NdArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PoolingOperatorsTest {
    private static final NdArray LINE = NdArray.of(new double[] {1, 5, 2, 4, 3}, 1, 1, 5);

    @Test
    void aWindowThatBeginsBehindTheInputIsDropped() {
        OperatorCheck.of("MaxPool")
                .with("kernel_shape", new long[] {2})
                .with("strides", new long[] {2})
                .with("ceil_mode", 1)
                .input(LINE)
                .gives(0, 5, 4, 3);
        OperatorCheck.of("MaxPool")
                .with("kernel_shape", new long[] {1})
                .with("strides", new long[] {4})
                .with("pads", new long[] {0, 2})
                .with("ceil_mode", 1)
                .input(LINE)
                .gives(0, 1, 3);
    }

    @Test
    void averagesCountPaddingOnlyOnRequestAndNeverWhatHangsOver() {
        OperatorCheck average = OperatorCheck.of("AveragePool")
                .with("kernel_shape", new long[] {3})
                .with("strides", new long[] {3})
                .with("pads", new long[] {1, 0})
                .with("ceil_mode", 1)
                .input(NdArray.of(new double[] {6, 3, 9, 12}, 1, 1, 4));
        average.gives(0, 4.5, 10.5);
        average.with("count_include_pad", 1).gives(0, 3, 10.5);
    }

    @Test
    void placesOfMaximaCountInTheWholeInput() {
        NdArray x = NdArray.of(new double[] {1, 2, 9, 4, 8, 6, 1, 2, 3, 4, 5, 7}, 1, 2, 2, 3);
        OperatorCheck pool = OperatorCheck.of("MaxPool")
                .with("kernel_shape", new long[] {2, 3})
                .outputs(2)
                .input(x);
        assertThat(pool.run().get(1).toLongs()).containsExactly(2, 11);
        assertThat(pool.with("storage_order", 1).run().get(1).toLongs()).containsExactly(4, 11);
        OperatorCheck padded = OperatorCheck.of("MaxPool")
                .with("kernel_shape", new long[] {2, 2})
                .with("strides", new long[] {2, 2})
                .with("pads", new long[] {1, 1, 0, 0})
                .outputs(2)
                .input(x);
        assertThat(padded.run().get(1).toLongs()).containsExactly(0, 2, 6, 8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"MaxPool", "AveragePool"})
    void gradientsHold(String operator) {
        long[][] kernels = {{3}, {2, 3}, {2, 2, 2}};
        long[][] shapes = {{2, 2, 9}, {2, 2, 6, 7}, {1, 2, 4, 4, 5}};
        for (int i = 0; i < kernels.length; i++) {
            int axes = kernels[i].length;
            long[] ones = new long[axes];
            java.util.Arrays.fill(ones, 1);
            long[] twos = new long[axes];
            java.util.Arrays.fill(twos, 2);
            long[] uneven = new long[2 * axes];
            java.util.Arrays.fill(uneven, 0, axes, 1);
            long[] even = new long[2 * axes];
            java.util.Arrays.fill(even, 1);
            NdArray x = distinct(i, shapes[i]);
            OperatorCheck plain =
                    OperatorCheck.of(operator).with("kernel_shape", kernels[i]).input(x);
            plain.gradientHolds();
            plain.with("strides", twos).with("pads", even).gradientHolds();
            plain.with("ceil_mode", 1).gradientHolds();
            plain.with("pads", uneven).gradientHolds();
            plain.with("dilations", twos).gradientHolds();
            OperatorCheck.of(operator)
                    .with("kernel_shape", kernels[i])
                    .with("strides", twos)
                    .with("auto_pad", "SAME_LOWER")
                    .input(x)
                    .gradientHolds();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GlobalMaxPool", "GlobalAveragePool"})
    void gradientsOverAllAxesHold(String operator) {
        OperatorCheck.of(operator).input(distinct(1, 2, 3, 4, 5)).gradientHolds();
        OperatorCheck.of(operator).input(distinct(1, 2, 3, 4)).gradientHolds();
    }

    @Test
    void aWindowAsLargeAsTheInputIsItsMean() {
        NdArray x = distinct(2, 2, 3, 4, 5);
        double[] means =
                OperatorCheck.of("GlobalAveragePool").input(x).run().getFirst().toDoubles();
        OperatorCheck whole = OperatorCheck.of("AveragePool")
                .with("kernel_shape", new long[] {4, 5})
                .input(x);
        whole.gives(0, means);
        whole.gradientHolds();
        whole.with("strides", new long[] {3, 7}).with("ceil_mode", 1).gives(0, means);
        whole.with("auto_pad", "VALID").with("count_include_pad", 1).gives(0, means);
        OperatorCheck padded = OperatorCheck.of("AveragePool")
                .with("kernel_shape", new long[] {4, 5})
                .with("pads", new long[] {0, 1, 0, 1})
                .input(x);
        assertThat(padded.run().getFirst().shape()).containsExactly(2, 3, 1, 3);
        padded.gradientHolds();
    }

    @Test
    void aWindowLargerThanTheInputIsRefused() {
        assertThatThrownBy(() -> OperatorCheck.of("MaxPool")
                        .with("kernel_shape", new long[] {9})
                        .input(LINE)
                        .run())
                .hasMessageContaining("does not fit");
    }

    @Test
    void normsOfWindowsHold() {
        NdArray x = distinct(1, 2, 2, 5, 6);
        OperatorCheck.of("LpPool")
                .with("kernel_shape", new long[] {2, 3})
                .with("strides", new long[] {2, 2})
                .with("ceil_mode", 1)
                .input(x)
                .gradientHolds();
        OperatorCheck.of("LpPool")
                .with("kernel_shape", new long[] {2})
                .with("p", 1)
                .input(LINE)
                .gives(0, 6, 7, 6, 7);
        OperatorCheck.of("GlobalLpPool").with("p", 3).input(x).gradientHolds();
    }

    @Test
    void unpoolingPutsMaximaBack() {
        OperatorCheck unpool = OperatorCheck.of("MaxUnpool")
                .with("kernel_shape", new long[] {2})
                .with("strides", new long[] {2})
                .input(NdArray.of(new double[] {5, 4}, 1, 1, 2))
                .constant(NdArray.of(new long[] {1, 3}, 1, 1, 2));
        unpool.gives(0, 0, 5, 0, 4);
        unpool.gradientHolds();
    }

    @Test
    void regionsAreSampled() {
        OperatorCheck align = OperatorCheck.of("RoiAlign")
                .with("output_height", 2)
                .with("output_width", 3)
                .with("sampling_ratio", 2)
                .input(distinct(1, 2, 2, 6, 6))
                .constant(NdArray.of(new double[] {0.5, 1, 4, 5, -1, 2, 3, 7}, 2, 4))
                .constant(NdArray.of(new long[] {1, 0}, 2));
        align.gradientHolds();
    }
}
