package dev.whence.examples.genomics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import dev.whence.examples.Bundled;
import dev.whence.examples.Detection;
import dev.whence.examples.Runtime;
import dev.whence.graph.Dimension;
import dev.whence.graph.Graph;
import dev.whence.graph.Network;
import dev.whence.graph.Precision;
import dev.whence.graph.onnx.OnnxModel;
import dev.whence.graph.operators.StandardOperators;
import dev.whence.testkit.Close;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The network for binding sites that comes with Whence. */
class GenomicsModelTest {
    /** What the model card states. */
    private static final double[] STATED_AUROC = {0.9941, 0.9916, 0.9985};

    private static final int LARGEST_FILE = 200_000;

    /** Two engines add up a few hundred products in float32 in different orders. */
    private static final double FLOAT32_SUMS = 1e-5;

    private static NdArray run(Graph graph, NdArray sequences, String value) {
        try (Network network = StandardOperators.network(graph, Precision.FLOAT32)) {
            return Objects.requireNonNull(
                    network.evaluate(Map.of("sequence", sequences), value).get(value));
        }
    }

    private static Graph bundled() {
        return OnnxModel.read(Bundled.GENOMICS_MODEL.bytes(), null).graph();
    }

    private static List<SimulatedSequence> inputs() {
        return Fasta.read(new String(Bundled.GENOMICS_INPUTS.bytes(), StandardCharsets.US_ASCII));
    }

    @Test
    void it_finds_motifs_in_test_sequences_as_well_as_its_card_states() {
        List<SimulatedSequence> test = TrainGenomics.testSequences();
        NdArray logits = run(bundled(), TrainGenomics.encoded(test), "logits");
        List<Detection> found = TrainGenomics.measured(logits, test);
        for (int task = 0; task < STATED_AUROC.length; task++) {
            assertThat(Math.round(found.get(task).auroc() * 1e4) / 1e4)
                    .as("task %d", task)
                    .isGreaterThanOrEqualTo(STATED_AUROC[task]);
        }
    }

    @Test
    void it_is_right_about_every_sequence_that_comes_with_it() {
        NdArray probabilities = run(bundled(), TrainGenomics.encoded(inputs()), "probabilities");
        for (int n = 0; n < inputs().size(); n++) {
            for (int task = 0; task < 3; task++) {
                int found = probabilities.getDouble(n * 3 + task) > 0.5 ? 1 : 0;
                assertThat(found)
                        .as("%s, task %d", inputs().get(n).name(), task)
                        .isEqualTo(inputs().get(n).labels()[task]);
            }
        }
    }

    @Test
    void another_engine_finds_the_same() throws Exception {
        NdArray sequences = TrainGenomics.encoded(TrainGenomics.testSequences().subList(0, 100));
        double[] expected = Runtime.run(Bundled.GENOMICS_MODEL, "sequence", sequences);
        double[] found = run(bundled(), sequences, "probabilities").toDoubles();
        Close.assertElementwise("probabilities", found, expected, 0, FLOAT32_SUMS);
    }

    @Test
    void it_is_small_takes_any_number_of_sequences_and_ends_in_a_sigmoid_of_logits() {
        Graph graph = bundled();
        assertThat(Bundled.GENOMICS_MODEL.bytes()).hasSizeLessThan(LARGEST_FILE);
        assertThat(Objects.requireNonNull(graph.inputs().getFirst().shape()).getFirst())
                .isEqualTo(Dimension.of("N"));
        assertThat(graph.nodes().getLast().operator()).isEqualTo("Sigmoid");
        assertThat(graph.nodes().getLast().inputs()).containsExactly("logits");
    }

    @Test
    void the_sequences_beside_it_are_test_sequences_two_of_each_content() {
        assertThat(inputs()).isEqualTo(TrainGenomics.inputs()).hasSize(8);
    }

    @Test
    @Tag("slow")
    void the_training_program_learns() {
        TrainGenomics.Trained trained = TrainGenomics.train(500, 6, 3, (epoch, loss) -> true);
        assertThat(trained.tasks()).allSatisfy(task -> assertThat(task.auroc()).isGreaterThan(0.8));
    }
}
