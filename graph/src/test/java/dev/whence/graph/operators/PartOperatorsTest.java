package dev.whence.graph.operators;

import static dev.whence.graph.operators.OperatorCheck.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.NdArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PartOperatorsTest {
    private static NdArray longs(long... values) {
        return NdArray.of(values, values.length);
    }

    @Test
    void concatSharesItsGradientAmongActiveInputs() {
        OperatorCheck.of("Concat")
                .with("axis", -1)
                .input(random(1, 2, 3))
                .constant(random(2, 2, 1))
                .input(random(3, 2, 2))
                .gradientHolds();
    }

    @Test
    void splitTakesLengthsOrMakesThem() {
        NdArray x = random(4, 2, 7);
        OperatorCheck.of("Split")
                .with("axis", 1)
                .with("num_outputs", 3)
                .outputs(3)
                .input(x)
                .gradientHolds();
        OperatorCheck.of("Split")
                .with("axis", 1)
                .outputs(2)
                .input(x)
                .constant(longs(2, 5))
                .gradientHolds();
        OperatorCheck.of("Split")
                .opset(11)
                .with("axis", 1)
                .with("split", new long[] {3, 4})
                .outputs(2)
                .input(x)
                .gradientHolds();
        assertThatThrownBy(() -> OperatorCheck.of("Split")
                        .with("axis", 1)
                        .outputs(2)
                        .input(x)
                        .constant(longs(2, 6))
                        .run())
                .hasMessageContaining("do not make up an axis of length 7");
        assertThatThrownBy(() -> OperatorCheck.of("Split")
                        .opset(13)
                        .with("axis", 1)
                        .outputs(2)
                        .input(x)
                        .run())
                .hasMessageContaining("cannot be cut into 2 parts");
    }

    @Test
    void sliceIsWhatCountingOneByOneGives() {
        Random random = new Random(5);
        for (int trial = 0; trial < 60; trial++) {
            int length = 1 + random.nextInt(6);
            double[] data = new double[length];
            for (int i = 0; i < length; i++) {
                data[i] = i;
            }
            long start = random.nextInt(20) - 10;
            long end = random.nextInt(10) == 0 ? Long.MIN_VALUE : random.nextInt(20) - 10;
            long step = (1 + random.nextInt(3)) * (random.nextBoolean() ? 1 : -1);
            NdArray y = OperatorCheck.of("Slice")
                    .input(NdArray.of(data, length))
                    .constant(longs(start))
                    .constant(longs(end))
                    .constant(longs(0))
                    .constant(longs(step))
                    .run()
                    .getFirst();
            assertThat(y.toDoubles())
                    .as("%d:%d:%d of %d", start, end, step, length)
                    .containsExactly(counted(length, start, end, step));
        }
    }

    /** As numpy does it, but a start before the first entry is the first entry, backwards too. */
    private static double[] counted(int length, long start, long end, long step) {
        long from = start < 0 ? start + length : start;
        long to = end < 0 ? end + length : end;
        List<Double> out = new ArrayList<>();
        if (step > 0) {
            for (long i = Math.max(0, from); i < Math.min(length, to); i += step) {
                out.add((double) i);
            }
        } else {
            for (long i = Math.clamp(from, 0, length - 1); i > Math.max(-1, to); i += step) {
                out.add((double) i);
            }
        }
        return out.stream().mapToDouble(Double::doubleValue).toArray();
    }

    @Test
    void sliceHasAGradientInAllForms() {
        OperatorCheck.of("Slice")
                .input(random(6, 5, 4))
                .constant(longs(-1, 1))
                .constant(longs(-100, 3))
                .constant(longs(0, 1))
                .constant(longs(-2, 1))
                .gradientHolds();
        OperatorCheck.of("Slice")
                .opset(9)
                .with("starts", new long[] {1})
                .with("ends", new long[] {1000})
                .with("axes", new long[] {-1})
                .input(random(7, 2, 3))
                .gradientHolds();
        OperatorCheck.of("Slice")
                .input(random(8, 3))
                .constant(longs(2))
                .constant(longs(1))
                .gradientHolds();
    }
}
