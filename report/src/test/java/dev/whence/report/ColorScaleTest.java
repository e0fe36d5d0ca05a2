package dev.whence.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ColorScaleTest {
    @Test
    void zero_is_the_lightest_colour_in_the_middle_and_has_no_hue() {
        int zero = ColorScale.DIVERGING.rgb(0);
        assertThat(channel(zero, 16)).isEqualTo(channel(zero, 8)).isEqualTo(channel(zero, 0));
        for (int i = 1; i <= 100; i++) {
            assertThat(ColorScale.luminance(ColorScale.DIVERGING.rgb(i / 100.0)))
                    .isLessThan(ColorScale.luminance(zero));
            assertThat(ColorScale.luminance(ColorScale.DIVERGING.rgb(-i / 100.0)))
                    .isLessThan(ColorScale.luminance(zero));
        }
    }

    @Test
    void positive_is_orange_and_negative_is_blue() {
        for (double size : new double[] {0.2, 0.5, 1}) {
            int positive = ColorScale.DIVERGING.rgb(size);
            int negative = ColorScale.DIVERGING.rgb(-size);
            assertThat(channel(positive, 16)).isGreaterThan(channel(positive, 0));
            assertThat(channel(negative, 0)).isGreaterThan(channel(negative, 16));
        }
    }

    @Test
    void both_arms_grow_darker_step_by_step_and_at_the_same_pace() {
        double before = 2;
        for (int i = 0; i <= 50; i++) {
            double up = ColorScale.luminance(ColorScale.DIVERGING.rgb(i / 50.0));
            double down = ColorScale.luminance(ColorScale.DIVERGING.rgb(-i / 50.0));
            assertThat(up).isLessThan(before);
            assertThat(up).isCloseTo(down, within(0.06));
            before = up;
        }
    }

    @Test
    void values_outside_are_drawn_like_the_nearest_end_and_missing_ones_apart() {
        assertThat(ColorScale.DIVERGING.rgb(7)).isEqualTo(ColorScale.DIVERGING.rgb(1));
        assertThat(ColorScale.DIVERGING.rgb(Double.NEGATIVE_INFINITY)).isEqualTo(ColorScale.DIVERGING.rgb(-1));
        assertThat(ColorScale.SEQUENTIAL.rgb(-3)).isEqualTo(ColorScale.SEQUENTIAL.rgb(0));
        assertThat(ColorScale.DIVERGING.rgb(Double.NaN)).isEqualTo(ColorScale.MISSING);
    }

    @Test
    void text_on_any_colour_of_both_scales_is_legible() {
        for (int i = -100; i <= 100; i++) {
            for (ColorScale scale : ColorScale.values()) {
                int ground = scale.rgb(i / 100.0);
                assertThat(ColorScale.contrast(ground, ColorScale.textOn(ground)))
                        .as("%s at %d", scale, i)
                        .isGreaterThanOrEqualTo(4.5);
            }
        }
    }

    @Test
    void inks_that_carry_meaning_stand_out_from_paper_in_both_settings() {
        for (Ink ink : Ink.values()) {
            if (ink == Ink.PAPER || ink == Ink.HAIRLINE || ink == Ink.SHADE) {
                continue;
            }
            assertThat(ColorScale.contrast(ink.rgb(), Ink.PAPER.rgb()))
                    .as("%s, light", ink)
                    .isGreaterThan(4.5);
            assertThat(ColorScale.contrast(ink.dark(), Ink.PAPER.dark()))
                    .as("%s, dark", ink)
                    .isGreaterThan(4.5);
        }
    }

    private static int channel(int rgb, int shift) {
        return (rgb >> shift) & 255;
    }
}
