package dev.whence.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import org.junit.jupiter.api.Test;

class TensorTest {
    @Test
    void arraysOfEveryTypeComeBackUnchanged() {
        try (var _ = TensorScope.open()) {
            for (NdArray.Type type : NdArray.Type.values()) {
                NdArray array = switch (type) {
                    case FLOAT16, BFLOAT16 -> NdArray.ofHalves(type, new float[] {0, 1, -2, 0.5f}, 2, 2);
                    case FLOAT32 -> NdArray.of(new float[] {0, 1, -2, 0.1f}, 2, 2);
                    case FLOAT64 -> NdArray.of(new double[] {0, 1, -2, 0.1}, 2, 2);
                    default -> NdArray.ofIntegers(type, new long[] {0, 1, 1, 0}, 2, 2);
                };
                assertThat(Tensor.of(array).toNdArray()).isEqualTo(array);
            }
        }
    }

    @Test
    void convolutionMatchesAHandComputedCase() {
        try (var _ = TensorScope.open()) {
            Tensor x = Tensor.of(NdArray.of(new double[] {1, 2, 3, 4}, 1, 1, 4));
            Tensor w = Tensor.of(NdArray.of(new double[] {1, 10}, 1, 1, 2));
            var c = new Convolution(new long[] {1}, new long[] {0}, new long[] {1}, false, new long[] {0}, 1);
            assertThat(c.apply(x, w, null).toDoubles()).containsExactly(21, 32, 43);
            Tensor gy = Tensor.full(1, NdArray.Type.FLOAT64, 1, 1, 3);
            assertThat(c.pullback(gy, x, w).toDoubles()).containsExactly(1, 11, 11, 10);
        }
    }

    @Test
    void anAdoptedTensorOutlivesTheScopeItWasMadeIn() {
        TensorScope keeper = TensorScope.detached();
        Tensor kept;
        try (var _ = TensorScope.open()) {
            kept = keeper.adopt(Tensor.full(3, NdArray.Type.FLOAT32, 2));
            Tensor.full(4, NdArray.Type.FLOAT32, 2).close();
        }
        try (var _ = TensorScope.open()) {
            assertThat(kept.plus(1).toDoubles()).containsExactly(4, 4);
        }
        keeper.close();
        assertThat(kept.isClosed()).isTrue();
    }
}
