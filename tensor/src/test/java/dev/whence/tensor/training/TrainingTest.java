package dev.whence.tensor.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.whence.core.ErrorCode;
import dev.whence.core.NdArray;
import dev.whence.core.Progress;
import dev.whence.core.WhenceException;
import dev.whence.tensor.Convolution;
import dev.whence.tensor.Draws;
import dev.whence.tensor.Gradients;
import dev.whence.tensor.Pooling;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingTest {
    private static final NdArray.Type F64 = NdArray.Type.FLOAT64;

    @TempDir
    Path folder;

    private TensorScope scope;

    @BeforeEach
    void open() {
        scope = TensorScope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** Compares each derivative with (f(x + h) - f(x - h)) / 2h. */
    private static void checkGradients(Parameters parameters, Function<Pass, Tensor> loss) {
        List<Tensor> gradients = Gradients.of(loss.apply(Pass.USE), parameters.tensors());
        double h = 1e-6;
        for (int p = 0; p < gradients.size(); p++) {
            Tensor parameter = parameters.tensors().get(p);
            double[] values = parameter.toDoubles();
            double[] found = gradients.get(p).toDoubles();
            for (int i = 0; i < values.length; i++) {
                double up = shifted(parameter, values, i, h, loss);
                double down = shifted(parameter, values, i, -h, loss);
                assertThat(found[i]).isCloseTo((up - down) / (2 * h), within(1e-7));
            }
        }
    }

    private static double shifted(Tensor parameter, double[] values, int i, double h, Function<Pass, Tensor> loss) {
        double[] moved = values.clone();
        moved[i] += h;
        try (Gradients.Pause _ = Gradients.pause()) {
            parameter.copyInPlace(Tensor.of(NdArray.of(moved, parameter.shape())));
            double result = loss.apply(Pass.USE).item();
            parameter.copyInPlace(Tensor.of(NdArray.of(values, parameter.shape())));
            return result;
        }
    }

    @Test
    void gradientsOfAnImageNetworkMatchCentralDifferences() {
        try (Parameters parameters = Parameters.seeded(3, F64);
                Draws draws = Draws.seeded(4)) {
            Convolution padded = new Convolution(
                    new long[] {1, 1}, new long[] {1, 1}, new long[] {1, 1}, false, new long[] {0, 0}, 1);
            Pooling half =
                    new Pooling(new long[] {2, 2}, new long[] {2, 2}, new long[] {0, 0}, new long[] {1, 1}, false);
            Layer network = Layers.sequence(
                    ConvolutionLayer.create(parameters, "conv", padded, 2, 3, 3, 3),
                    Layers.TANH,
                    Layers.maxPool(half),
                    Layers.averagePool(half),
                    Layers.FLATTEN,
                    Layers.dropout(0.5),
                    Linear.create(parameters, "fc", 3, 4));
            Tensor x = draws.normal(F64, 5, 2, 4, 4);
            Tensor labels = Tensor.of(NdArray.of(new long[] {0, 3, 1, 1, 2}, 5));
            checkGradients(parameters, pass -> Losses.crossEntropy(network.apply(x, pass), labels));
        }
    }

    @Test
    void gradientsOfASequenceNetworkMatchCentralDifferences() {
        try (Parameters parameters = Parameters.seeded(5, F64)) {
            Layer network = Layers.sequence(
                    Embedding.create(parameters, "embed", 4, 3),
                    (x, pass) -> x.transpose(1, 2),
                    ConvolutionLayer.create(parameters, "conv", ConvolutionLayer.plain(1), 3, 2, 2),
                    Layers.SIGMOID,
                    Layers.FLATTEN,
                    Linear.create(parameters, "fc", 8, 1));
            Tensor x = Tensor.of(NdArray.of(new long[] {0, 1, 2, 3, 0, 3, 3, 1, 2, 2}, 2, 5));
            Tensor targets = Tensor.of(NdArray.of(new double[] {1, 0}, 2, 1));
            checkGradients(parameters, pass -> Losses.binaryCrossEntropy(network.apply(x, pass), targets));
        }
    }

    @Test
    void aVariableThatIsNotUsedHasGradientZero() {
        try (Parameters parameters = Parameters.seeded(1, F64)) {
            Tensor used = parameters.of("used", NdArray.of(new double[] {2}, 1));
            parameters.zeros("unused", 3);
            List<Tensor> gradients = Gradients.of(used.times(used).sum(false), parameters.tensors());
            assertThat(gradients.get(0).toDoubles()).containsExactly(4);
            assertThat(gradients.get(1).toDoubles()).containsExactly(0, 0, 0);
        }
    }

    @Test
    void nothingIsRecordedDuringAPause() {
        try (Parameters parameters = Parameters.seeded(1, F64)) {
            Tensor x = parameters.normal("x", 2);
            assertThat(Gradients.isRecorded(x.times(2))).isTrue();
            assertThat(Gradients.isRecorded(Gradients.detach(x).times(2))).isFalse();
            try (Gradients.Pause _ = Gradients.pause()) {
                assertThat(Gradients.isRecorded(x.times(2))).isFalse();
            }
            assertThat(Gradients.isRecorded(x.times(2))).isTrue();
        }
    }

    /** Kingma and Ba's algorithm 1 written out for one number with gradient x. */
    @Test
    void adamFollowsThePaper() {
        double x = 1;
        double m = 0;
        double v = 0;
        try (Parameters parameters = Parameters.seeded(1, F64)) {
            Tensor p = parameters.of("p", NdArray.of(new double[] {1}, 1));
            try (Adam adam = new Adam(
                    parameters.tensors(), Adam.Settings.DEFAULT.withRate(0.1).withWeightDecay(0.2))) {
                for (int t = 1; t <= 5; t++) {
                    m = 0.9 * m + 0.1 * x;
                    v = 0.999 * v + 0.001 * x * x;
                    double step = 0.1 * (m / (1 - Math.pow(0.9, t))) / (Math.sqrt(v / (1 - Math.pow(0.999, t))) + 1e-8);
                    x = x * (1 - 0.1 * 0.2) - step;
                    adam.step(List.of(Gradients.detach(p).copy()), 1);
                    assertThat(p.item()).isCloseTo(x, within(1e-12));
                }
            }
        }
    }

    private static Map<String, NdArray> trainedXor(long seed) {
        try (Parameters parameters = Parameters.seeded(seed, NdArray.Type.FLOAT32)) {
            Layer network = xor(parameters);
            Tensor x = Tensor.of(NdArray.of(new float[] {0, 0, 0, 1, 1, 0, 1, 1}, 4, 2));
            Tensor y = Tensor.of(NdArray.of(new float[] {0, 1, 1, 0}, 4, 1));
            List<Double> losses = new Training(
                            400, 2, seed, Adam.Settings.DEFAULT.withRate(0.05), Training.Schedule.COSINE)
                    .run(
                            parameters,
                            4,
                            (rows, pass) -> Losses.binaryCrossEntropy(
                                    network.apply(x.indexSelect(0, rows), pass), y.indexSelect(0, rows)));
            assertThat(losses).hasSize(400);
            assertThat(losses.getLast()).isLessThan(0.02);
            Tensor said = network.apply(x, Pass.USE).greaterThan(0);
            assertThat(said.toLongs()).containsExactly(0, 1, 1, 0);
            return parameters.values();
        }
    }

    private static Layer xor(Parameters parameters) {
        return Layers.sequence(
                Linear.create(parameters, "fc1", 2, 16),
                Layers.RELU,
                Layers.dropout(0.05),
                Linear.create(parameters, "fc2", 16, 1));
    }

    @Test
    void exclusiveOrIsLearntAndTheSameSeedGivesTheSameWeights() {
        Map<String, NdArray> once = trainedXor(1);
        assertThat(trainedXor(1)).isEqualTo(once);
        assertThat(trainedXor(2)).isNotEqualTo(once);
    }

    @Test
    void aStraightLineIsFound() {
        try (Parameters parameters = Parameters.seeded(1, F64);
                Draws draws = Draws.seeded(2)) {
            Linear line = Linear.create(parameters, "line", 3, 1);
            Tensor x = draws.normal(F64, 200, 3);
            Tensor y = x.matmul(Tensor.of(NdArray.of(new double[] {1, -2, 0.5}, 3, 1)))
                    .plus(4);
            Training.DEFAULT
                    .withEpochs(100)
                    .withOptimizer(Adam.Settings.DEFAULT.withRate(0.05))
                    .withSchedule(Training.Schedule.COSINE)
                    .run(
                            parameters,
                            200,
                            (rows, pass) -> Losses.meanSquaredError(
                                    line.apply(x.indexSelect(0, rows), pass), y.indexSelect(0, rows)));
            assertThat(line.weight().toDoubles()).containsExactly(new double[] {1, -2, 0.5}, within(1e-3));
            assertThat(line.bias().item()).isCloseTo(4, within(1e-3));
        }
    }

    @Test
    void parametersAreSavedAndLoaded() {
        Path file = folder.resolve("x.safetensors");
        try (Parameters first = Parameters.seeded(1, NdArray.Type.FLOAT32);
                Parameters second = Parameters.seeded(2, NdArray.Type.FLOAT32);
                Parameters other = Parameters.seeded(3, NdArray.Type.FLOAT32)) {
            xor(first);
            xor(second);
            first.save(file, Map.of("format", "pt"));
            assertThat(second.values()).isNotEqualTo(first.values());
            second.load(file);
            assertThat(second.values()).isEqualTo(first.values());
            assertThat(Gradients.isRecorded(second.tensors().get(0))).isTrue();
            Linear.create(other, "fc1", 2, 3);
            assertThatThrownBy(() -> other.load(file))
                    .isInstanceOf(WhenceException.class)
                    .hasMessageContaining("expected [fc1.bias, fc1.weight]");
            Linear.create(other, "fc2", 3, 1);
            assertThatThrownBy(() -> other.load(file)).hasMessageContaining("expected [3");
        }
    }

    @Test
    void trainingCanBeStoppedOrCancelled() {
        try (Parameters parameters = Parameters.seeded(1, F64)) {
            Tensor x = parameters.normal("x", 2);
            Training.Objective objective = (rows, pass) -> x.times(x).sum(false);
            assertThat(Training.DEFAULT.run(parameters, 40, objective, (epoch, loss) -> epoch < 2, Progress.SILENT))
                    .hasSize(3);
            Progress impatient = (done, total, label) -> {
                assertThat(total).isEqualTo(20);
                throw new WhenceException(ErrorCode.CANCELLED, "enough");
            };
            assertThatThrownBy(() -> Training.DEFAULT.run(parameters, 40, objective, (epoch, loss) -> true, impatient))
                    .hasMessage("enough");
        }
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> Layers.dropout(1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Adam.Settings.DEFAULT.withRate(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Training.DEFAULT.withBatchSize(0)).isInstanceOf(IllegalArgumentException.class);
        try (Parameters parameters = Parameters.seeded(1, F64)) {
            parameters.zeros("a", 1);
            assertThatThrownBy(() -> parameters.zeros("a", 2)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
