package dev.whence.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class HeatMapTest {
    private static final double[] SIGNED = {-1, -0.5, 0, 0, 0.5, 1};

    @Test
    void each_score_is_one_pixel_of_the_diverging_scale_with_zero_in_its_middle() {
        BufferedImage pixels = HeatMap.of("x", SIGNED, 2, 3).withClip(1).pixels();
        assertThat(pixels.getWidth()).isEqualTo(3);
        assertThat(pixels.getHeight()).isEqualTo(2);
        for (int i = 0; i < SIGNED.length; i++) {
            assertThat(pixels.getRGB(i % 3, i / 3) & 0xFFFFFF)
                    .as("score %d", i)
                    .isEqualTo(ColorScale.DIVERGING.rgb(SIGNED[i]));
        }
    }

    @Test
    void one_outlier_does_not_wash_out_the_rest() {
        double[] scores = new double[100];
        Arrays.setAll(scores, i -> i == 99 ? 1000 : 1);
        HeatMap map = HeatMap.of("x", scores, 10, 10);
        assertThat(map.limit()).isEqualTo(1);
        assertThat(map.html()).contains("98th percentile").contains("1000");
        assertThat(map.withClip(1).limit()).isEqualTo(1000);
        assertThat(map.withClip(1).html()).doesNotContain("percentile");
    }

    @Test
    void scores_that_are_mostly_zero_keep_a_scale() {
        double[] scores = new double[10_000];
        scores[5] = -3;
        HeatMap map = HeatMap.of("x", scores, 100, 100);
        assertThat(map.limit()).isEqualTo(3);
        assertThat(map.pixels().getRGB(5, 0) & 0xFFFFFF).isEqualTo(ColorScale.DIVERGING.rgb(-1));
    }

    @Test
    void all_zero_and_missing_scores_are_drawn() {
        BufferedImage pixels =
                HeatMap.of("x", new double[] {0, Double.NaN}, 1, 2).pixels();
        assertThat(pixels.getRGB(0, 0) & 0xFFFFFF).isEqualTo(ColorScale.DIVERGING.rgb(0));
        assertThat(pixels.getRGB(1, 0) & 0xFFFFFF).isEqualTo(ColorScale.MISSING);
        Xml.fragment(HeatMap.of("x", new double[] {0, Double.NaN}, 1, 2));
    }

    @Test
    void with_a_picture_there_are_three_panels_that_can_be_focused_and_name_their_grid() {
        var document = Xml.fragment(HeatMap.of("image", new double[784], 28, 28).over(Samples.digit(28)));
        var plates = Xml.ofClass(document, "div", "plate");
        assertThat(plates).hasSize(3).allSatisfy(plate -> {
            assertThat(plate.getAttribute("tabindex")).isEqualTo("0");
            assertThat(plate.getAttribute("data-rows")).isEqualTo("28");
        });
        assertThat(Xml.elements(document, "svg"))
                .hasSize(3)
                .allSatisfy(svg -> assertThat(svg.getAttribute("aria-label")).contains("image"));
        assertThat(Xml.ofClass(document, "td", "v")).hasSize(784);
    }

    @Test
    void a_large_map_is_one_embedded_picture_and_a_short_table() {
        double[] scores = Samples.scores(Samples.photo(224, 224), 1);
        var document = Xml.fragment(HeatMap.of("image", scores, 224, 224));
        assertThat(Xml.elements(document, "image"))
                .singleElement()
                .satisfies(image -> assertThat(image.getAttribute("href")).startsWith("data:image/png;base64,"));
        assertThat(Xml.elements(document, "rect")).isEmpty();
        assertThat(Xml.ofClass(document, "td", "v")).hasSize(256);
    }

    @Test
    void where_scores_share_a_pixel_the_strongest_shared_one_has_the_strongest_colour() {
        double[] scores = new double[2000];
        for (int i = 0; i < 100; i++) {
            scores[4 * i] = 1;
        }
        BufferedImage pixels = HeatMap.of("x", scores, 1, 2000).withClip(1).pixels();
        assertThat(pixels.getWidth()).isEqualTo(500);
        assertThat(pixels.getRGB(0, 0) & 0xFFFFFF).isEqualTo(ColorScale.DIVERGING.rgb(1));
        assertThat(pixels.getRGB(499, 0) & 0xFFFFFF).isEqualTo(ColorScale.DIVERGING.rgb(0));
    }

    @Test
    void block_sums_in_the_table_add_up_to_the_scores() {
        double[] scores = new double[50 * 40];
        Arrays.fill(scores, 1);
        var cells = Xml.ofClass(Xml.fragment(HeatMap.of("x", scores, 50, 40)), "td", "v");
        double sum = cells.stream()
                .mapToDouble(cell -> Double.parseDouble(cell.getTextContent()))
                .sum();
        assertThat(sum).isEqualTo(2000);
    }

    @Test
    void strong_cells_carry_their_sign() {
        Drawing panel = HeatMap.of("x", new double[] {1, -1, 0.01, 0}, 2, 2).attribution();
        var strokes = panel.marks().stream()
                .filter(Drawing.Mark.Stroke.class::isInstance)
                .map(mark -> ((Drawing.Mark.Stroke) mark).shape().getBounds2D())
                .toList();
        assertThat(strokes).hasSize(2);
        assertThat(strokes.get(0).getHeight())
                .as("plus is as tall as wide")
                .isEqualTo(strokes.get(0).getWidth());
        assertThat(strokes.get(1).getHeight()).as("minus is flat").isZero();
    }

    @Test
    void the_overlay_shows_the_picture_where_scores_are_zero_and_the_scale_where_they_are_strong() {
        BufferedImage picture = new BufferedImage(2, 1, BufferedImage.TYPE_INT_RGB);
        picture.setRGB(0, 0, 0x204080);
        picture.setRGB(1, 0, 0x204080);
        BufferedImage overlay = HeatMap.of("x", new double[] {0, 1}, 1, 2)
                .over(picture)
                .overlayPixels()
                .orElseThrow();
        int quiet = overlay.getRGB(0, 0);
        int strong = overlay.getRGB(1, 0);
        assertThat((quiet >> 16) & 255).as("gray").isEqualTo(quiet & 255);
        assertThat((strong >> 16) & 255).as("orange").isGreaterThan((strong & 255) + 50);
    }

    @Test
    void the_picture_has_the_size_of_its_panels() {
        Drawing drawing =
                HeatMap.of("x", new double[64], 8, 8).over(Samples.digit(8)).drawing();
        assertThat(drawing.width()).isEqualTo(3 * 280 + 2 * 20);
        assertThat(drawing.image(2).getWidth()).isEqualTo(1760);
        Xml.parse(drawing.svg());
    }

    @Test
    void wrong_sizes_are_refused() {
        assertThatThrownBy(() -> HeatMap.of("x", new double[5], 2, 3)).hasMessageContaining("5 scores");
        assertThatThrownBy(() -> HeatMap.of("x", new double[0], 0, 3)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> HeatMap.of("x", new double[1], 1, 1).withClip(0))
                .hasMessageContaining("clip");
    }
}
