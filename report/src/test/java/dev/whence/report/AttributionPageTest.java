package dev.whence.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.whence.core.Attribution;
import dev.whence.core.Completeness;
import dev.whence.core.NdArray;
import dev.whence.core.Units;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class AttributionPageTest {
    private static final BufferedImage SEVEN = Samples.digit(28);

    private static Attribution digits(String method, long seed) {
        return Samples.attribution(method, Completeness.EXACT, 2e-7, Samples.images("image", seed, SEVEN, SEVEN));
    }

    private static Example digit(String name) {
        return Example.of(name, "image", new InputView.Image(SEVEN, Layout.CHW));
    }

    private static Document page(InputView view, Units units) {
        Attribution attribution = Samples.attribution("m", Completeness.EXACT, 0, units);
        return Xml.parse(AttributionPage.of("t", attribution, List.of(Example.of("e", units.name(), view)))
                .page()
                .html());
    }

    @Test
    void one_attribution_shows_each_example_with_its_sum_and_how_it_was_made() {
        var page = AttributionPage.of("Why?", digits("deeplift-rescale", 4), List.of(digit("one"), digit("two")));
        Document document = Xml.parse(page.page().html());
        assertThat(Xml.elements(document, "section"))
                .extracting(e -> e.getAttribute("id"))
                .containsExactly("summary", "example-1", "example-2", "provenance");
        assertThat(Xml.elements(document, "a"))
                .extracting(e -> e.getAttribute("href"))
                .contains("#example-2");
        assertThat(Xml.ofClass(document, "table", "sum")).hasSize(2);
        assertThat(Xml.elements(document, "image")).hasSize(6);
        String text = Xml.elements(document, "main").getFirst().getTextContent();
        assertThat(text)
                .contains("2 of 2 examples add up", "✓ PASS", "deeplift-rescale", "rule = rescale", "sha256:0f6b")
                .contains("logits [7]", "zeros", "precision = float32", "2026-01-02T03:04:05Z", "17");
    }

    @Test
    void nothing_in_a_page_leads_outside() {
        String html = AttributionPage.of("t", digits("m", 4), List.of(digit("one")))
                .page()
                .html()
                .replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
        assertThat(html.replace("http-equiv", "")).doesNotContain("http").doesNotContain("@import");
        for (String attribute : List.of("src", "href", "action")) {
            assertThat(java.util.regex.Pattern.compile(attribute + "=\"(?!#|data:image/png)")
                            .matcher(html)
                            .results())
                    .as(attribute)
                    .isEmpty();
        }
    }

    @Test
    void the_same_result_gives_the_same_page() {
        var examples = List.of(digit("one"));
        assertThat(AttributionPage.of("t", digits("m", 4), examples).page().html())
                .isEqualTo(
                        AttributionPage.of("t", digits("m", 4), examples).page().html());
    }

    @Test
    void several_attributions_stand_side_by_side_with_their_rank_correlations() {
        var page = AttributionPage.of(
                "t", List.of(digits("a", 4), digits("a", 4), digits("b", 9)), List.of(digit("one"), digit("two")));
        Document document = Xml.parse(page.page().html());
        assertThat(Xml.elements(document, "h3"))
                .extracting(Element::getTextContent)
                .contains("a, zeros (1)", "a, zeros (2)", "b");
        var agreement = Xml.elements(document, "section").get(1);
        var cells = agreement.getElementsByTagNameNS("*", "td");
        assertThat(cells.getLength()).isEqualTo(9);
        assertThat(cells.item(0).getTextContent()).isEqualTo("+1.00");
        assertThat(cells.item(1).getTextContent()).as("same scores").isEqualTo("+1.00");
        assertThat(cells.item(2).getTextContent()).as("other scores").isNotEqualTo("+1.00");
        assertThat(cells.item(2).getTextContent())
                .as("symmetric")
                .isEqualTo(cells.item(6).getTextContent());
    }

    @Test
    void warnings_failures_and_missing_promises_are_said() {
        Attribution failed = Samples.attribution("m", Completeness.EXACT, 1, Samples.images("image", 1, SEVEN));
        Attribution warned = new Attribution(
                failed.method(),
                failed.target(),
                failed.reference(),
                failed.units(),
                failed.delta(),
                List.of("scores of <b>softmax</b> are explained"),
                failed.provenance());
        Document document =
                Xml.parse(AttributionPage.of("t", warned, List.of()).page().html());
        assertThat(Xml.ofClass(document, "p", "note").getFirst().getTextContent())
                .contains("<b>softmax</b>");
        assertThat(Xml.ofClass(document, "span", "fail")).hasSize(2);
    }

    @Test
    void many_examples_are_capped_with_a_note_and_counted_in_the_summary() {
        Units units = Units.of("x", NdArray.of(new double[100], 100, 1));
        var page = AttributionPage.of("t", Samples.attribution("m", Completeness.EXACT, 0, units), List.of());
        Document document = Xml.parse(page.withMostExamples(3).page().html());
        assertThat(Xml.elements(document, "section")).hasSize(5);
        assertThat(Xml.ofClass(document, "p", "note").getFirst().getTextContent())
                .contains("first 3 of 100");
        assertThat(Xml.elements(document, "main").getFirst().getTextContent()).contains("100 of 100 examples");
    }

    @Test
    void hostile_names_stay_text_everywhere() {
        String name = PageTest.HOSTILE;
        Units units = new Units(name, NdArray.of(new double[] {1, -1}, 1, 2), List.of(name, name));
        Attribution attribution = Samples.attribution(name, Completeness.EXACT, 0, units);
        var example =
                new Example(name, name, Map.of(name, new InputView.TableRow(List.of(name, name), List.of(name, name))));
        var page = AttributionPage.of(name, List.of(attribution, attribution), List.of(example));
        assertThat(Xml.elements(Xml.parse(page.page().html()), "script")).hasSize(1);
        assertThat(Xml.elements(
                        Xml.parse(AttributionPicture.of(attribution, 0, example).svg()), "script"))
                .isEmpty();
    }

    @Test
    void each_kind_of_input_has_its_own_picture() {
        Units row = Units.of("x", NdArray.of(new double[] {1, -2, 3, 4}, 1, 4));
        assertThat(Xml.ofClass(page(InputView.sequence("ACGT"), row), "figure", "logo"))
                .hasSize(1);
        assertThat(Xml.ofClass(page(new InputView.Tokens(List.of("a", "b", "c", "d")), row), "p", "tokens"))
                .hasSize(1);
        var names = List.of("a", "b", "c", "d");
        assertThat(Xml.ofClass(page(new InputView.TableRow(names, names), row), "table", "bars"))
                .hasSize(1);
        var values = NdArray.of(new double[4], 2, 2);
        var series = page(
                new InputView.Series(values, List.of("u", "v")), Units.of("x", NdArray.of(new double[4], 1, 2, 2)));
        assertThat(Xml.ofClass(series, "figure", "wide")).hasSize(1);
        assertThat(Xml.ofClass(page(new InputView.Generic(), row), "table", "bars"))
                .hasSize(1);
        var grid = Units.of("x", NdArray.of(new double[16], 1, 4, 4));
        assertThat(Xml.ofClass(page(new InputView.Generic(), grid), "figure", "map"))
                .hasSize(1);
    }

    @Test
    void image_scores_are_summed_over_channels_whatever_their_layout() {
        double[] scores = {1, 2, 3, 4, 10, 20, 30, 40, 100, 200, 300, 400};
        BufferedImage picture = new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB);
        var first = page(new InputView.Image(picture, Layout.CHW), Units.of("x", NdArray.of(scores, 1, 3, 2, 2)));
        assertThat(Xml.ofClass(first, "td", "v"))
                .extracting(Element::getTextContent)
                .containsExactly("+111", "+222", "+333", "+444");
        var last = page(new InputView.Image(picture, Layout.HWC), Units.of("x", NdArray.of(scores, 1, 2, 2, 3)));
        assertThat(Xml.ofClass(last, "td", "v"))
                .extracting(Element::getTextContent)
                .containsExactly("+6", "+34", "+170", "+900");
        var flat = page(new InputView.Image(picture, Layout.CHW), Units.of("x", NdArray.of(scores, 1, 12)));
        assertThat(Xml.ofClass(flat, "td", "v"))
                .extracting(Element::getTextContent)
                .first()
                .isEqualTo("+111");
    }

    @Test
    void sequence_scores_are_summed_over_letters_in_either_order() {
        double[] scores = new double[20];
        scores[1] = 7;
        var last = page(InputView.sequence("ACGTA"), Units.of("x", NdArray.of(scores, 1, 5, 4)));
        assertThat(Xml.ofClass(last, "td", "v").getFirst().getTextContent()).isEqualTo("+7");
        var first = page(InputView.sequence("ACGTA"), Units.of("x", NdArray.of(scores, 1, 4, 1, 5)));
        assertThat(Xml.ofClass(first, "td", "v").get(1).getTextContent()).isEqualTo("+7");
    }

    @Test
    void scores_that_do_not_fit_their_view_are_shown_plainly() {
        Units inner = Units.of("x", NdArray.of(new double[7], 1, 7));
        assertThat(Xml.ofClass(page(InputView.sequence("ACG"), inner), "table", "bars"))
                .hasSize(1);
        assertThat(Xml.ofClass(page(new InputView.Image(SEVEN, Layout.CHW), inner), "table", "bars"))
                .hasSize(1);
        assertThat(Xml.ofClass(
                        page(new InputView.Tokens(List.of("a")), Units.of("x", NdArray.of(new double[0], 1, 0))),
                        "table",
                        "bars"))
                .hasSize(1);
        Units scalar = Units.of("x", NdArray.of(new double[] {3}, 1));
        assertThat(Xml.ofClass(page(new InputView.Generic(), scalar), "table", "bars"))
                .hasSize(1);
    }

    @Test
    void attributions_must_speak_of_the_same_examples() {
        Attribution one =
                Samples.attribution("m", Completeness.EXACT, 0, Units.of("x", NdArray.of(new double[1], 1, 1)));
        Attribution two =
                Samples.attribution("m", Completeness.EXACT, 0, Units.of("x", NdArray.of(new double[2], 2, 1)));
        assertThatThrownBy(() -> AttributionPage.of("t", List.of(one, two), List.of()))
                .hasMessageContaining("same 1");
        assertThatThrownBy(() -> AttributionPage.of("t", List.of(), List.of())).hasMessageContaining("at least one");
    }

    @Test
    void a_picture_alone_holds_scores_and_sum_and_stacks_a_few_examples() {
        Attribution attribution = digits("m", 4);
        Drawing one = AttributionPicture.of(attribution, 0, digit("one"));
        Drawing both = AttributionPicture.of(attribution, List.of(digit("one"), digit("two")));
        assertThat(Xml.elements(Xml.parse(one.svg()), "text"))
                .extracting(Element::getTextContent)
                .contains("one", "✓ PASS");
        assertThat(both.height()).isGreaterThan(2 * one.height() - 60);
        assertThat(both.image(1).getWidth()).isEqualTo((int) Math.ceil(both.width()));
        Units many = Units.of("x", NdArray.of(new double[40], 20, 2));
        Drawing capped = AttributionPicture.of(Samples.attribution("m", Completeness.EXACT, 0, many), List.of());
        assertThat(capped.svg()).contains("The first 8 of 20 examples.");
    }
}
