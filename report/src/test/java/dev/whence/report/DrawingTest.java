package dev.whence.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class DrawingTest {
    private static Drawing drawing() {
        BufferedImage dots = new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB);
        dots.setRGB(0, 0, 0x123456);
        Drawing inner = Drawing.of(20, 20, "inner").pixels(dots, 0, 0, 20, 20).build();
        return Drawing.of(100.5, 40, "a <b> & \"c\"")
                .box(0, 0, 10, 10, Ink.POSITIVE)
                .line(0, 20, 100, 20, Ink.MUTED)
                .text("x < y", 50, 35, 12, Drawing.Anchor.MIDDLE, Ink.TEXT)
                .place(inner, 60, 10)
                .build();
    }

    @Test
    void a_drawing_alone_is_a_well_formed_file_with_a_title_and_fixed_colours() {
        var document = Xml.parse(drawing().svg());
        assertThat(Xml.elements(document, "title").getFirst().getTextContent()).isEqualTo("a <b> & \"c\"");
        assertThat(drawing().svg()).doesNotContain("class=").contains(Paint.hex(Ink.POSITIVE.rgb()));
    }

    @Test
    void a_drawing_in_a_page_takes_its_inks_from_the_page() {
        var document = Xml.parse(drawing().inlineSvg());
        assertThat(document.getDocumentElement().getAttribute("aria-label")).isEqualTo("a <b> & \"c\"");
        assertThat(Xml.ofClass(document, "rect", "fill-positive")).hasSize(1);
    }

    @Test
    void nothing_in_a_picture_leads_outside() {
        String svg = drawing().svg().replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
        assertThat(svg).doesNotContain("http").doesNotContain("url(").doesNotContain("@import");
    }

    @Test
    void pixels_have_the_size_asked_for_and_the_colours_drawn() throws IOException {
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(drawing().png(2)));
        assertThat(image.getWidth()).isEqualTo(201);
        assertThat(image.getHeight()).isEqualTo(80);
        assertThat(image.getRGB(5, 5) & 0xFFFFFF).isEqualTo(Ink.POSITIVE.rgb());
        assertThat(image.getRGB(130, 30) & 0xFFFFFF).isEqualTo(0x123456);
        assertThat(image.getRGB(199, 3) & 0xFFFFFF).isEqualTo(Ink.PAPER.rgb());
    }

    @Test
    void the_same_drawing_gives_the_same_bytes() {
        assertThat(drawing().svg()).isEqualTo(drawing().svg());
        assertThat(drawing().png(1)).isEqualTo(drawing().png(1));
    }

    @Test
    void a_machine_without_fonts_still_writes_text() {
        String text = "AZaz09 .,:;!?()[]{}+-−=/\\_*<>#%&@$|~^·…≤≥×✓✗δρ∞é漢";
        Drawing drawing = Drawing.of(500, 30, "")
                .text(text, 10, 20, 12, Drawing.Anchor.START, Ink.TEXT)
                .build();
        BufferedImage image = PixelWriter.paint(drawing, 1, false);
        int inked = 0;
        for (int x = 0; x < 500; x++) {
            for (int y = 0; y < 30; y++) {
                inked += (image.getRGB(x, y) & 255) < 128 ? 1 : 0;
            }
        }
        assertThat(inked).isGreaterThan(200);
        assertThat(StrokeLetters.width("label", 12)).isLessThanOrEqualTo(Lettering.width("label", 12) * 1.15);
        assertThat(StrokeLetters.width(" ", 12)).isZero();
    }

    @Test
    void every_character_that_this_module_writes_has_strokes() {
        double box = StrokeLetters.width("漢", 100);
        assertThat(StrokeLetters.outline("é", 0, 0, 100).getBounds2D())
                .isEqualTo(StrokeLetters.outline("e", 0, 0, 100).getBounds2D());
        assertThat(StrokeLetters.width("漢e", 100)).isGreaterThan(box);
        for (char c = '!'; c <= '~'; c++) {
            var bounds = StrokeLetters.outline(String.valueOf(c), 0, 0, 100).getBounds2D();
            assertThat(bounds.getMaxX()).as("letter %s", c).isBetween(0.0, 40.1);
            assertThat(bounds.getMinY()).as("letter %s", c).isGreaterThanOrEqualTo(-75);
        }
    }

    @Test
    void absurd_sizes_are_refused_before_memory_is_taken() {
        assertThatThrownBy(() -> Drawing.of(1e6, 10, "").build().image(1)).hasMessageContaining("1 to 16000");
        assertThatThrownBy(() -> drawing().image(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void text_that_does_not_fit_ends_in_an_ellipsis() {
        String fitted = Lettering.fit("a long name of a feature", 12, 60);
        assertThat(fitted).endsWith("…").startsWith("a ");
        assertThat(Lettering.width(fitted, 12)).isLessThanOrEqualTo(60);
        assertThat(Lettering.fit("short", 12, 60)).isEqualTo("short");
    }
}
