package dev.whence.graph.operators;

import static dev.whence.graph.operators.OperatorCheck.random;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.NdArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PaddingOperatorsTest {
    private static final NdArray LINE = NdArray.of(new double[] {1, 2, 3}, 3);

    private static NdArray longs(long... values) {
        return NdArray.of(values, values.length);
    }

    private static OperatorCheck pad(String mode, long before, long after) {
        return OperatorCheck.of("Pad").with("mode", mode).input(LINE).constant(longs(before, after));
    }

    @Test
    void everyModeContinuesAsItsNameSays() {
        pad("constant", 1, 2).gives(0, 0, 1, 2, 3, 0, 0);
        pad("edge", 1, 2).gives(0, 1, 1, 2, 3, 3, 3);
        pad("reflect", 2, 3).gives(0, 3, 2, 1, 2, 3, 2, 1, 2);
        pad("wrap", 2, 4).gives(0, 2, 3, 1, 2, 3, 1, 2, 3, 1);
        pad("constant", -1, 1).gives(0, 2, 3, 0);
        pad("constant", 2, -4).gives(0, 0);
        pad("constant", -3, 4).gives(0, 0, 0, 0, 0);
        pad("edge", -2, 1).gives(0, 3, 3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"constant", "edge", "reflect", "wrap"})
    void everyModeHasAGradient(String mode) {
        OperatorCheck.of("Pad")
                .with("mode", mode)
                .input(random(1, 2, 3, 4))
                .constant(longs(1, -1, 2, 2))
                .absent()
                .constant(longs(1, -1))
                .gradientHolds();
    }

    @Test
    void theFillMayCarryAttribution() {
        OperatorCheck.of("Pad")
                .input(random(2, 2, 3))
                .constant(longs(1, 0, 0, 2))
                .input(NdArray.of(new double[] {0.5}))
                .gradientHolds();
    }

    @Test
    void oldOpsetsKeepPadsAndValueInAttributes() {
        OperatorCheck.of("Pad")
                .opset(7)
                .with("pads", new long[] {1, 0})
                .with("value", 9.0)
                .input(LINE)
                .gives(0, 9, 1, 2, 3);
    }

    @Test
    void wrongPadsAreRefused() {
        assertThatThrownBy(() ->
                        OperatorCheck.of("Pad").input(LINE).constant(longs(1)).run())
                .hasMessageContaining("1 paddings are given for 1 axes");
        assertThatThrownBy(() -> pad("constant", 1L << 60, 0).run()).hasMessageContaining("impossible");
        assertThatThrownBy(() -> pad("constant", 1L << 31, 1).run()).hasMessageContaining("elements");
        assertThatThrownBy(() -> pad("mirror", 1, 1).run()).hasMessageContaining("mode 'mirror'");
    }

    @Test
    void centredCropsAndPadsAreEven() {
        OperatorCheck.of("CenterCropPad").input(LINE).constant(longs(6)).gives(0, 0, 1, 2, 3, 0, 0);
        OperatorCheck.of("CenterCropPad").input(LINE).constant(longs(1)).gives(0, 2);
        OperatorCheck.of("CenterCropPad")
                .with("axes", new long[] {-1, 0})
                .input(random(3, 3, 2, 5))
                .constant(longs(2, 6))
                .gradientHolds();
    }
}
