package dev.whence.examples.reviews;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.NdArray;
import dev.whence.examples.Bundled;
import dev.whence.graph.Graph;
import dev.whence.graph.Network;
import dev.whence.graph.Precision;
import dev.whence.graph.onnx.OnnxModel;
import dev.whence.graph.operators.StandardOperators;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ReviewModelTest {
    /** What the model card states. */
    private static final double STATED_ACCURACY = 1.0;

    private static final int LARGEST_FILE = 200_000;

    private static Graph bundled() {
        return OnnxModel.read(Bundled.REVIEWS_MODEL.bytes(), null).graph();
    }

    private static double[] logits(List<Review> reviews) {
        Map<String, NdArray> inputs = Map.of("input_ids", Review.ids(reviews), "attention_mask", Review.mask(reviews));
        try (Network network = StandardOperators.network(bundled(), Precision.FLOAT32)) {
            return Objects.requireNonNull(network.evaluate(inputs, "logits").get("logits"))
                    .toDoubles();
        }
    }

    private static double accuracy(List<Review> reviews) {
        double[] logits = logits(reviews);
        int right = 0;
        for (int n = 0; n < reviews.size(); n++) {
            right += (logits[2 * n + 1] > logits[2 * n]) == reviews.get(n).isPraise() ? 1 : 0;
        }
        return (double) right / reviews.size();
    }

    @Test
    void it_is_as_right_about_test_reviews_as_its_card_states() {
        assertThat(accuracy(TrainReviews.testReviews())).isEqualTo(STATED_ACCURACY);
    }

    @Test
    void padding_changes_nothing() {
        List<Review> reviews = TrainReviews.inputs();
        double[] together = logits(reviews);
        for (int n = 0; n < reviews.size(); n++) {
            double[] alone = logits(List.of(reviews.get(n)));
            assertThat(alone[0]).isCloseTo(together[2 * n], org.assertj.core.api.Assertions.within(1e-4));
        }
    }

    @Test
    void it_is_small_and_its_tokenizer_is_the_one_it_learnt_with() {
        assertThat(Bundled.REVIEWS_MODEL.bytes()).hasSizeLessThan(LARGEST_FILE);
        assertThat(new String(Bundled.REVIEWS_TOKENIZER.bytes(), StandardCharsets.UTF_8))
                .isEqualTo(ReviewWords.tokenizerJson());
    }

    @Test
    void the_reviews_beside_it_are_test_reviews() {
        assertThat(Review.read(new String(Bundled.REVIEWS_INPUTS.bytes(), StandardCharsets.UTF_8)))
                .isEqualTo(TrainReviews.inputs());
    }

    @Test
    void half_of_the_reviews_are_praise_and_all_words_are_known() {
        List<Review> reviews = ReviewSimulator.simulate(500, 7);

        assertThat(reviews.stream().filter(Review::isPraise)).hasSize(250);
        assertThat(reviews).allSatisfy(r -> assertThat(r.tokens()).doesNotContain("[UNK]"));
        assertThat(ReviewSimulator.simulate(500, 7)).isEqualTo(reviews);
    }

    @Test
    @Tag("slow")
    void the_training_program_learns() {
        assertThat(TrainReviews.train(4000, 12, 3, (epoch, loss) -> true).accuracy())
                .isGreaterThan(0.9);
    }
}
