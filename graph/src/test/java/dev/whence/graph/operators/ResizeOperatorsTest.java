package dev.whence.graph.operators;

import static dev.whence.graph.operators.OperatorCheck.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.NdArray;
import dev.whence.graph.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResizeOperatorsTest {
    private static final NdArray LINE = NdArray.of(new double[] {1, 2, 3, 4}, 4);

    private static NdArray longs(long... values) {
        return NdArray.of(values, values.length);
    }

    private static OperatorCheck line(String mode, String coordinates, long size) {
        return OperatorCheck.of("Resize")
                .with("mode", mode)
                .with("coordinate_transformation_mode", coordinates)
                .input(LINE)
                .absent()
                .absent()
                .constant(longs(size));
    }

    @Test
    void placesAreWhatTheCoordinateModeSays() {
        line("linear", "align_corners", 7).gives(0, 1, 1.5, 2, 2.5, 3, 3.5, 4);
        line("linear", "asymmetric", 8).gives(0, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4);
        line("linear", "half_pixel", 8).gives(0, 1, 1.25, 1.75, 2.25, 2.75, 3.25, 3.75, 4);
        line("linear", "pytorch_half_pixel", 1).gives(0, 1);
        line("linear", "half_pixel", 1).gives(0, 2.5);
        line("nearest", "half_pixel", 8).gives(0, 1, 1, 2, 2, 3, 3, 4, 4);
        line("nearest", "half_pixel", 2).gives(0, 1, 3);
        line("nearest", "asymmetric", 2).with("nearest_mode", "floor").gives(0, 1, 3);
    }

    @ParameterizedTest
    @CsvSource({
        "nearest, half_pixel, 0",
        "linear, half_pixel, 0",
        "linear, half_pixel, 1",
        "cubic, half_pixel, 0",
        "cubic, align_corners, 0",
        "cubic, half_pixel_symmetric, 1",
        "linear, asymmetric, 0"
    })
    void everyModeHasAGradientAndKeepsConstants(String mode, String coordinates, long widens) {
        for (long[] size : new long[][] {{2, 7, 3}, {2, 2, 9}}) {
            OperatorCheck check = OperatorCheck.of("Resize")
                    .with("mode", mode)
                    .with("coordinate_transformation_mode", coordinates)
                    .with("antialias", widens);
            check.input(random(1, 2, 5, 4))
                    .absent()
                    .absent()
                    .constant(longs(size))
                    .gradientHolds();
            double[] ones = new double[40];
            java.util.Arrays.fill(ones, 1);
            NdArray y = OperatorCheck.of("Resize")
                    .with("mode", mode)
                    .with("coordinate_transformation_mode", coordinates)
                    .with("antialias", widens)
                    .input(NdArray.of(ones, 2, 5, 4))
                    .absent()
                    .absent()
                    .constant(longs(size))
                    .run()
                    .getFirst();
            assertThat(y.shape()).containsExactly(size);
            assertThat(y.toDoubles()).usingComparatorWithPrecision(1e-12).containsOnly(1);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1})
    void cubicIsWrittenOutAsProducts(long widens) {
        OperatorCheck check = OperatorCheck.of("Resize")
                .with("mode", "cubic")
                .with("antialias", widens)
                .input(random(2, 1, 2, 6, 5))
                .absent()
                .constant(NdArray.of(new float[] {1, 1, 0.5f, 2.2f}, 4));
        assertThat(check.kind()).isInstanceOf(Kind.Composite.class);
        check.expansionHolds();
    }

    @Test
    void aRegionOutsideIsFilled() {
        OperatorCheck check = OperatorCheck.of("Resize")
                .with("mode", "cubic")
                .with("coordinate_transformation_mode", "tf_crop_and_resize")
                .with("extrapolation_value", 7.0)
                .input(LINE)
                .constant(NdArray.of(new double[] {-0.5, 1}, 2))
                .absent()
                .constant(longs(4));
        check.gradientHolds().expansionHolds();
        assertThat(check.run().getFirst().getDouble(0)).isEqualTo(7);
        assertThat(check.run().getFirst().getDouble(3)).isEqualTo(4);
    }

    @Test
    void upsampleRepeats() {
        OperatorCheck.of("Upsample")
                .opset(9)
                .input(NdArray.of(new double[] {1, 2}, 1, 2))
                .constant(NdArray.of(new float[] {1, 2}, 2))
                .gives(0, 1, 1, 2, 2);
        OperatorCheck.of("Upsample")
                .opset(7)
                .with("scales", new double[] {1, 2})
                .with("mode", "linear")
                .input(NdArray.of(new double[] {1, 2}, 1, 2))
                .gives(0, 1, 1.5, 2, 2);
    }

    @Test
    void wrongRequestsAreRefused() {
        assertThatThrownBy(() -> line("linear", "sideways", 3).run()).hasMessageContaining("'sideways' is unknown");
        assertThatThrownBy(() -> line("quartic", "half_pixel", 3).run()).hasMessageContaining("mode 'quartic'");
        assertThatThrownBy(() -> line("linear", "half_pixel", 1L << 40).run()).hasMessageContaining("elements");
        assertThatThrownBy(() -> OperatorCheck.of("Resize").input(LINE).run())
                .hasMessageContaining("one entry for each of the 1 axes");
        assertThatThrownBy(() -> OperatorCheck.of("Resize")
                        .input(LINE)
                        .absent()
                        .constant(NdArray.of(new float[] {Float.NaN}, 1))
                        .run())
                .hasMessageContaining("impossible");
    }
}
