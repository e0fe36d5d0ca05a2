package dev.whence.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.whence.core.NdArray;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pullback of convolutions over few channels with a stride, which goes its own way in float32. */
class ConvolutionTest {
    private static NdArray random(RandomGenerator random, long... shape) {
        double[] data = new double[(int) NdArray.elements(shape)];
        for (int i = 0; i < data.length; i++) {
            data[i] = random.nextGaussian();
        }
        return NdArray.of(data, shape);
    }

    @ParameterizedTest
    @CsvSource({
        "3, 224, 224, 7, 2, 3",
        "3, 17, 20, 7, 2, 3",
        "1, 28, 28, 3, 2, 0",
        "3, 31, 30, 4, 4, 0",
        "4, 30, 33, 11, 4, 2",
        "2, 9, 9, 1, 2, 0",
        "3, 10, 11, 2, 3, 1"
    })
    void pullbackInPhasesIsThePullback(int channels, int height, int width, int kernel, int stride, int padding) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(4);
        Convolution convolution = new Convolution(
                new long[] {stride, stride}, new long[] {padding, padding}, new long[] {1, 1}, false, new long[2], 1);
        try (TensorScope scope = TensorScope.open()) {
            Tensor x = Tensor.of(random(random, 2, channels, height, width));
            Tensor weight = Tensor.of(random(random, 5, channels, kernel, kernel));
            Tensor gy =
                    Tensor.of(random(random, convolution.apply(x, weight, null).shape()));
            double[] wide = convolution.pullback(gy, x, weight).toDoubles();
            Tensor narrow = convolution.pullback(
                    gy.to(NdArray.Type.FLOAT32), x.to(NdArray.Type.FLOAT32), weight.to(NdArray.Type.FLOAT32));
            assertThat(narrow.shape()).containsExactly(x.shape());
            assertThat(narrow.toDoubles()).containsExactly(wide, within(1e-4));
        }
    }
}
