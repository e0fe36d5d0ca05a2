package dev.whence.examples.digits;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import dev.whence.core.Npy;
import dev.whence.examples.Bundled;
import dev.whence.examples.Runtime;
import dev.whence.graph.Dimension;
import dev.whence.graph.Graph;
import dev.whence.graph.Network;
import dev.whence.graph.Node;
import dev.whence.graph.Precision;
import dev.whence.graph.onnx.OnnxModel;
import dev.whence.graph.operators.StandardOperators;
import dev.whence.testkit.Close;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The network for digits that comes with Whence. */
class DigitModelTest {
    /** What the model card states. */
    private static final double STATED_ACCURACY = 0.9778;

    private static final int LARGEST_FILE = 200_000;

    /** Two engines add up a few hundred products in float32 in different orders. */
    private static final double FLOAT32_SUMS = 1e-5;

    private final Digits test = Digits.all().test();

    private static NdArray probabilities(Graph graph, NdArray images) {
        try (Network network = StandardOperators.network(graph, Precision.FLOAT32)) {
            return Objects.requireNonNull(
                    network.evaluate(Map.of("image", images)).get("probabilities"));
        }
    }

    private static Graph bundled() {
        return OnnxModel.read(Bundled.DIGITS_MODEL.bytes(), null).graph();
    }

    private static double accuracy(NdArray probabilities, int[] digits) {
        int right = 0;
        for (int n = 0; n < digits.length; n++) {
            int best = 0;
            for (int digit = 1; digit < 10; digit++) {
                best = probabilities.getDouble(n * 10 + digit) > probabilities.getDouble(n * 10 + best) ? digit : best;
            }
            right += best == digits[n] ? 1 : 0;
        }
        return (double) right / digits.length;
    }

    @Test
    void it_reads_as_many_test_images_right_as_its_card_states() {
        double found = accuracy(probabilities(bundled(), test.images()), test.labels());
        assertThat(Math.round(found * 1e4) / 1e4).isGreaterThanOrEqualTo(STATED_ACCURACY);
    }

    @Test
    void it_reads_every_image_that_comes_with_it_right() {
        Digits first = test.firstOfEach();
        assertThat(accuracy(probabilities(bundled(), first.images()), first.labels()))
                .isEqualTo(1);
    }

    @Test
    void another_engine_finds_the_same() throws Exception {
        double[] expected = Runtime.run(Bundled.DIGITS_MODEL, "image", test.images());
        Close.assertElementwise(
                "probabilities", probabilities(bundled(), test.images()).toDoubles(), expected, 0, FLOAT32_SUMS);
    }

    @Test
    void it_is_small_takes_any_number_of_images_and_ends_in_a_softmax_of_logits() {
        Graph graph = bundled();
        assertThat(Bundled.DIGITS_MODEL.bytes()).hasSizeLessThan(LARGEST_FILE);
        assertThat(Objects.requireNonNull(graph.inputs().getFirst().shape()).getFirst())
                .isEqualTo(Dimension.of("N"));
        Node last = graph.nodes().getLast();
        assertThat(last.operator()).isEqualTo("Softmax");
        assertThat(last.inputs()).containsExactly("logits");
    }

    @Test
    void the_inputs_beside_it_are_test_images(@TempDir Path folder) {
        assertThat(Npy.read(Bundled.DIGITS_INPUTS.copyTo(folder)))
                .isEqualTo(test.firstOfEach().images());
    }

    @Test
    @Tag("slow")
    void the_training_program_learns() {
        TrainDigits.Trained trained = TrainDigits.train(2, 3, (epoch, loss) -> true);
        assertThat(trained.accuracy()).isGreaterThan(0.85);
        assertThat(accuracy(probabilities(trained.graph(), test.images()), test.labels()))
                .isEqualTo(trained.accuracy());
    }
}
