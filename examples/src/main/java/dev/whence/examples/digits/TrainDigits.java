package dev.whence.examples.digits;

import dev.whence.core.NdArray;
import dev.whence.core.Npy;
import dev.whence.core.Progress;
import dev.whence.examples.Bundled;
import dev.whence.graph.Graph;
import dev.whence.graph.onnx.OnnxExport;
import dev.whence.tensor.Engine;
import dev.whence.tensor.Gradients;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import dev.whence.tensor.training.Adam;
import dev.whence.tensor.training.Layer;
import dev.whence.tensor.training.Losses;
import dev.whence.tensor.training.Parameters;
import dev.whence.tensor.training.Training;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/** The program that trains the network for digits and writes it, with one input of each digit, into a folder. */
public final class TrainDigits {
    /** The seed of the network that comes with Whence. */
    static final long SEED = 1;

    /** How long that network learnt. */
    static final int EPOCHS = 20;

    private TrainDigits() {}

    /**
     * What came out of training.
     *
     * @param graph the network
     * @param accuracy the share of test images that it reads right
     */
    record Trained(Graph graph, double accuracy) {}

    /** Trains and writes; the one argument is the folder. */
    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) {
        if (arguments.length != 1) {
            System.err.println("One argument is expected: the folder to write to.");
            return;
        }
        Path folder = Path.of(arguments[0]);
        Engine.setThreads(1);
        Trained trained = train(EPOCHS, SEED, (epoch, loss) -> {
            System.out.printf(Locale.ROOT, "epoch %2d  loss %.4f%n", epoch + 1, loss);
            return true;
        });
        OnnxExport.write(folder.resolve(Bundled.DIGITS_MODEL.fileName()), trained.graph());
        Npy.write(
                folder.resolve(Bundled.DIGITS_INPUTS.fileName()),
                Digits.all().test().firstOfEach().images());
        System.out.printf(Locale.ROOT, "accuracy on the test part %.4f%n", trained.accuracy());
    }

    /** Trains on the training part and measures on the test part. */
    static Trained train(int epochs, long seed, Training.EpochEnd epochEnd) {
        Digits train = Digits.all().train().withMoved();
        Training training = Training.DEFAULT
                .withEpochs(epochs)
                .withSeed(seed)
                .withOptimizer(Adam.Settings.DEFAULT.withRate(2e-3).withWeightDecay(1e-3))
                .withSchedule(Training.Schedule.COSINE);
        try (Parameters parameters = Parameters.seeded(seed, NdArray.Type.FLOAT32);
                TensorScope _ = TensorScope.open()) {
            Layer network = DigitNetwork.create(parameters);
            Tensor images = Tensor.of(train.images());
            Tensor labels = labels(train);
            training.run(
                    parameters,
                    train.count(),
                    (rows, pass) -> Losses.crossEntropy(
                            network.apply(images.indexSelect(0, rows), pass), labels.indexSelect(0, rows)),
                    epochEnd,
                    Progress.SILENT);
            return new Trained(
                    DigitNetwork.graph(parameters.values()),
                    accuracy(network, Digits.all().test()));
        }
    }

    private static double accuracy(Layer network, Digits test) {
        try (TensorScope _ = TensorScope.open();
                Gradients.Pause _ = Gradients.pause()) {
            Tensor found =
                    DigitNetwork.logits(network, Tensor.of(test.images())).argMax(1, false);
            long right = 0;
            long[] digits = found.toLongs();
            int[] wanted = test.labels();
            for (int i = 0; i < digits.length; i++) {
                right += digits[i] == wanted[i] ? 1 : 0;
            }
            return (double) right / digits.length;
        }
    }

    private static Tensor labels(Digits digits) {
        long[] labels = Arrays.stream(digits.labels()).asLongStream().toArray();
        return Tensor.of(NdArray.of(labels, labels.length));
    }
}
