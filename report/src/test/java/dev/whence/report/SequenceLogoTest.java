package dev.whence.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.geom.Rectangle2D;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SequenceLogoTest {
    @ParameterizedTest
    @ValueSource(chars = {'A', 'C', 'G', 'T', 'U', 'N', 'a'})
    void a_letter_fills_its_box_exactly_so_that_height_is_score(char letter) {
        Rectangle2D bounds = LetterGlyphs.in(letter, 3, 5, 10, 40).getBounds2D();
        assertThat(bounds.getMinX()).isCloseTo(3, within(0.01));
        assertThat(bounds.getMaxX()).isCloseTo(13, within(0.01));
        assertThat(bounds.getMinY()).isCloseTo(5, within(0.01));
        assertThat(bounds.getMaxY()).isCloseTo(45, within(0.01));
    }

    @Test
    void letters_stand_above_the_line_when_positive_and_below_when_negative_in_proportion() {
        List<Rectangle2D> letters = letters(SequenceLogo.of("x", "ACG", new double[] {2, -1, 0.5}));
        assertThat(letters).hasSize(3);
        double line = letters.get(0).getMaxY();
        assertThat(letters.get(1).getMinY()).isCloseTo(line, within(0.01));
        assertThat(letters.get(2).getMaxY()).isCloseTo(line, within(0.01));
        assertThat(letters.get(0).getHeight()).isCloseTo(2 * letters.get(1).getHeight(), within(0.01));
        assertThat(letters.get(0).getHeight()).isCloseTo(4 * letters.get(2).getHeight(), within(0.01));
    }

    private static List<Rectangle2D> letters(SequenceLogo logo) {
        var row = (Drawing.Mark.Inner) logo.drawing().marks().getFirst();
        return row.drawing().marks().stream()
                .filter(Drawing.Mark.Fill.class::isInstance)
                .map(mark -> ((Drawing.Mark.Fill) mark).shape().getBounds2D())
                .toList();
    }

    @Test
    void a_long_sequence_is_wrapped_and_every_position_is_in_the_table() {
        String letters = Samples.sequence(1000, 1);
        double[] scores = new double[1000];
        Arrays.setAll(scores, i -> Math.sin(i));
        var document = Xml.fragment(SequenceLogo.of("dna", letters, scores));
        assertThat(Xml.elements(document, "svg")).hasSize(25);
        var cells = Xml.ofClass(document, "td", "v");
        assertThat(cells).hasSize(1000);
        assertThat(cells.get(0).getParentNode().getFirstChild().getTextContent())
                .isEqualTo("1 " + letters.charAt(0));
        var plates = Xml.ofClass(document, "div", "plate");
        assertThat(plates.get(3).getAttribute("data-first")).isEqualTo("120");
    }

    @Test
    void of_a_very_long_sequence_the_strongest_rows_are_drawn_and_the_page_says_so() {
        double[] scores = new double[100_000];
        scores[77_777] = 5;
        SequenceLogo logo = SequenceLogo.of("dna", "A".repeat(100_000), scores);
        var document = Xml.fragment(logo);
        assertThat(Xml.elements(document, "svg")).hasSize(50);
        assertThat(logo.html())
                .contains("Only the rows with the strongest scores")
                .contains("77778 A");
    }

    @Test
    void highlights_are_named_on_every_row_they_reach() {
        var logo = SequenceLogo.of("dna", "ACGT".repeat(30), new double[120])
                .withHighlights(List.of(new InputView.Range(32, 45, "GATA <1>")));
        assertThat(Xml.elements(Xml.fragment(logo), "text"))
                .filteredOn(text -> text.getTextContent().equals("GATA <1>"))
                .hasSize(2);
    }

    @Test
    void all_zero_and_missing_scores_are_drawn_without_letters() {
        assertThat(letters(SequenceLogo.of("x", "AC", new double[] {0, Double.NaN})))
                .isEmpty();
    }

    @Test
    void as_many_scores_as_letters_are_wanted() {
        assertThatThrownBy(() -> SequenceLogo.of("x", "ACG", new double[2])).hasMessageContaining("2 scores for 3");
    }
}
