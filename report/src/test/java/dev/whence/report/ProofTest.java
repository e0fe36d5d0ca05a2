package dev.whence.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.whence.core.Attribution;
import dev.whence.core.Completeness;
import dev.whence.core.NdArray;
import dev.whence.core.Units;
import org.junit.jupiter.api.Test;

class ProofTest {
    private static Attribution attribution(Completeness promise, double error) {
        return Samples.attribution(
                "m",
                promise,
                error,
                Units.of("a", NdArray.of(new double[] {1, -2, 3, 10, 20, 30}, 2, 3)),
                Units.of("b", NdArray.of(new double[] {-4, -40}, 2, 1)));
    }

    @Test
    void positive_and_negative_scores_of_all_inputs_are_summed_for_one_example() {
        Proof proof = Proof.of(attribution(Completeness.EXACT, 0), 0);
        assertThat(proof.positive()).isEqualTo(4);
        assertThat(proof.negative()).isEqualTo(-6);
        assertThat(proof.reference() + proof.positive() + proof.negative()).isCloseTo(proof.target(), within(1e-12));
        assertThat(Proof.of(attribution(Completeness.EXACT, 0), 1).positive()).isEqualTo(60);
    }

    @Test
    void the_verdict_depends_on_delta_and_on_the_promise() {
        assertThat(Proof.of(attribution(Completeness.EXACT, 1e-6), 0).verdict()).isEqualTo(Proof.Verdict.PASS);
        assertThat(Proof.of(attribution(Completeness.EXACT, 0.1), 0).verdict()).isEqualTo(Proof.Verdict.FAIL);
        assertThat(Proof.of(attribution(Completeness.APPROXIMATE, -0.1), 0).verdict())
                .isEqualTo(Proof.Verdict.FAIL);
        assertThat(Proof.of(attribution(Completeness.NONE, 0.1), 0).verdict()).isEqualTo(Proof.Verdict.NO_PROMISE);
        assertThat(Proof.of(attribution(Completeness.NONE, Double.NaN), 0).verdict())
                .isEqualTo(Proof.Verdict.NO_PROMISE);
    }

    @Test
    void the_picture_shows_all_numbers_and_the_verdict_in_words() {
        SumBar bar = SumBar.of(new Proof(0.5, 2, -0.75, 1.5, 0.25, 1e-3, Completeness.EXACT));
        var document = Xml.fragment(bar);
        assertThat(document.getDocumentElement().getTextContent())
                .contains("0.5", "+2", "−0.75", "1.5", "✗ FAIL", "δ = +0.25");
        assertThat(Xml.parse(bar.drawing(400).svg()).getDocumentElement().getTextContent())
                .contains("+2", "✗ FAIL");
    }

    @Test
    void steps_lead_from_one_value_to_the_next() {
        var document = Xml.fragment(SumBar.of(new Proof(0, 3, -1, 2, 0, 1e-3, Completeness.EXACT)));
        String up = Xml.ofClass(document, "i", "up").getFirst().getAttribute("style");
        String down = Xml.ofClass(document, "i", "down").getFirst().getAttribute("style");
        assertThat(up).isEqualTo("left:3%;width:94%");
        assertThat(down).isEqualTo("left:65.67%;width:31.33%");
        var points = Xml.ofClass(document, "i", "point");
        assertThat(points.get(0).getAttribute("style")).isEqualTo("left:3%");
        assertThat(points.get(1).getAttribute("style")).isEqualTo("left:65.67%");
    }

    @Test
    void nothing_happened_and_infinities_are_drawn_all_the_same() {
        Xml.fragment(SumBar.of(new Proof(1, 0, 0, 1, 0, 1e-3, Completeness.EXACT)));
        Proof broken = new Proof(1, Double.POSITIVE_INFINITY, 0, Double.NaN, Double.NaN, 1e-3, Completeness.EXACT);
        var document = Xml.fragment(SumBar.of(broken));
        assertThat(document.getDocumentElement().getTextContent()).contains("+∞", "NaN", "✗ FAIL");
        Xml.parse(SumBar.of(broken).drawing(400).svg());
    }
}
