package dev.whence.graph.operators;

import static dev.whence.graph.operators.OperatorCheck.random;
import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import org.junit.jupiter.api.Test;

class ConvolutionOperatorsTest {

    @Test
    void convolutionsHold() {
        OperatorCheck conv = OperatorCheck.of("Conv")
                .with("group", 2)
                .input(random(1, 2, 4, 5, 6))
                .input(random(2, 6, 2, 2, 3))
                .constant(random(3, 6));
        conv.gradientHolds();
        conv.with("pads", new long[] {1, 0, 0, 2}).gradientHolds();
        conv.with("strides", new long[] {2, 1}).gradientHolds();
        conv.with("dilations", new long[] {1, 2}).gradientHolds();
        OperatorCheck.of("Conv")
                .with("auto_pad", "SAME_LOWER")
                .with("strides", new long[] {2})
                .input(random(1, 1, 2, 7))
                .constant(random(2, 3, 2, 4))
                .gradientHolds();
    }

    @Test
    void transposedConvolutionsHold() {
        OperatorCheck conv = OperatorCheck.of("ConvTranspose")
                .with("group", 2)
                .with("strides", new long[] {2, 3})
                .input(random(1, 2, 4, 3, 2))
                .constant(random(2, 4, 3, 2, 3))
                .constant(random(3, 6));
        conv.gradientHolds();
        conv.with("output_padding", new long[] {1, 2}).gradientHolds();
        conv.with("pads", new long[] {1, 0, 0, 2}).gradientHolds();
        conv.with("auto_pad", "SAME_UPPER").gradientHolds();
        conv.with("output_shape", new long[] {7, 8}).gradientHolds();
    }

    @Test
    void extraRowsOfATransposedConvolutionHoldOnlyTheBias() {
        OperatorCheck.of("ConvTranspose")
                .with("strides", new long[] {3})
                .with("output_padding", new long[] {2})
                .input(NdArray.of(new double[] {1, 2}, 1, 1, 2))
                .constant(NdArray.of(new double[] {1, 10}, 1, 1, 2))
                .constant(NdArray.of(new double[] {0.5}, 1))
                .gives(0, 1.5, 10.5, 0.5, 2.5, 20.5, 0.5, 0.5);
    }

    @Test
    void blocksAreAddedUpIntoImages() {
        OperatorCheck blocks = OperatorCheck.of("Col2Im")
                .with("strides", new long[] {2, 1})
                .with("pads", new long[] {0, 1, 0, 1})
                .input(random(1, 2, 12, 8))
                .constant(NdArray.of(new long[] {5, 4}, 2))
                .constant(NdArray.of(new long[] {2, 3}, 2));
        assertThat(blocks.run().getFirst().shape()).containsExactly(2, 2, 5, 4);
        blocks.gradientHolds();
    }

    @Test
    void deformedConvolutionWithoutOffsetsIsConvolution() {
        NdArray x = random(1, 2, 4, 5, 6);
        NdArray weights = random(2, 6, 2, 2, 3);
        double[] expected = OperatorCheck.of("Conv")
                .with("group", 2)
                .with("pads", new long[] {1, 0, 1, 0})
                .input(x)
                .constant(weights)
                .run()
                .getFirst()
                .toDoubles();
        OperatorCheck deformed = OperatorCheck.of("DeformConv")
                .with("group", 2)
                .with("pads", new long[] {1, 0, 1, 0})
                .input(x)
                .constant(weights);
        deformed.constant(NdArray.of(new double[2 * 12 * 6 * 4], 2, 12, 6, 4));
        deformed.gives(0, expected);
    }

    @Test
    void deformedConvolutionsHold() {
        OperatorCheck.of("DeformConv")
                .with("offset_group", 2)
                .input(random(1, 1, 4, 4, 4))
                .constant(random(2, 3, 4, 2, 2))
                .constant(random(3, 1, 16, 3, 3))
                .constant(random(4, 3))
                .input(random(5, 1, 8, 3, 3))
                .gradientHolds();
    }
}
