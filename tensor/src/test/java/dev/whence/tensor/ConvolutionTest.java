package dev.whence.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.whence.core.NdArray;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Convolutions that go their own way in float32, against those that do not. */
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
        "3, 10, 11, 2, 3, 1",
        "3, 99, 120, 3, 1, 1",
        "1, 128, 128, 5, 1, 0",
        "4, 107, 108, 3, 1, 2",
        "2, 106, 109, 3, 1, 1",
        "3, 106, 108, 3, 1, 3",
        "3, 9, 12, 3, 1, 1"
    })
    void pullbackToFewChannelsIsThePullback(int channels, int height, int width, int kernel, int stride, int padding) {
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

    @ParameterizedTest
    @CsvSource({
        "4, 24, 11, 1, 0, 1, false",
        "6, 25, 3, 2, 1, 2, false",
        "4, 21, 4, 1, 3, 1, false",
        "6, 11, 5, 3, 1, 1, true"
    })
    void slidingAlongARowIsTheSameWithEveryLayout(
            int channels, int length, int kernel, int stride, int padding, int dilation, boolean isTransposed) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(5);
        Convolution convolution = new Convolution(
                new long[] {stride},
                new long[] {padding},
                new long[] {dilation},
                isTransposed,
                new long[] {isTransposed ? 1 : 0},
                2);
        try (TensorScope scope = TensorScope.open()) {
            Tensor x = Tensor.of(random(random, 3, channels, length));
            Tensor weight = Tensor.of(
                    isTransposed ? random(random, channels, 5, kernel) : random(random, 10, channels / 2, kernel));
            Tensor bias = Tensor.of(random(random, 10));
            Tensor y = convolution.apply(x, weight, bias);
            Tensor gy = Tensor.of(random(random, y.shape()));
            Tensor gx = convolution.pullback(gy, x, weight);
            Tensor narrowX = x.to(NdArray.Type.FLOAT32);
            Tensor narrowGy = gy.to(NdArray.Type.FLOAT32);
            Tensor narrow = weight.to(NdArray.Type.FLOAT32);
            for (Tensor laid : new Tensor[] {narrow, narrow.channelsInnermost()}) {
                Tensor narrowY = convolution.apply(narrowX, laid, bias.to(NdArray.Type.FLOAT32));
                assertThat(narrowY.shape()).containsExactly(y.shape());
                assertThat(narrowY.toDoubles()).containsExactly(y.toDoubles(), within(1e-4));
                Tensor narrowGx = convolution.pullback(narrowGy, narrowX, laid);
                assertThat(narrowGx.shape()).containsExactly(x.shape());
                assertThat(narrowGx.toDoubles()).containsExactly(gx.toDoubles(), within(1e-4));
            }
        }
    }
}
