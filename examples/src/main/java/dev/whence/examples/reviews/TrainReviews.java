package dev.whence.examples.reviews;

import dev.whence.core.FinishedFile;
import dev.whence.core.NdArray;
import dev.whence.core.Progress;
import dev.whence.examples.Bundled;
import dev.whence.graph.Graph;
import dev.whence.graph.onnx.OnnxExport;
import dev.whence.tensor.Engine;
import dev.whence.tensor.Gradients;
import dev.whence.tensor.Tensor;
import dev.whence.tensor.TensorScope;
import dev.whence.tensor.training.Adam;
import dev.whence.tensor.training.Losses;
import dev.whence.tensor.training.Parameters;
import dev.whence.tensor.training.Pass;
import dev.whence.tensor.training.Training;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The program that trains the network for reviews and writes it, with its tokenizer and some reviews, into a folder. */
public final class TrainReviews {
    /** The seed of the network that comes with Whence. */
    static final long SEED = 1;

    /** The seed of the reviews that it is tested on. */
    static final long TEST_SEED = 2;

    /** Reviews to learn from. */
    static final int TRAIN = 8000;

    /** Reviews to test with. */
    static final int TEST = 2000;

    /** How long that network learnt. */
    static final int EPOCHS = 20;

    private static final int INPUTS = 20;

    private TrainReviews() {}

    /**
     * What came out of training.
     *
     * @param graph the network
     * @param accuracy the share of test reviews that it reads right
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
        Trained trained = train(TRAIN, EPOCHS, SEED, (epoch, loss) -> {
            System.out.printf(Locale.ROOT, "epoch %2d  loss %.4f%n", epoch + 1, loss);
            return true;
        });
        OnnxExport.write(folder.resolve(Bundled.REVIEWS_MODEL.fileName()), trained.graph());
        FinishedFile.writeText(folder.resolve(Bundled.REVIEWS_TOKENIZER.fileName()), ReviewWords.tokenizerJson());
        FinishedFile.writeText(folder.resolve(Bundled.REVIEWS_INPUTS.fileName()), Review.write(inputs()));
        System.out.printf(Locale.ROOT, "accuracy on the test reviews %.4f%n", trained.accuracy());
    }

    /** The reviews that the network is tested on, the same every time. */
    static List<Review> testReviews() {
        return ReviewSimulator.simulate(TEST, TEST_SEED);
    }

    /** The first test reviews. */
    static List<Review> inputs() {
        return testReviews().subList(0, INPUTS);
    }

    /** Trains on new reviews and measures on the test reviews. */
    static Trained train(int count, int epochs, long seed, Training.EpochEnd epochEnd) {
        List<Review> examples = ReviewSimulator.simulate(count, seed);
        Training training = Training.DEFAULT
                .withEpochs(epochs)
                .withBatchSize(64)
                .withSeed(seed)
                .withOptimizer(Adam.Settings.DEFAULT.withRate(3e-3).withWeightDecay(3e-2))
                .withSchedule(Training.Schedule.COSINE);
        try (Parameters parameters = Parameters.seeded(seed, NdArray.Type.FLOAT32);
                TensorScope _ = TensorScope.open()) {
            ReviewNetwork network = ReviewNetwork.create(parameters);
            Tensor ids = Tensor.of(Review.ids(examples));
            Tensor mask = mask(examples);
            Tensor labels = labels(examples);
            training.run(
                    parameters,
                    examples.size(),
                    (rows, pass) -> Losses.crossEntropy(
                            network.logits(ids.indexSelect(0, rows), mask.indexSelect(0, rows), pass),
                            labels.indexSelect(0, rows)),
                    epochEnd,
                    Progress.SILENT);
            return new Trained(ReviewNetwork.graph(parameters.values()), accuracy(network, testReviews()));
        }
    }

    private static double accuracy(ReviewNetwork network, List<Review> reviews) {
        try (TensorScope _ = TensorScope.open();
                Gradients.Pause _ = Gradients.pause()) {
            long[] found = network.logits(Tensor.of(Review.ids(reviews)), mask(reviews), Pass.USE)
                    .argMax(1, false)
                    .toLongs();
            int right = 0;
            for (int i = 0; i < found.length; i++) {
                right += (found[i] == 1) == reviews.get(i).isPraise() ? 1 : 0;
            }
            return (double) right / found.length;
        }
    }

    private static Tensor mask(List<Review> reviews) {
        return Tensor.of(Review.mask(reviews)).to(NdArray.Type.FLOAT32);
    }

    private static Tensor labels(List<Review> reviews) {
        long[] labels = reviews.stream().mapToLong(r -> r.isPraise() ? 1 : 0).toArray();
        return Tensor.of(NdArray.of(labels, labels.length));
    }
}
