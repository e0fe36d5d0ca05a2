package dev.whence.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenizedTextTest {
    private static final TokenizedText SMILE = new TokenizedText(
            "so \ud83d\ude00 good",
            List.of(
                    new TokenizedText.Token("[CLS]", 0, 0, true),
                    new TokenizedText.Token("so", 0, 2, false),
                    new TokenizedText.Token("\ud83d\ude00", 3, 4, false),
                    new TokenizedText.Token("go", 5, 7, false),
                    new TokenizedText.Token("##od", 7, 9, false)));

    private static final Units UNITS =
            new Units("ids", NdArray.of(new float[] {0, 1, 2, 3, 4}, 1, 5), List.of(), List.of(SMILE));

    @Test
    void words_are_parts_of_the_text_counted_in_code_points() {
        assertThat(SMILE.words()).containsExactly("[CLS]", "so", "\ud83d\ude00", "go", "od");
        assertThat(SMILE.part(2, 5)).isEqualTo(" \ud83d\ude00 ");
    }

    @Test
    void a_token_must_lie_in_its_text() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TokenizedText("ab", List.of(new TokenizedText.Token("abc", 0, 3, false))))
                .withMessageContaining("ends at 3 of a text of 2");
    }

    @Test
    void every_score_needs_a_token() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Units("ids", NdArray.of(new float[4], 1, 4), List.of(), List.of(SMILE)))
                .withMessageContaining("'ids'");
    }

    @Test
    void the_ranking_names_words() {
        Attribution attribution = Attributions.of(new double[] {10}, new double[1], new double[1], UNITS);
        assertThat(Ranking.top(attribution, 0, 2, Ranking.Order.HIGHEST))
                .extracting(Ranking.Place::label)
                .containsExactly("od", "go");
    }

    @Test
    void json_keeps_the_text_and_its_tokens() {
        Attribution attribution = Attributions.of(new double[] {10}, new double[1], new double[1], UNITS);
        Attribution back =
                AttributionJson.parse(AttributionJson.toText(attribution).getBytes(StandardCharsets.UTF_8), "x.json");
        assertThat(back.units().getFirst().texts()).containsExactly(SMILE);
    }

    @Test
    void csv_names_words_and_their_places() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        AttributionCsv.write(out, Attributions.of(new double[] {10}, new double[1], new double[1], UNITS));
        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .startsWith("example,input,axis1,label,begin,end,score,target,reference,delta")
                .anyMatch(line -> line.startsWith("0,ids,4,od,7,9,4.0,"));
    }
}
