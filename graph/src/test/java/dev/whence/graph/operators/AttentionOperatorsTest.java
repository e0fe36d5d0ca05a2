package dev.whence.graph.operators;

import static dev.whence.graph.operators.OperatorCheck.random;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.NdArray;
import org.junit.jupiter.api.Test;

class AttentionOperatorsTest {

    @Test
    void gradientsHoldWithSharedHeadsMaskCapAndPast() {
        OperatorCheck.of("Attention")
                .opset(24)
                .outputs(4)
                .with("is_causal", 1)
                .with("softcap", 1.5)
                .with("qk_matmul_output_mode", 1)
                .input(random(1, 2, 4, 3, 2))
                .input(random(2, 2, 2, 3, 2))
                .input(random(3, 2, 2, 3, 5))
                .constant(random(4, 3, 5))
                .input(random(5, 2, 2, 2, 2))
                .input(random(6, 2, 2, 2, 5))
                .gradientHolds();
    }

    @Test
    void keysBehindTheLengthGetNoWeight() {
        NdArray one = NdArray.of(new double[] {1}, 1, 1, 1, 1);
        NdArray keys = NdArray.of(new double[] {0, 0, 9}, 1, 1, 3, 1);
        NdArray values = NdArray.of(new double[] {2, 4, 1000}, 1, 1, 3, 1);
        OperatorCheck.of("Attention")
                .opset(24)
                .input(one)
                .input(keys)
                .input(values)
                .absent()
                .absent()
                .absent()
                .constant(NdArray.of(new long[] {2}, 1))
                .gives(0, 3);
    }

    @Test
    void rotationKeepsGradients() {
        OperatorCheck rotary = OperatorCheck.of("RotaryEmbedding")
                .opset(23)
                .with("num_heads", 2)
                .input(random(1, 2, 3, 8))
                .constant(random(2, 7, 1))
                .constant(random(3, 7, 1))
                .constant(NdArray.of(new long[] {0, 1, 6, 2, 2, 5}, 2, 3))
                .with("rotary_embedding_dim", 2);
        rotary.gradientHolds();
        rotary.with("interleaved", 1).gradientHolds();
    }

    @Test
    void headsThatDoNotDivideAreRefused() {
        assertThatThrownBy(() -> OperatorCheck.of("Attention")
                        .opset(23)
                        .with("q_num_heads", 3)
                        .with("kv_num_heads", 3)
                        .input(random(1, 2, 3, 8))
                        .input(random(2, 2, 3, 8))
                        .input(random(3, 2, 3, 8))
                        .run())
                .hasMessageContaining("does not part into 3 heads");
    }
}
