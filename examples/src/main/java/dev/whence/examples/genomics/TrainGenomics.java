package dev.whence.examples.genomics;

import dev.whence.core.FinishedFile;
import dev.whence.core.NdArray;
import dev.whence.core.Progress;
import dev.whence.examples.Bundled;
import dev.whence.examples.Detection;
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
import dev.whence.tensor.training.Pass;
import dev.whence.tensor.training.Training;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The program that trains the network for binding sites and writes it, with a few sequences, into a folder. */
public final class TrainGenomics {
    /** The seed of the network that comes with Whence. */
    static final long SEED = 1;

    /** The seed of the sequences that it is tested on. */
    static final long TEST_SEED = 2;

    /** Sequences of each of the four contents to learn from. */
    static final int TRAIN_EACH = 3000;

    /** Sequences of each content to test with. */
    static final int TEST_EACH = 500;

    /** How long that network learnt. */
    static final int EPOCHS = 30;

    private static final int INPUTS_EACH = 2;

    private TrainGenomics() {}

    /**
     * What came out of training.
     *
     * @param graph the network
     * @param tasks how well it answers each question on the test sequences
     */
    record Trained(Graph graph, List<Detection> tasks) {}

    /** Trains and writes; the one argument is the folder. */
    @SuppressWarnings("SystemOut")
    public static void main(String[] arguments) {
        if (arguments.length != 1) {
            System.err.println("One argument is expected: the folder to write to.");
            return;
        }
        Path folder = Path.of(arguments[0]);
        Engine.setThreads(1);
        Trained trained = train(TRAIN_EACH, EPOCHS, SEED, (epoch, loss) -> {
            System.out.printf(Locale.ROOT, "epoch %2d  loss %.4f%n", epoch + 1, loss);
            return true;
        });
        OnnxExport.write(folder.resolve(Bundled.GENOMICS_MODEL.fileName()), trained.graph());
        FinishedFile.writeText(folder.resolve(Bundled.GENOMICS_INPUTS.fileName()), Fasta.write(inputs()));
        for (int task = 0; task < GenomicsNetwork.TASKS; task++) {
            Detection found = trained.tasks().get(task);
            System.out.printf(
                    Locale.ROOT,
                    "task %d  AUROC %.4f  average precision %.4f  accuracy %.4f%n",
                    task,
                    found.auroc(),
                    found.averagePrecision(),
                    found.accuracy());
        }
    }

    /** The sequences that the network is tested on, the same every time. */
    static List<SimulatedSequence> testSequences() {
        return SequenceSimulator.simulate(TEST_EACH, TEST_SEED);
    }

    /** The first test sequences of each content whose motifs all stand in them at least twice. */
    static List<SimulatedSequence> inputs() {
        List<SimulatedSequence> test = testSequences();
        List<SimulatedSequence> out = new ArrayList<>();
        for (SequenceSimulator.Content content : SequenceSimulator.Content.values()) {
            test.stream()
                    .filter(sequence -> sequence.content() == content)
                    .filter(sequence ->
                            List.of(Motif.GATA1, Motif.TAL1).stream().allMatch(motif -> sequence.count(motif) != 1))
                    .limit(INPUTS_EACH)
                    .forEach(out::add);
        }
        return out;
    }

    /** Trains on new sequences and measures on the test sequences. */
    static Trained train(int each, int epochs, long seed, Training.EpochEnd epochEnd) {
        List<SimulatedSequence> examples = SequenceSimulator.simulate(each, seed);
        Training training = Training.DEFAULT
                .withEpochs(epochs)
                .withBatchSize(64)
                .withSeed(seed)
                .withOptimizer(Adam.Settings.DEFAULT.withRate(3e-3))
                .withSchedule(Training.Schedule.COSINE);
        try (Parameters parameters = Parameters.seeded(seed, NdArray.Type.FLOAT32);
                TensorScope _ = TensorScope.open()) {
            Layer network = GenomicsNetwork.create(parameters);
            Tensor sequences = Tensor.of(encoded(examples));
            Tensor labels = Tensor.of(labels(examples));
            training.run(
                    parameters,
                    examples.size(),
                    (rows, pass) -> Losses.binaryCrossEntropy(
                            network.apply(sequences.indexSelect(0, rows), pass), labels.indexSelect(0, rows)),
                    epochEnd,
                    Progress.SILENT);
            List<SimulatedSequence> test = testSequences();
            try (Gradients.Pause _ = Gradients.pause()) {
                NdArray logits =
                        network.apply(Tensor.of(encoded(test)), Pass.USE).toNdArray();
                return new Trained(GenomicsNetwork.graph(parameters.values()), measured(logits, test));
            }
        }
    }

    /** How well logits {@code [N, 3]} answer each question. */
    static List<Detection> measured(NdArray logits, List<SimulatedSequence> sequences) {
        List<Detection> out = new ArrayList<>();
        for (int task = 0; task < GenomicsNetwork.TASKS; task++) {
            double[] scores = new double[sequences.size()];
            boolean[] there = new boolean[sequences.size()];
            for (int n = 0; n < scores.length; n++) {
                scores[n] = logits.getDouble(n * GenomicsNetwork.TASKS + task);
                there[n] = sequences.get(n).labels()[task] == 1;
            }
            out.add(Detection.of(scores, there, 0));
        }
        return out;
    }

    /** Sequences as the network reads them. */
    static NdArray encoded(List<SimulatedSequence> sequences) {
        return OneHot.of(sequences.stream().map(SimulatedSequence::letters).toList());
    }

    private static NdArray labels(List<SimulatedSequence> sequences) {
        float[] out = new float[sequences.size() * GenomicsNetwork.TASKS];
        for (int n = 0; n < sequences.size(); n++) {
            int[] labels = sequences.get(n).labels();
            for (int task = 0; task < labels.length; task++) {
                out[n * labels.length + task] = labels[task];
            }
        }
        return NdArray.of(out, sequences.size(), GenomicsNetwork.TASKS);
    }
}
