package dev.whence.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.whence.core.TokenizedText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BlocksTest {
    private static Bars bars(int count) {
        List<Bars.Bar> bars = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            bars.add(new Bars.Bar("f" + i, "" + i, (i % 2 == 0 ? 1 : -1) * i));
        }
        return Bars.of("scores", bars);
    }

    @Test
    void bars_are_sorted_by_size_and_the_rest_keeps_the_sum() {
        List<Bars.Bar> shown = bars(30).withMost(5).shown();
        assertThat(shown).extracting(Bars.Bar::name).containsExactly("f29", "f28", "f27", "f26", "f25", "25 others");
        double all = 0;
        for (int i = 0; i < 30; i++) {
            all += (i % 2 == 0 ? 1 : -1) * i;
        }
        assertThat(shown.stream().mapToDouble(Bars.Bar::score).sum()).isCloseTo(all, within(1e-12));
    }

    @Test
    void a_single_rest_is_drawn_by_its_own_name() {
        assertThat(bars(6).withMost(5).shown())
                .extracting(Bars.Bar::name)
                .contains("f0")
                .hasSize(6);
    }

    @Test
    void bars_go_left_when_negative_and_right_when_positive() {
        var document = Xml.fragment(Bars.of("s", List.of(new Bars.Bar("a", "", 2), new Bars.Bar("b", "", -1))));
        assertThat(Xml.ofClass(document, "i", "up").getFirst().getAttribute("style"))
                .isEqualTo("left:50%;width:50%");
        assertThat(Xml.ofClass(document, "i", "down").getFirst().getAttribute("style"))
                .isEqualTo("left:25%;width:25%");
    }

    @Test
    void hostile_names_stay_text_in_bars_tables_text_and_pictures() {
        String name = PageTest.HOSTILE;
        List<Block> blocks = List.of(
                Bars.of(name, List.of(new Bars.Bar(name, name, 1))),
                Table.of(name, name).row(Table.Cell.text(name)),
                Table.facts(name, Map.of(name, name)),
                TextSpans.of(name, List.of(name, name), new double[] {1, 0}),
                HeatMap.of(name, new double[] {1}, 1, 1),
                Chart.bars(name, name, List.of(name), List.of(new Chart.Series(name, new double[] {1}))));
        for (Block block : blocks) {
            assertThat(Xml.elements(Xml.fragment(block), "script")).isEmpty();
        }
        Xml.parse(
                Bars.of(name, List.of(new Bars.Bar(name, name, 1))).drawing(400).svg());
    }

    @Test
    void a_table_wants_as_many_fields_as_columns() {
        Table table = Table.of("", "a", "b");
        assertThatThrownBy(() -> table.row(Table.Cell.number(1))).hasMessageContaining("1 fields in a table of 2");
    }

    @Test
    void tokens_show_their_sign_without_colour() {
        var spans = TextSpans.of("t", List.of("good", " so", " bad"), new double[] {1, 0, -2});
        var document = Xml.fragment(spans);
        assertThat(Xml.ofClass(document, "span", "plus"))
                .singleElement()
                .satisfies(e -> assertThat(e.getTextContent()).isEqualTo("good"));
        assertThat(Xml.ofClass(document, "span", "minus"))
                .singleElement()
                .satisfies(e -> assertThat(e.getTextContent()).isEqualTo(" bad"));
        assertThat(spans.plain()).isEqualTo("[+good] so [-bad]");
        assertThat(spans.ansi().replaceAll("\u001b\\[[0-9;]*m", "")).isEqualTo("good so bad");
        assertThat(spans.ansi()).contains(";4m bad");
    }

    @Test
    void padding_is_shown_once() {
        var pad = new TokenizedText.Token("[PAD]", 4, 4, true);
        var text = new TokenizedText("good", List.of(new TokenizedText.Token("good", 0, 4, false), pad, pad, pad));
        var spans = TextSpans.of("t", text, new double[] {1, 0, 0, 0});
        assertThat(spans.plain()).isEqualTo("[+good][PAD]\u00d73");
        assertThat(spans.ansi().replaceAll("\u001b\\[[0-9;]*m", "")).isEqualTo("good[PAD]\u00d73");
        assertThat(Xml.ofClass(Xml.fragment(spans), "p", "tokens"))
                .singleElement()
                .satisfies(e -> assertThat(e.getTextContent()).isEqualTo("good[PAD]\u00d73"));
        assertThat(Xml.elements(Xml.fragment(spans), "tr")).hasSize(5);
    }

    @Test
    void a_text_keeps_what_stands_between_its_tokens() {
        var text = new TokenizedText(
                "Good  \ud83d\ude00 film\u0021",
                List.of(
                        new TokenizedText.Token("[CLS]", 0, 0, true),
                        new TokenizedText.Token("good", 0, 4, false),
                        new TokenizedText.Token("\u00f0\u0178", 6, 7, false),
                        new TokenizedText.Token("\u0098\u0122", 6, 7, false),
                        new TokenizedText.Token("film", 8, 12, false)));
        var spans = TextSpans.of("t", text, new double[] {0, 1, 0, -1, 0.5});
        assertThat(spans.plain()).isEqualTo("[CLS][+Good]  \ud83d\ude00[-\u00b7] [+film]!");
        assertThat(Xml.ofClass(Xml.fragment(spans), "p", "tokens"))
                .singleElement()
                .satisfies(e -> assertThat(e.getTextContent()).isEqualTo("[CLS]Good  \ud83d\ude00\u00b7 film!"));
    }

    @Test
    void tokens_cannot_smuggle_control_sequences_into_a_terminal() {
        String text = TextSpans.of("t", List.of("\u001b[2Jgone\u009b"), new double[] {0})
                .ansi();
        assertThat(text).doesNotContain("\u001b").doesNotContain("\u009b").contains("gone");
    }

    @Test
    void charts_have_round_ticks_a_key_and_a_table() {
        Axis axis = Axis.over(new double[] {0.013, 0.094}, false);
        assertThat(axis.ticks().stream().map(axis::label)).containsExactly("0", "0.02", "0.04", "0.06", "0.08", "0.1");
        var chart = Chart.lines("c", "steps", new double[] {1, 2, 3}, List.of(new Chart.Series("one", new double[] {
            1, Double.NaN, 3
        })));
        var document = Xml.fragment(chart);
        assertThat(Xml.elements(document, "text"))
                .extracting(e -> e.getTextContent())
                .contains("one", "steps");
        assertThat(Xml.elements(document, "td"))
                .extracting(e -> e.getTextContent())
                .containsExactly("1", "NaN", "3");
    }

    @Test
    void a_flat_or_empty_axis_still_has_a_range() {
        assertThat(Axis.over(new double[] {5, 5}, false).most()).isGreaterThan(5);
        assertThat(Axis.over(new double[] {Double.NaN}, false).most()).isEqualTo(1);
        assertThat(Axis.over(new double[] {5}, true).least()).isZero();
    }

    @Test
    void a_series_longer_than_the_picture_keeps_the_sum_of_its_scores() {
        double[][] ones = new double[1][5000];
        java.util.Arrays.fill(ones[0], 1);
        var document = Xml.fragment(SeriesPlot.of("s", List.of("one"), ones, ones));
        assertThat(Xml.ofClass(document, "rect", "fill-positive")).hasSizeBetween(200, 260);
        double sum = Xml.ofClass(document, "td", "v").stream()
                .mapToDouble(cell -> Double.parseDouble(cell.getTextContent()))
                .sum();
        assertThat(sum).isEqualTo(5000);
    }

    @Test
    void a_long_name_may_be_broken_behind_its_dots() {
        String name = "blocks.0.attn.matmul1";
        String html = Table.of("", "Layer", "Noise")
                .row(Table.Cell.text(name), Table.Cell.numberIfAny(Double.NaN))
                .html();

        assertThat(html)
                .contains("blocks.<wbr/>0.<wbr/>attn.<wbr/>matmul1")
                .contains("<td class=\"n\">–</td>")
                .contains("<th scope=\"col\" class=\"n\">Noise</th>");
        assertThat(new Markup()
                        .breakable("short.name")
                        .breakable("a text. With spaces")
                        .toString())
                .isEqualTo("short.namea text. With spaces");
    }

    @Test
    void a_chart_has_a_form_for_little_room_if_its_names_fit() {
        Chart few = Chart.bars("c", "", List.of("size", "time"), List.of(new Chart.Series("a", new double[] {1, 2})));
        String long50 = "n".repeat(50);
        Chart long1 = Chart.bars("c", "", List.of(long50, "time"), List.of(new Chart.Series("a", new double[] {1, 2})));

        assertThat(few.html()).contains("scroll if-wide", "class=\"if-narrow\"", "width=\"336\"");
        assertThat(long1.html()).doesNotContain("if-wide", "if-narrow");
    }
}
