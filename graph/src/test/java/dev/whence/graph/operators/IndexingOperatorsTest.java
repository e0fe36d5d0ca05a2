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

class IndexingOperatorsTest {
    private static NdArray longs(long... values) {
        return NdArray.of(values, values.length);
    }

    @Test
    void gatheringAddsUpWhatIsTakenTwice() {
        OperatorCheck.of("Gather")
                .with("axis", 1)
                .input(random(1, 2, 3, 2))
                .constant(NdArray.of(new long[] {0, -1, 0, 2}, 2, 2))
                .gradientHolds();
        OperatorCheck.of("Gather")
                .input(random(1, 3, 2))
                .constant(NdArray.of(new long[] {-3}))
                .gradientHolds();
        OperatorCheck.of("GatherElements")
                .with("axis", 1)
                .input(random(2, 2, 3))
                .constant(NdArray.of(new long[] {0, 0, -1, 2}, 2, 2))
                .gradientHolds();
        OperatorCheck.of("GatherND")
                .input(random(3, 2, 3, 2))
                .constant(NdArray.of(new long[] {0, 1, -1, 2, 0, 1}, 3, 2))
                .gradientHolds();
        OperatorCheck.of("GatherND")
                .with("batch_dims", 1)
                .input(random(4, 2, 3, 2))
                .constant(NdArray.of(new long[] {2, -3}, 2, 1))
                .gradientHolds();
        NdArray condition = NdArray.ofIntegers(NdArray.Type.BOOL, new long[] {0, 1, 1}, 3);
        OperatorCheck.of("Compress")
                .with("axis", 1)
                .input(random(5, 2, 3))
                .constant(condition)
                .gradientHolds();
        OperatorCheck.of("Compress").input(random(5, 2, 3)).constant(condition).gradientHolds();
    }

    @Test
    void indicesOutsideAreRefused() {
        assertThatThrownBy(() -> OperatorCheck.of("GatherND")
                        .input(random(3, 2, 3))
                        .constant(NdArray.of(new long[] {0, 3}, 1, 2))
                        .run())
                .hasMessageContaining("outside an axis of length 3");
        assertThatThrownBy(() -> OperatorCheck.of("Gather")
                        .input(random(3, 2, 3))
                        .constant(longs(2))
                        .run())
                .hasMessageContaining("Node 'node' (operator Gather");
        assertThatThrownBy(() -> OperatorCheck.of("GatherND")
                        .input(random(3, 2))
                        .constant(NdArray.of(new long[] {0, 3}, 1, 2))
                        .run())
                .hasMessageContaining("do not fit data of shape [2]");
    }

    @Test
    void anIndexThatDependsOnTheInputBlocks() {
        assertThat(OperatorCheck.of("Gather")
                        .input(random(1, 3))
                        .input(longs(1))
                        .kind())
                .isInstanceOf(Kind.Blocking.class);
        assertThat(OperatorCheck.of("Gather")
                        .input(random(1, 3))
                        .constant(longs(1))
                        .kind())
                .isInstanceOf(Kind.Moving.class);
    }

    @Test
    void placesThatDependOnTheInputBlockToo() {
        OperatorCheck slice =
                OperatorCheck.of("Slice").input(random(1, 3)).input(longs(1)).constant(longs(2));
        assertThat(slice.kind()).isInstanceOf(Kind.Blocking.class);
        OperatorCheck pad = OperatorCheck.of("Pad").input(random(1, 3)).input(longs(1, 1));
        assertThat(pad.kind()).isInstanceOf(Kind.Blocking.class);
        OperatorCheck fill = OperatorCheck.of("Pad")
                .input(random(1, 3))
                .constant(longs(1, 1))
                .input(NdArray.of(new double[] {1}));
        assertThat(fill.kind()).isInstanceOf(Kind.Moving.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "add", "max", "min"})
    void writtenElementsTakeTheirGradients(String reduction) {
        OperatorCheck.of("ScatterElements")
                .with("axis", 1)
                .with("reduction", reduction)
                .input(distinct(6, 2, 4))
                .constant(NdArray.of(new long[] {0, -1, 2, 1}, 2, 2))
                .input(distinct(7, 2, 2))
                .gradientHolds();
        OperatorCheck.of("ScatterND")
                .with("reduction", reduction)
                .input(distinct(8, 4, 2))
                .constant(NdArray.of(new long[] {2, -4}, 2, 1))
                .input(distinct(9, 2, 2))
                .gradientHolds();
    }

    @Test
    void sharesThatMeetAreAddedOrCompared() {
        for (String reduction : new String[] {"add", "max", "min"}) {
            OperatorCheck.of("ScatterND")
                    .with("reduction", reduction)
                    .input(distinct(8, 3))
                    .constant(NdArray.of(new long[] {1, 1, 0}, 3, 1))
                    .input(distinct(19, 3))
                    .gradientHolds();
        }
    }

    @Test
    void cachesRunAroundOnRequest() {
        OperatorCheck cache = OperatorCheck.of("TensorScatter")
                .opset(24)
                .with("mode", "circular")
                .with("axis", 1)
                .input(random(10, 2, 4, 3))
                .input(random(11, 2, 2, 3))
                .constant(longs(3, 1));
        cache.gradientHolds();
        assertThatThrownBy(() -> OperatorCheck.of("TensorScatter")
                        .opset(24)
                        .with("axis", 1)
                        .input(random(10, 1, 4))
                        .input(random(11, 1, 2))
                        .constant(longs(3))
                        .run())
                .hasMessageContaining("place 4 lies outside a cache of length 4");
    }

    @Test
    void theLargestComeFirstAndTakeTheirGradient() {
        OperatorCheck top = OperatorCheck.of("TopK")
                .with("axis", 0)
                .outputs(2)
                .input(NdArray.of(new double[] {1, 3, 2, 3}, 4))
                .constant(longs(3));
        top.gives(0, 3, 3, 2);
        top.gives(1, 1, 3, 2);
        OperatorCheck.of("TopK")
                .with("largest", 0)
                .outputs(2)
                .input(distinct(12, 3, 4))
                .constant(longs(2))
                .gradientHolds();
        assertThatThrownBy(() -> OperatorCheck.of("TopK")
                        .outputs(2)
                        .input(random(1, 3))
                        .constant(longs(4))
                        .run())
                .hasMessageContaining("4 elements are wanted of an axis of length 3");
    }

    @Test
    void uniqueKeepsTheOrderOfAppearanceOnRequest() {
        OperatorCheck unique = OperatorCheck.of("Unique")
                .with("sorted", 0)
                .outputs(4)
                .input(NdArray.of(new double[] {2, 1, 1, 3, 2}, 5));
        unique.gives(0, 2, 1, 3);
        unique.gives(1, 0, 1, 3);
        unique.gives(2, 0, 1, 1, 2, 0);
        unique.gives(3, 2, 2, 1);
    }
}
