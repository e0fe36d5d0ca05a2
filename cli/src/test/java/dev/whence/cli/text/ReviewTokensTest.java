package dev.whence.cli.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.TokenizedText;
import dev.whence.examples.Bundled;
import dev.whence.examples.reviews.Review;
import dev.whence.tensor.Engine;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReviewTokensTest {
    @TempDir
    Path folder;

    @Test
    void the_library_cuts_the_reviews_as_the_network_learnt_them() {
        Path file = Bundled.REVIEWS_TOKENIZER.copyTo(folder);
        try (Tokenizer tokenizer = Tokenizer.open(file, Engine.cacheFolder())) {
            assertThat(Review.read(new String(Bundled.REVIEWS_INPUTS.bytes(), StandardCharsets.UTF_8)))
                    .allSatisfy(review -> assertThat(
                                    tokenizer.encode(review.text(), 0).text().tokens())
                            .extracting(TokenizedText.Token::piece)
                            .isEqualTo(review.tokens()));
        }
    }
}
