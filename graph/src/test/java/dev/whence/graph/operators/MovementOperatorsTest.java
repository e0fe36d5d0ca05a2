package dev.whence.graph.operators;

import static dev.whence.graph.operators.OperatorCheck.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.NdArray;
import dev.whence.core.WhenceException;
import org.junit.jupiter.api.Test;

class MovementOperatorsTest {
    private static NdArray longs(long... values) {
        return NdArray.of(values, values.length);
    }

    @Test
    void gradientsTakeTheWayBack() {
        NdArray x = random(1, 2, 1, 3);
        OperatorCheck.of("Reshape").input(x).constant(longs(0, -1)).gradientHolds();
        OperatorCheck.of("Flatten").with("axis", -1).input(x).gradientHolds();
        OperatorCheck.of("Squeeze").input(x).constant(longs(-2)).gradientHolds();
        OperatorCheck.of("Squeeze").input(x).gradientHolds();
        OperatorCheck.of("Unsqueeze").input(x).constant(longs(0, -1)).gradientHolds();
        OperatorCheck.of("Transpose")
                .with("perm", new long[] {2, 0, 1})
                .input(x)
                .gradientHolds();
        OperatorCheck.of("Expand").input(x).constant(longs(4, 1, 5, 1)).gradientHolds();
        OperatorCheck.of("Tile").input(x).constant(longs(2, 3, 2)).gradientHolds();
    }

    @Test
    void axesMayBeAttributesInOldOpsets() {
        NdArray x = random(2, 2, 1, 3);
        OperatorCheck.of("Squeeze")
                .opset(11)
                .with("axes", new long[] {1})
                .input(x)
                .gradientHolds();
        NdArray y = OperatorCheck.of("Unsqueeze")
                .opset(11)
                .with("axes", new long[] {0, 4})
                .input(x)
                .run()
                .getFirst();
        assertThat(y.shape()).containsExactly(1, 2, 1, 3, 1);
    }

    @Test
    void flattenAcceptsTheEndAsAxis() {
        NdArray y = OperatorCheck.of("Flatten")
                .with("axis", 3)
                .input(random(3, 2, 1, 3))
                .run()
                .getFirst();
        assertThat(y.shape()).containsExactly(6, 1);
    }

    @Test
    void impossibleShapesAreRefusedBeforeMemoryIsAskedFor() {
        NdArray x = random(4, 2, 3);
        assertThatThrownBy(() -> OperatorCheck.of("Reshape")
                        .input(x)
                        .constant(longs(4, 2))
                        .run())
                .isInstanceOf(WhenceException.class)
                .hasMessageContaining("cannot reshape [2, 3] to [4, 2]");
        assertThatThrownBy(() -> OperatorCheck.of("Reshape")
                        .input(x)
                        .constant(longs(1L << 62, 1L << 62, -1))
                        .run())
                .isInstanceOf(WhenceException.class)
                .hasMessageContaining("cannot reshape");
        assertThatThrownBy(() -> OperatorCheck.of("Expand")
                        .input(NdArray.of(new double[] {1}, 1))
                        .constant(longs(1L << 40, 1L << 40))
                        .run())
                .hasMessageContaining("elements");
        assertThatThrownBy(() -> OperatorCheck.of("Tile")
                        .input(x)
                        .constant(longs(1L << 40, 1))
                        .run())
                .hasMessageContaining("repeats");
        assertThatThrownBy(() ->
                        OperatorCheck.of("Squeeze").input(x).constant(longs(1)).run())
                .hasMessageContaining("its length is not 1");
        assertThatThrownBy(() -> OperatorCheck.of("Unsqueeze")
                        .input(x)
                        .constant(longs(0, 0))
                        .run())
                .hasMessageContaining("added twice");
    }
}
