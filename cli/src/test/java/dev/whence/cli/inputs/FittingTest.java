package dev.whence.cli.inputs;

import static dev.whence.cli.inputs.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.NdArray.Type;
import org.junit.jupiter.api.Test;

class FittingTest {
    private static NdArray floats(long... shape) {
        return NdArray.of(new float[(int) NdArray.elements(shape)], shape);
    }

    private static Declared declared(Type type, long... shape) {
        return new Declared("x", type, shape);
    }

    private static void reads(long[] found, long[] wanted, long[] expected) {
        Fitting fitting = Fitting.to("a.npy", floats(found), declared(Type.FLOAT32, wanted));
        assertThat(fitting.values().shape()).containsExactly(expected);
    }

    private static long[] of(long... shape) {
        return shape;
    }

    @Test
    void theRightShapePassesWithoutANotice() {
        Fitting fitting = Fitting.to("a.npy", floats(8, 3, 5), declared(Type.FLOAT32, -1, 3, -1));
        assertThat(fitting.values().shape()).containsExactly(8, 3, 5);
        assertThat(fitting.notices()).isEmpty();
    }

    @Test
    void axesOfOneMayBeMissingOrInExcess() {
        reads(of(3, 8, 8), of(-1, 3, 8, 8), of(1, 3, 8, 8));
        reads(of(5, 28, 28), of(-1, 1, 28, 28), of(5, 1, 28, 28));
        reads(of(5, 28, 28), of(-1, 28, 28, 1), of(5, 28, 28, 1));
        reads(of(28, 28), of(-1, 1, 28, 28), of(1, 1, 28, 28));
        reads(of(5, 1, 28, 28), of(-1, 28, 28), of(5, 28, 28));
        reads(of(7), of(-1, 7), of(1, 7));
        reads(of(7), of(-1, 1), of(7, 1));
        reads(of(7, 1), of(-1), of(7));
    }

    @Test
    void aChangedShapeIsTold() {
        assertThat(Fitting.to("a.npy", floats(3, 8, 8), declared(Type.FLOAT32, -1, 3, 8, 8))
                        .notices())
                .containsExactly("a.npy: shape [3, 8, 8] read as [1, 3, 8, 8], as input 'x' wants it.");
    }

    @Test
    void aWrongDimensionIsRefusedWithFoundAndWanted() {
        refused(
                () -> Fitting.to("a.npy", floats(8, 3, 225, 224), declared(Type.FLOAT32, -1, 3, 224, 224)),
                ErrorCode.SHAPE_MISMATCH,
                "a.npy: shape [8, 3, 225, 224] found, [N, 3, 224, 224] wanted by input 'x' (axis 2: 225 found, 224"
                        + " wanted).");
    }

    @Test
    void aWrongRankIsRefusedWithFoundAndWanted() {
        refused(
                () -> Fitting.to("a.npy", floats(10), declared(Type.FLOAT32, -1, 3, -1, 224)),
                ErrorCode.SHAPE_MISMATCH,
                "a.npy: shape [10] found, [N, 3, ?, 224] wanted by input 'x' (1 axis found, 4 wanted).");
        refused(
                () -> Fitting.to("a.npy", NdArray.of(new float[1]), declared(Type.FLOAT32, -1, 3)),
                ErrorCode.SHAPE_MISMATCH,
                "a.npy: shape [] found, [N, 3] wanted by input 'x' (0 axes found, 2 wanted).");
    }

    @Test
    void aFixedBatchIsNotStretched() {
        refused(
                () -> Fitting.to("a.npy", floats(8, 4), declared(Type.FLOAT32, 1, 4)),
                ErrorCode.SHAPE_MISMATCH,
                "a.npy: shape [8, 4] found, [1, 4] wanted by input 'x' (axis 0: 8 found, 1 wanted).");
    }

    @Test
    void noExamplesAreRefused() {
        refused(
                () -> Fitting.to("a.npy", floats(0, 4), declared(Type.FLOAT32, -1, 4)),
                ErrorCode.INPUT_INVALID,
                "a.npy: holds no examples (shape [0, 4]).");
    }

    @Test
    void realTypesConvertSilently() {
        Fitting narrowed = Fitting.to("a.npy", NdArray.of(new double[] {0.1}, 1), declared(Type.FLOAT32, -1));
        assertThat(narrowed.values()).isEqualTo(NdArray.of(new float[] {0.1f}, 1));
        assertThat(narrowed.notices()).isEmpty();
        Fitting widened = Fitting.to("a.npy", NdArray.of(new float[] {0.5f}, 1), declared(Type.FLOAT64, -1));
        assertThat(widened.values()).isEqualTo(NdArray.of(new double[] {0.5}, 1));
        Fitting half = Fitting.to("a.npy", NdArray.of(new double[] {0.1}, 1), declared(Type.FLOAT16, -1));
        assertThat(half.values().toFloats()).containsExactly(0.099975586f);
        Fitting brain = Fitting.to("a.npy", NdArray.of(new double[] {0.1}, 1), declared(Type.BFLOAT16, -1));
        assertThat(brain.values().toFloats()).containsExactly(0.100097656f);
    }

    @Test
    void aNumberTooLargeForTheTypeIsRefusedWithItsPlace() {
        refused(
                () -> Fitting.to("a.npy", NdArray.of(new double[] {1, 1e39}, 1, 2), declared(Type.FLOAT32, -1, 2)),
                ErrorCode.INPUT_INVALID,
                "a.npy: 1.0E39 at [0, 1] is too large for FLOAT32; run with --precision float64.");
    }

    @Test
    void integersBecomeRealNumbersWithANotice() {
        NdArray bytes = NdArray.ofIntegers(Type.UINT8, new long[] {0, 255}, 2);
        Fitting fitting = Fitting.to("a.npy", bytes, declared(Type.FLOAT32, -1));
        assertThat(fitting.values()).isEqualTo(NdArray.of(new float[] {0, 255}, 2));
        assertThat(fitting.notices())
                .containsExactly("a.npy: UINT8 numbers converted to FLOAT32, as input 'x' wants them.");
        NdArray large = NdArray.of(new long[] {16_777_217}, 1);
        assertThat(Fitting.to("a.npy", large, declared(Type.FLOAT32, -1)).notices())
                .containsExactly("a.npy: INT64 numbers converted to FLOAT32, as input 'x' wants them (those beyond 2^24"
                        + " are rounded).");
    }

    @Test
    void wholeNumbersBecomeIntegersAndOthersAreRefused() {
        Fitting fitting = Fitting.to("ids.csv", NdArray.of(new double[] {3, -4}, 2), declared(Type.INT64, -1));
        assertThat(fitting.values()).isEqualTo(NdArray.of(new long[] {3, -4}, 2));
        assertThat(fitting.notices()).hasSize(1);
        refused(
                () -> Fitting.to("ids.csv", NdArray.of(new double[] {3, 4.5}, 2), declared(Type.INT64, -1)),
                ErrorCode.SHAPE_MISMATCH,
                "ids.csv: FLOAT64 numbers found, INT64 wanted by input 'x'; 4.5 at [1] is not one of them.");
        refused(
                () -> Fitting.to("ids.npy", NdArray.of(new long[] {300}, 1), declared(Type.UINT8, -1)),
                ErrorCode.SHAPE_MISMATCH,
                "ids.npy: INT64 numbers found, UINT8 wanted by input 'x'; 300 at [0] is not one of them.");
        refused(
                () -> Fitting.to("ids.npy", NdArray.of(new long[] {2}, 1), declared(Type.BOOL, -1)),
                ErrorCode.SHAPE_MISMATCH,
                "ids.npy: INT64 numbers found, BOOL wanted by input 'x'; 2 at [0] is not one of them.");
    }

    @Test
    void anyShapePassesWhereTheModelDeclaresNone() {
        NdArray found = floats(2, 3);
        assertThat(Fitting.to("a.npy", found, Declared.ofAnyShape("x", Type.FLOAT32))
                        .values())
                .isSameAs(found);
    }
}
