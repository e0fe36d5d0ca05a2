package dev.whence.cli.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.TokenizedText;
import dev.whence.core.WhenceException;
import dev.whence.tensor.Engine;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenizerTest {
    @TempDir
    Path folder;

    private Tokenizer open() {
        return open(SmallTokenizer.write(folder));
    }

    private static Tokenizer open(Path file) {
        return Tokenizer.open(file, Engine.cacheFolder());
    }

    @Test
    void a_text_is_cut_into_pieces_that_know_their_places() {
        try (Tokenizer tokenizer = open()) {
            Encoded encoded = tokenizer.encode("Not  GOOD \ud83d\ude00 caf\u00e9!", 0);

            assertThat(encoded.ids()).containsExactly(2, 8, 9, 10, 1, 13, 14, 12, 3);
            assertThat(encoded.text().words())
                    .containsExactly("[CLS]", "Not", "GO", "OD", "\ud83d\ude00", "caf", "\u00e9", "!", "[SEP]");
            assertThat(encoded.text().tokens().get(4)).isEqualTo(new TokenizedText.Token("[UNK]", 10, 11, false));
            assertThat(encoded.text().tokens().getFirst().special()).isTrue();
            assertThat(encoded.text().tokens().getLast()).isEqualTo(new TokenizedText.Token("[SEP]", 17, 17, true));
        }
    }

    @Test
    void a_text_can_be_cut_short_and_keeps_what_stands_around_it() {
        try (Tokenizer tokenizer = open()) {
            assertThat(tokenizer.encode("the film was good", 4).ids()).containsExactly(2, 5, 6, 3);
            assertThat(tokenizer.encode("the film was good", 0).length()).isEqualTo(7);
        }
    }

    @Test
    void ids_are_turned_back_into_words() {
        try (Tokenizer tokenizer = open()) {
            TokenizedText text = tokenizer.decode(new long[] {2, 5, 9, 10, 12, 3, 0});

            assertThat(text.text()).isEqualTo("[CLS] the good! [SEP] [PAD]");
            assertThat(text.words()).containsExactly("[CLS]", "the", "go", "od", "!", "[SEP]", "[PAD]");
            assertThat(text.tokens())
                    .extracting(TokenizedText.Token::special)
                    .containsExactly(true, false, false, false, false, true, true);
        }
    }

    @Test
    void thousands_of_ids_are_turned_back_like_a_few() {
        List<String> words = List.of("the", "film", "was", "not", "good", "bad", "!");
        long[][] idsOf = {{5}, {6}, {7}, {8}, {9, 10}, {11}, {12}};
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(1);
        StringBuilder expected = new StringBuilder("the");
        List<Long> ids = new ArrayList<>(List.of(5L));
        for (int n = 0; n < 4000; n++) {
            int word = random.nextInt(words.size());
            expected.append(word == 6 ? "" : " ").append(words.get(word));
            Arrays.stream(idsOf[word]).forEach(ids::add);
        }
        try (Tokenizer tokenizer = open()) {
            TokenizedText text =
                    tokenizer.decode(ids.stream().mapToLong(id -> id).toArray());

            assertThat(text.text()).isEqualTo(expected.toString());
            assertThat(text.tokens()).hasSize(ids.size());
            assertThat(text.words().subList(0, 3)).doesNotContain("");
        }
    }

    @Test
    void a_token_has_an_id_and_anything_else_has_none() {
        try (Tokenizer tokenizer = open()) {
            assertThat(tokenizer.id("[MASK]")).isEqualTo(4);
            assertThat(tokenizer.id("film")).isEqualTo(6);
            assertThat(tokenizer.padding()).hasValue(0);
            assertThatThrownBy(() -> tokenizer.id("[MASKE]"))
                    .isInstanceOf(WhenceException.class)
                    .hasMessageContaining("'[MASKE]'")
                    .hasMessageContaining("its special tokens are [PAD] [UNK] [CLS] [SEP] [MASK].");
            assertThatThrownBy(() -> tokenizer.id("zebra")).hasMessageContaining("does not hold it");
            assertThatThrownBy(() -> tokenizer.id("good")).hasMessageContaining("cuts it into 2 tokens");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"a\": 1} | it has no 'model'",
                "[1] | an object is expected",
                "words | this is not JSON",
                "{\"model\": {\"type\": \"Nope\"}} | this is no tokenizer that can be used",
                "{\"model\": {}, \"added_tokens\": 3, \"padding\": [] | this is not JSON",
            })
    void what_is_no_tokenizer_is_refused_in_one_sentence(String content, String reason) {
        Path file = SmallTokenizer.write(folder.resolve("bad.json"), content);

        assertThatThrownBy(() -> open(file))
                .isInstanceOf(WhenceException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(reason)
                .message()
                .doesNotContain("\n")
                .endsWith(".");
    }

    @Test
    void every_beginning_of_a_tokenizer_is_refused() {
        String whole = SmallTokenizer.json().strip();
        for (int length = 0; length < whole.length(); length += 97) {
            Path file = SmallTokenizer.write(folder.resolve("cut.json"), whole.substring(0, length));
            assertThatThrownBy(() -> open(file)).isInstanceOf(WhenceException.class);
        }
    }

    @Test
    void a_vocabulary_that_lacks_its_unknown_word_is_refused_with_the_text() {
        Path file = SmallTokenizer.write(
                folder.resolve("t.json"), SmallTokenizer.json().replace("\"[UNK]\":1,", ""));
        try (Tokenizer tokenizer = open(file)) {
            assertThatThrownBy(() -> tokenizer.encode("zebra", 0))
                    .isInstanceOf(WhenceException.class)
                    .hasMessageContaining("cannot cut the text");
        } catch (WhenceException e) {
            assertThat(e).hasMessageContaining("no tokenizer");
        }
    }

    @Test
    void a_file_that_is_missing_or_too_large_is_refused_before_it_is_read() throws IOException {
        assertThatThrownBy(() -> open(folder.resolve("none.json"))).hasMessageContaining("There is no file");
        Path large = folder.resolve("large.json");
        try (RandomAccessFile file = new RandomAccessFile(large.toFile(), "rw")) {
            file.setLength(Tokenizer.MOST_BYTES + 1);
        }
        assertThatThrownBy(() -> open(large)).hasMessageContaining("at most " + Tokenizer.MOST_BYTES);
    }

    @Test
    void a_tokenizer_is_of_no_use_after_it_is_closed() {
        Tokenizer tokenizer = open();
        tokenizer.close();
        tokenizer.close();
        assertThatThrownBy(() ->
                        tokenizer.decode(List.of(1L).stream().mapToLong(i -> i).toArray()))
                .isInstanceOf(IllegalStateException.class);
    }
}
