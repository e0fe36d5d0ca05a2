package dev.whence.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

class SelectionTest {
    private static NdArray floats(RandomGenerator random, long... shape) {
        float[] data = new float[(int) NdArray.elements(shape)];
        for (int i = 0; i < data.length; i++) {
            data[i] = random.nextInt(50) == 0 ? Float.NaN : (float) random.nextGaussian();
        }
        return NdArray.of(data, shape);
    }

    private static float[] bits(Tensor x) {
        return x.toNdArray().toFloats();
    }

    @Test
    void choosesTheSameForManyElementsAsOneByOne() {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(6);
        try (TensorScope scope = TensorScope.open()) {
            Tensor condition =
                    Tensor.of(floats(random, 300, 1, 400)).channelsInnermost().greaterThan(0);
            Tensor yes = Tensor.of(floats(random, 2, 1));
            Tensor no = Tensor.of(floats(random, 300, 2, 400));
            Tensor chosen = condition.where(yes, no);
            assertThat(Selection.isFaster(condition, yes, no)).isTrue();
            assertThat(chosen.shape()).containsExactly(300, 2, 400);
            float[] all = bits(chosen);
            float[] mask = bits(condition.to(NdArray.Type.FLOAT32));
            float[] first = bits(yes);
            float[] second = bits(no);
            for (int i = 0; i < all.length; i++) {
                boolean isYes = mask[i / 800 * 400 + i % 400] > 0;
                assertThat(Float.floatToRawIntBits(all[i]))
                        .isEqualTo(Float.floatToRawIntBits(isYes ? first[i / 400 % 2] : second[i]));
            }
        }
    }

    @Test
    void oneNumberServesAllElements() {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
        try (TensorScope scope = TensorScope.open()) {
            Tensor x = Tensor.of(floats(random, 60_000));
            Tensor one = Tensor.full(1, NdArray.Type.FLOAT32);
            Tensor infinite = Tensor.full(Double.NEGATIVE_INFINITY, NdArray.Type.FLOAT32);
            double ones = x.greaterThan(0)
                    .where(one, infinite)
                    .equalTo(1)
                    .to(NdArray.Type.FLOAT64)
                    .sum(false)
                    .item();
            assertThat(ones)
                    .isEqualTo(
                            x.greaterThan(0).to(NdArray.Type.FLOAT64).sum(false).item());
        }
    }
}
